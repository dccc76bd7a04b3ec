import { bookkeepingNames, type MeasuredRow } from '../domain/measurement.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import type { Problem } from '../domain/problem.ts'
import { allInDoubt, type CreportDoubt, toStrayRows, voltageWords } from './creport-doubt.ts'
import {
  cutMessage,
  error,
  type Fields,
  type FlowColumns,
  isBlank,
  readColumns,
  type ReadRow,
  readValues,
  toFields,
  warning,
} from './flow-table.ts'
import { parseNumber } from './number.ts'
import { readPlainValues } from './plain-values.ts'
import { type Line, quoted, splitLines } from './text.ts'

export type CreportRow = MeasuredRow & { point: PvtPoint }

/** What stands above the rows of a creport.txt. */
export interface CreportHead {
  /** The rail that each supply swept (`vcc`, `NA` …), as the preamble says; null where it says nothing. */
  supplies: Record<'v1' | 'v2' | 'v3', string | null>
  /** The other `key: text` lines of the preamble: the voltages (V) of the rails. */
  rails: Record<string, string>
}

/** What a creport.txt says. */
export interface Creport extends CreportHead {
  /** The measurements in file order, from the header or from `fallbackNames`. */
  names: string[]
  /** False when the report that gave the header was that of a failed simulation. */
  namesInHeader: boolean
  /** In file order; several of one point with alter sweeps. */
  rows: CreportRow[]
  /** Rows that could not be read though their points are known; they count among the rows of their points. */
  unread: { line: number; point: PvtPoint }[]
  problems: Problem[]
  doubt: CreportDoubt
}

/**
 * Reads a creport.txt of 1, 2 or 3 supplies, with or without sweep. `fallbackNames` are the measurements of a
 * report_*.txt beside it, for a header without names. What could not be read is in `problems` with its line.
 * Format: formats.md, section 5.
 */
export function parseCreport(text: string, fallbackNames: readonly string[] = []): Creport {
  const lines = splitLines(text)
  const start = lines.findIndex((line) => headerStart.test(line.text))
  const preamble = readPreamble(start < 0 ? [] : lines.slice(0, start))
  const nothing = { ...preamble, names: [], namesInHeader: false, rows: [], unread: [], doubt: allInDoubt }
  const header = lines[start]
  if (header === undefined) return { ...nothing, problems: [error(null, notACreport)] }
  if (!header.terminated) {
    return { ...nothing, problems: [error(header.number, 'the file ends inside its line of names')] }
  }

  const body = lines.slice(start + 1).filter((line) => !isBlank(line.text))
  const shape = readShape(header, body, fallbackNames)
  const { names, namesInHeader } = shape
  if (!namesInHeader && names.length === 0 && body.length > 0) {
    return { ...nothing, problems: [...shape.problems, error(header.number, noNames)] }
  }
  const { rows, unread, doubt, ...read } = readRows(body, shape)
  const problems = [...shape.problems, ...read.problems]
  if (body.length === 0) problems.push(warning(header.number, 'no rows: no simulation delivered a result'))
  return { ...preamble, names, namesInHeader, rows, unread, problems, doubt }
}

const headerStart = /^process\textract\ttemp(?:\t|$)/
const notACreport = 'not a creport: no line begins with process, extract and temp, separated by tabs'
const noNames =
  'the header has no measurement names (its simulation failed) and no report beside it gives them: no row is read'

function readPreamble(lines: readonly Line[]): CreportHead {
  const entries = lines.flatMap((line): [string, string][] => {
    const colon = line.text.indexOf(':')
    return colon < 0 ? [] : [[line.text.slice(0, colon).trim(), line.text.slice(colon + 1).trim()]]
  })
  const texts = new Map(entries)
  const supplies = {
    v1: texts.get('v1') ?? null,
    v2: texts.get('v2') ?? null,
    v3: texts.get('v3') ?? null,
  }
  return { supplies, rails: Object.fromEntries(entries.filter(([key]) => !/^v[123]$/.test(key))) }
}

interface Shape extends FlowColumns {
  /** Of a line, with the empty ones at its end. */
  lineLength: number
  supplyCount: number
  namesInHeader: boolean
}

function readShape(header: Line, body: readonly Line[], fallbackNames: readonly string[]): Shape {
  const fields = header.text.split('\t')
  const supplyCount = countSupplies(fields, body)
  const own = readColumns(fields.slice(keyLength + supplyCount), header.number)
  const namesInHeader = own.columns.some((name) => name !== 'swp')
  const shape = { lineLength: fields.length, supplyCount, namesInHeader }
  if (namesInHeader || fallbackNames.length === 0) return { ...own, ...shape }
  const measurements = fallbackNames.filter((name) => !bookkeepingNames.includes(name))
  const fallback = [...own.columns, ...measurements, 'temper', 'alter#']
  return { ...readColumns(fallback, header.number), ...shape }
}

/** The head of a creport.txt alone, for who wants no rows. */
export function parseCreportHead(text: string): CreportHead {
  const end = text.search(/^process\textract\ttemp(?:\t|\r?$)/m)
  return readPreamble(end < 0 ? [] : splitLines(text.slice(0, end)))
}

/** process, extract, temp. */
const keyLength = 3

/** A measurement may be called v2 as well: then numbers stand in its column, and no min, max or nom. */
function countSupplies(header: readonly string[], body: readonly Line[]): number {
  const isSupply = (place: number): boolean => {
    const holds = (isOne: (text: string) => boolean): boolean =>
      body.some(({ text }) => isOne(text.split('\t', place + 1)[place] ?? ''))
    return holds((text) => voltageWords.includes(text)) || !holds((text) => parseNumber(text) !== null)
  }
  let count = 0
  while (count < 3 && header[keyLength + count] === `v${count + 1}` && isSupply(keyLength + count)) count += 1
  return count
}

type Body = Pick<Creport, 'rows' | 'unread' | 'problems' | 'doubt'>

function readRows(body: readonly Line[], shape: Shape): Body {
  const rows: CreportRow[] = []
  const unread: Creport['unread'] = []
  const problems: Problem[] = []
  const doubtful: PvtPoint[] = []
  const strays: Fields[] = []
  let alterBefore: string | null = null
  let isCut = body.length === 0
  let lastDoubtful: Line | null = null
  for (const line of body) {
    if (headerStart.test(line.text)) {
      problems.push(error(line.number, 'a second header: from here on nothing is read'))
      isCut = true
      break
    }
    const start = behindTabs(line.text, keyLength + shape.supplyCount)
    const plain = start === 0 ? null : readPlainValues(line, start, shape)
    const fields = plain === null ? toFields(line.text) : keyFields(line.text, start)
    const key = readKey(fields, shape.supplyCount, line)
    if ('problem' in key) {
      problems.push(error(line.number, key.problem))
      strays.push(toFields(line.text))
      lastDoubtful = line
      continue
    }
    const read: ReadRow =
      plain ?? readValues(behind(fields, keyLength + shape.supplyCount), shape, line, alterBefore)
    alterBefore = read.alterText
    if (read.problems.length > 0) {
      problems.push(...read.problems)
      doubtful.push(key.point)
      lastDoubtful = line
    }
    if (read.row === null) {
      unread.push({ line: line.number, point: key.point })
      continue
    }
    const problem = checkTemper(read.row, key.point)
    // Its values may be of another simulation, but all of them were read.
    if (problem !== null) problems.push(problem)
    rows.push(Object.assign(read.row, { point: key.point }))
  }
  // Where the last row is cut, or was before an editor ended its line, the ones behind it are gone.
  if (lastDoubtful !== null && lastDoubtful === body.at(-1))
    isCut ||= !lastDoubtful.terminated || isShort(lastDoubtful, shape)
  const doubt = {
    isCut,
    names: shape.problems.length > 0,
    points: doubtful,
    strays: toStrayRows(strays, shape, rows),
  }
  return { rows, unread, problems, doubt }
}

const isShort = ({ text }: Line, { columns, supplyCount }: Shape): boolean =>
  toFields(text).count < keyLength + supplyCount + columns.length

/** The place behind so many tabs; 0 where there are fewer. */
function behindTabs(text: string, tabs: number): number {
  let start = 0
  for (let tab = 0; tab < tabs; tab += 1) {
    start = text.indexOf('\t', start) + 1
    if (start === 0) return 0
  }
  return start
}

/** The fields before `start`; more are behind them. */
function keyFields(text: string, start: number): Fields {
  const filled = text.slice(0, start - 1).split('\t')
  return { filled, count: filled.length + 1 }
}

const behind = ({ filled, count }: Fields, first: number): Fields => ({
  filled: filled.slice(first),
  count: count - first,
})

function readKey(
  { filled, count }: Fields,
  supplyCount: number,
  line: Line,
): { point: PvtPoint } | { problem: string } {
  const length = keyLength + supplyCount
  if (count <= length && !line.terminated) return { problem: cutMessage }
  if (count < length) {
    return { problem: `expected at least ${length} fields separated by tabs, found ${count}` }
  }
  const [corner = '', extraction = '', temperature = ''] = filled
  if (corner === '' || extraction === '')
    return { problem: 'expected a corner and an extraction, found none' }
  if (supplyCount === 0) return { problem: 'the header names no supply (v1): the point is not known' }
  let combo = ''
  for (let supply = 1; supply <= supplyCount; supply += 1) {
    const word = filled[keyLength + supply - 1] ?? ''
    if (!voltageWords.includes(word))
      return { problem: `v${supply}: expected min, max or nom, found ${quoted(word)}` }
    combo += supply === 1 ? `v1${word}` : `_v${supply}${word}`
  }
  const point = toPoint(corner, extraction, temperature, combo)
  return point === null
    ? { problem: `temp: expected a temperature as -40 or 125, found ${quoted(temperature)}` }
    : { point }
}

/** The point of a row of creport.txt, whatever its header says; null for a line that is no row. */
export function parseCreportKey(line: string): PvtPoint | null {
  const [corner = '', extraction = '', temperature = '', ...rest] = line.split('\t', keyLength + 3)
  const end = rest.findIndex((word) => !voltageWords.includes(word))
  const words = end < 0 ? rest : rest.slice(0, end)
  if (words.length === 0 || corner === '' || extraction === '') return null
  return toPoint(
    corner,
    extraction,
    temperature,
    words.map((word, index) => `v${index + 1}${word}`).join('_'),
  )
}

function checkTemper(row: MeasuredRow, point: PvtPoint): Problem | null {
  if (row.temper === null || Math.abs(row.temper - point.temperature_c) < 1e-6) return null
  const message = `temper is ${row.temper}, but temp is ${point.temperature_c}: simulated at another temperature?`
  return warning(row.line, message)
}
