import { baseCorners, defaultCrossExtractions, gateSplitCorners } from '../domain/matrix.ts'
import { folderTemperature, parseTemperature, type PvtPoint } from '../domain/point.ts'
import type { Fields } from './flow-table.ts'

/** What of a creport.txt may stand in it and could not be read. */
export interface CreportDoubt {
  /** Rows may be missing altogether: it is no creport.txt, has no row, or ends where it was cut. */
  isCut: boolean
  /** Names may be other ones than the file means. */
  names: boolean
  /** The points of rows that could not be read, or not surely. */
  points: readonly PvtPoint[]
  /** Rows of which it is not known whose they are. */
  strays: readonly StrayRow[]
}

/** What can be read of a row's point; null where that cannot. */
export interface StrayRow {
  corner: string | null
  extraction: string | null
  /** As folders spell it. */
  temperature: string | null
  /** `min`, `max` or `nom` of each supply. */
  voltages: readonly (string | null)[]
}

export const allInDoubt: CreportDoubt = { isCut: true, names: true, points: [], strays: [] }

/**
 * Whether a row of the point that is not among those that were read may stand in the file; with `isRead` whether a
 * measurement may that is not among those of a row that was read.
 */
export function isInDoubt(doubt: CreportDoubt, point: PvtPoint, isRead: boolean): boolean {
  if (doubt.isCut || (isRead && doubt.names)) return true
  const { corner, extraction, temperature, voltage_combo } = point
  const isPoint = (one: PvtPoint): boolean =>
    one.voltage_combo === voltage_combo &&
    one.temperature === temperature &&
    one.corner === corner &&
    one.extraction === extraction
  return doubt.points.some(isPoint) || (!isRead && doubt.strays.some((stray) => couldBe(stray, point)))
}

function couldBe(stray: StrayRow, point: PvtPoint): boolean {
  const words = point.voltage_combo.split('_')
  return (
    isNullOr(stray.corner, point.corner) &&
    isNullOr(stray.extraction, point.extraction) &&
    isNullOr(stray.temperature, point.temperature) &&
    stray.voltages.every((word, place) => word === null || words[place] === `v${place + 1}${word}`)
  )
}

const isNullOr = (known: string | null, text: string): boolean => known === null || known === text

export const voltageWords: readonly string[] = ['min', 'max', 'nom']

/**
 * What the lines tell of their points that could not be read. `lineLength` is the number of fields that each line has:
 * where one has another, a tab was lost or is one too many, and nothing is surely in its place. A corner or an extraction
 * that is not the flow's, and that no other row has, may be misspelt.
 */
export function toStrayRows(
  strays: readonly Fields[],
  { lineLength, supplyCount }: { lineLength: number; supplyCount: number },
  rows: readonly { point: PvtPoint }[],
): StrayRow[] {
  if (strays.length === 0) return []
  const corners = new Set<string>([...baseCorners, ...gateSplitCorners])
  const extractions = new Set<string>(['typical', ...defaultCrossExtractions])
  for (const { point } of rows) {
    corners.add(point.corner)
    extractions.add(point.extraction)
  }
  return strays.map((fields) => {
    if (fields.count !== lineLength) return nothingKnown
    const [corner = '', extraction = '', temperature = '', ...rest] = fields.filled
    const celsius = parseTemperature(temperature)
    const words = Array.from({ length: supplyCount }, (_, place) => rest[place] ?? '')
    return {
      corner: corners.has(corner) ? corner : null,
      extraction: extractions.has(extraction) ? extraction : null,
      temperature: celsius === null ? null : folderTemperature(celsius),
      voltages: words.map((word) => (voltageWords.includes(word) ? word : null)),
    }
  })
}

const nothingKnown: StrayRow = { corner: null, extraction: null, temperature: null, voltages: [] }
