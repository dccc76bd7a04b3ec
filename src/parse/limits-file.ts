import { defaultNear, type Limit } from '../domain/limit.ts'
import { parseUnit, toBaseUnit, type Unit } from '../domain/unit.ts'
import { type CsvCell, type CsvProblem, readCsvCells } from './csv-cells.ts'
import { parseNumber } from './number.ts'
import { quoted, splitLines } from './text.ts'

/** What a limits file says, or what is wrong with it: with a problem there are no limits to rely on. */
export interface LimitsFile {
  limits: Limit[]
  /** In the order of the file. */
  problems: CsvProblem[]
}

/** The columns of a limits file; only `measurement` has to be there, and one of `min` and `max`. */
export const limitColumns = ['measurement', 'min', 'typ', 'max', 'unit', 'point', 'near'] as const
type LimitColumn = (typeof limitColumns)[number]

/**
 * Reads a limits file: CSV with the header `measurement,min,typ,max,unit,point,near` in any order, a limit a row.
 * Blank rows, and rows that begin with `#`, say nothing. Where the header's separator is `;` (Excel in German and
 * other languages), so it is everywhere, and a number may have a decimal comma.
 *
 * Values in the database are in base units (seconds, volts): with `ps` in the column `unit`, 31 means 31e-12. A unit
 * that nobody knows is a problem, for a limit must not be wrong by a power of ten without a word.
 */
export function parseLimitsFile(text: string): LimitsFile {
  const { separator, rows, problems } = readRows(text.replace(/^\uFEFF/, ''))
  const [header, ...lines] = rows
  if (header === undefined) {
    return { limits: [], problems: [...problems, problemAt(noCell, `the file is empty: ${expectedHeader}`)] }
  }
  const columns = readHeader(header, problems)
  if (problems.length > 0) return { limits: [], problems }
  const reader: Reader = { columns, decimalComma: separator === ';', problems }
  const limits = lines.flatMap((line) => readLimit(line, reader) ?? [])
  if (lines.length === 0) problems.push(problemAt(header[0]!, 'there is no limit below the header'))
  problems.push(...findDuplicates(limits))
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return { limits: problems.length > 0 ? [] : limits, problems }
}

const expectedHeader = `expected the header ${limitColumns.join(',')}`
const noCell: CsvCell = { text: '', line: 1, column: 1 }

interface Reader {
  columns: (LimitColumn | null)[]
  decimalComma: boolean
  problems: CsvProblem[]
}

function readRows(text: string): { separator: string; rows: CsvCell[][]; problems: CsvProblem[] } {
  const first = splitLines(text).find((line) => line.text.trim() !== '' && !line.text.startsWith('#'))
  const separator = first?.text.includes(';') === true && !first.text.includes(',') ? ';' : ','
  // Comments are made blank before the cells are read: a quote in one opens nothing.
  const bare = text.replace(/^#.*$/gm, '')
  const { rows, problems } = readCsvCells(bare, separator)
  const isBlank = (row: readonly CsvCell[]): boolean => row.every((cell) => cell.text.trim() === '')
  return { separator, rows: rows.filter((row) => !isBlank(row)), problems: [...problems] }
}

/** Empty cells at the end, as a spreadsheet leaves them, are no columns. */
function readHeader(header: readonly CsvCell[], problems: CsvProblem[]): (LimitColumn | null)[] {
  const columns = header.map((cell): LimitColumn | null => {
    const name = cell.text.trim().toLowerCase()
    const column = limitColumns.find((known) => known === name) ?? null
    if (column === null && name !== '') {
      problems.push(problemAt(cell, `unknown column ${quoted(cell.text.trim())}: ${expectedHeader}`))
    }
    return column
  })
  const again = columns.findIndex((name, index) => name !== null && columns.indexOf(name) < index)
  if (again !== -1) problems.push(problemAt(header[again]!, `the column ${columns[again]!} is there twice`))
  if (problems.length > 0) return columns
  if (!columns.includes('measurement')) {
    problems.push(problemAt(header[0]!, `there is no column measurement: ${expectedHeader}`))
  } else if (!columns.includes('min') && !columns.includes('max')) {
    problems.push(problemAt(header[0]!, `there is no column min and none max: ${expectedHeader}`))
  }
  return columns
}

/** Null where the row has a problem, which is noted. */
function readLimit(row: readonly CsvCell[], { columns, decimalComma, problems }: Reader): Limit | null {
  const before = problems.length
  const note = (cell: CsvCell, message: string): void => void problems.push(problemAt(cell, message))
  const extra = row.find((cell, index) => (columns[index] ?? null) === null && cell.text.trim() !== '')
  if (extra !== undefined)
    note(
      extra,
      `${quoted(extra.text)} stands in no column of the header; a cell with a separator in it needs quotes`,
    )
  const cellOf = (name: LimitColumn): CsvCell | null => {
    const cell = row[columns.indexOf(name)]
    return cell === undefined || cell.text.trim() === '' ? null : cell
  }
  const unit = readUnit(cellOf('unit'), note)
  const numberOf = (name: 'min' | 'typ' | 'max'): number | null => {
    const cell = cellOf(name)
    if (cell === null) return null
    const value = readQuantity(cell.text.trim(), decimalComma, unit)
    if (value === null) note(cell, `${name}: expected a number, found ${quoted(cell.text.trim())}`)
    else if (value === 'out of range')
      note(cell, `${name}: ${quoted(cell.text.trim())} is out of range: 5e-324 to 1.8e308 in base units`)
    return typeof value === 'number' ? value : null
  }
  const limit: Limit = {
    measurement: cellOf('measurement')?.text.trim() ?? '',
    ...{ min: numberOf('min'), typ: numberOf('typ'), max: numberOf('max') },
    unit: unit?.base ?? null,
    point: cellOf('point')?.text.trim() ?? null,
    near: readNear(cellOf('near'), decimalComma, note),
    line: row[0]!.line,
  }
  if (limit.measurement === '') note(row[0]!, 'the measurement is missing')
  if (problems.length > before) return null
  checkOrder(limit, (name) => cellOf(name) ?? row[0]!, note)
  return problems.length > before ? null : limit
}

type Note = (cell: CsvCell, message: string) => void

function readUnit(cell: CsvCell | null, note: Note): Unit | null {
  if (cell === null) return null
  const unit = parseUnit(cell.text.trim())
  if (unit === null) {
    note(
      cell,
      `unit: ${quoted(cell.text.trim())} is not known; known are s V A W Hz F H ohm S with SI prefixes (ps, uA), dB, deg, %, and quotients (V/ns); or leave it empty`,
    )
  }
  return unit
}

function readNear(cell: CsvCell | null, decimalComma: boolean, note: Note): number {
  if (cell === null) return defaultNear
  const near = readNumber(cell.text.trim().replace(/\s*%$/, ''), decimalComma, 0)
  if (typeof near === 'number' && near >= 0 && near <= 100) return near
  note(cell, `near: expected a percentage from 0 to 100, found ${quoted(cell.text.trim())}`)
  return defaultNear
}

/**
 * A number in a unit. `5%` is what a spreadsheet writes for a cell in the form of a percentage: 0.05 of a measurement
 * without a unit, and 5 of one that is in percent. The unit `%` itself scales nothing: it says that the simulator's
 * numbers are percentages already.
 */
function readQuantity(text: string, decimalComma: boolean, unit: Unit | null): Reading {
  const exponent = unit?.exponent ?? 0
  const number = text.replace(/\s*%$/, '')
  if (number === text) return readNumber(text, decimalComma, exponent)
  const base = unit?.base ?? '1'
  return base === '%'
    ? readNumber(number, decimalComma, 0)
    : base === '1'
      ? readNumber(number, decimalComma, -2)
      : null
}

/** Null for a text that is no number; out of range is one that would become infinite, or 0 without being 0. */
type Reading = number | 'out of range' | null

/** The unit counts first: 1e309 ps is a number. */
function readNumber(text: string, decimalComma: boolean, exponent: number): Reading {
  const plain = decimalComma ? text.replace(/^([^.,]*),([^.,]*)$/, '$1.$2') : text
  const [, mantissa = ''] = /^([^e]*)(?:e[+-]?\d+)?$/i.exec(plain) ?? []
  const digits = parseNumber(mantissa)
  if (digits === null) return null
  const value = toBaseUnit(plain, exponent)
  return Number.isFinite(value) && (value === 0) === (digits === 0) ? value : 'out of range'
}

function checkOrder(
  { min, typ, max }: Limit,
  cellOf: (name: 'min' | 'typ' | 'max') => CsvCell,
  note: Note,
): void {
  if (min === null && max === null) {
    note(cellOf('typ'), 'a limit needs min, max or both')
  } else if (min !== null && max !== null && min > max) {
    note(cellOf('min'), `min is above max (${cellOf('max').text.trim()})`)
  } else if (typ !== null && ((min !== null && typ < min) || (max !== null && typ > max))) {
    note(cellOf('typ'), 'typ lies outside of min and max')
  }
}

/** Two limits of one measurement are two rows with different points, or one side each. */
function findDuplicates(limits: readonly Limit[]): CsvProblem[] {
  const first = new Map<string, number>()
  return limits.flatMap(({ measurement, point, min, max, line }) => {
    const sides = [...(min === null ? [] : ['min']), ...(max === null ? [] : ['max'])]
    const keys = sides.map((side) => `${side} ${point ?? '*'} ${measurement}`)
    const earlier = keys.map((key) => first.get(key)).find((found) => found !== undefined)
    for (const key of keys) if (!first.has(key)) first.set(key, line)
    if (earlier === undefined) return []
    const where = point === null ? '' : ` at ${point}`
    const message = `${measurement}${where} has this limit already, in line ${earlier}`
    return [{ line, column: 1, message }]
  })
}

const problemAt = ({ line, column }: CsvCell, message: string): CsvProblem => ({ line, column, message })
