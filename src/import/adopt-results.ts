import { noMeasurementSources, noOtherSources } from '../domain/provenance.ts'
import { type PvtPoint, pointName, toPoint } from '../domain/point.ts'
import { type Result, resultStatus } from '../domain/result.ts'
import { parseNumber } from '../parse/number.ts'
import type { LegacyRow } from '../store/legacy-database.ts'
import { parsePythonJson, shown, textOf, wholeNumberOf } from './legacy-value.ts'

/** Columns of the old results that are read; any other is named as not taken. */
export const knownResultColumns: readonly string[] = [
  ...['id', 'result_id', 'job_id', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
  ...['del_rr', 'del_ff', 'power', 'current', 'measurements', 'measurements_json', 'status'],
  ...['netlist_path', 'mt0_file_path', 'created_at'],
]

const measuredColumns = ['del_rr', 'del_ff', 'power', 'current'] as const

export interface AdoptedResults {
  results: Result[]
  /** Rows that were left out, and why. */
  unread: string[]
  /** Rows of which not all measurements could be taken, and why. */
  damaged: string[]
}

/**
 * The results of one job. A measurement that is NULL at every point of the job was not measured by it; one that is NULL
 * at some points failed there. They count as the least raw source, so that an import of the run's own files, which
 * have all measurements, takes their place.
 *
 * @param origin the file to name where a row names none.
 */
export function toAdoptedResults(rows: readonly LegacyRow[], origin: string): AdoptedResults {
  const read = rows.map(measuredTexts)
  const texts = read.map(({ texts }) => texts)
  const measured = new Set(
    texts.flatMap((row) => [...row].flatMap(([name, text]) => (text === null ? [] : [name]))),
  )
  const adopted: AdoptedResults = { results: [], unread: [], damaged: [] }
  const counts = new Map<string, number>()
  for (const [index, row] of rows.entries()) {
    const point = pointOf(row)
    if (typeof point === 'string') {
      adopted.unread.push(`a result at ${point} has no PVT point: not taken`)
      continue
    }
    const { problem } = read[index]!
    if (problem !== null) adopted.damaged.push(`${pointName(point)}: ${problem}`)
    const row_number = (counts.get(pointName(point)) ?? 0) + 1
    counts.set(pointName(point), row_number)
    const names = [...measured].filter((name) => texts[index]!.has(name))
    const values = names.map((name) => ({ name, text: texts[index]!.get(name) ?? '' }))
    const cells = values.map(({ name, text }) => ({ name, text, value: parseNumber(text.trim()) }))
    const failed = Object.fromEntries(
      cells.filter(({ value }) => value === null).map(({ name, text }) => [name, text]),
    )
    adopted.results.push({
      ...point,
      alter_number: 1,
      row_number,
      sweep: {},
      measurements: Object.fromEntries(cells.map(({ name, value }) => [name, value])),
      failed,
      status: saysFailed(row) ? 'failed' : resultStatus(failed),
      source: 'creport',
      netlist_path: textOf(row, 'netlist_path'),
      mt0_file_path: textOf(row, 'mt0_file_path') ?? origin,
      source_line: null,
      other_sources: noOtherSources,
      measurement_sources: noMeasurementSources,
    })
  }
  return adopted
}

/** The point of a row, or why there is none. */
function pointOf(row: LegacyRow): PvtPoint | string {
  const corner = textOf(row, 'corner')
  const voltage = textOf(row, 'voltage_combo')
  const temperature = textOf(row, 'temperature') ?? textOf(row, 'temperature_c')
  const told = [corner, textOf(row, 'extraction'), temperature, voltage]
    .map((part) => (part === null ? 'NULL' : shown(part)))
    .join('/')
  if (corner === null || voltage === null || temperature === null) return told
  // 125, 125.0, 125C, -40, m40
  const degrees = temperature
    .trim()
    .replace(/\s*\u00b0?C$/i, '')
    .replace(/\.0+$/, '')
  return toPoint(corner, textOf(row, 'extraction') ?? 'typical', degrees, voltage) ?? told
}

interface MeasuredTexts {
  /** Every measurement as its text; null where there is none. */
  texts: Map<string, string | null>
  problem: string | null
}

function measuredTexts(row: LegacyRow): MeasuredTexts {
  const own = measuredColumns.filter((name) => name in row).map((name) => [name, textOf(row, name)] as const)
  const column = ['measurements_json', 'measurements'].find((name) => textOf(row, name) !== null)
  const json = column === undefined ? {} : parsePythonJson(textOf(row, column) ?? '')
  const problem = json === null ? `${column ?? ''} is no JSON object: its measurements are not taken` : null
  return { texts: new Map([...Object.entries(json ?? {}).map(toText), ...own]), problem }
}

function toText([name, value]: [string, unknown]): [string, string | null] {
  const cell = typeof value === 'object' && value !== null ? JSON.stringify(value) : value
  return [name, textOf({ [name]: cell } as LegacyRow, name)]
}

const saysFailed = (row: LegacyRow): boolean =>
  /^(fail|error|not|incomplete|timeout|abort)/i.test(textOf(row, 'status') ?? '')

/** How many simulations an old job counted, or null. */
export const legacyCount = (row: LegacyRow, column: string): number | null => wholeNumberOf(row, column)
