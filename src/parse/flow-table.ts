import { bookkeepingNames, type MeasuredRow } from '../domain/measurement.ts'
import type { Problem } from '../domain/problem.ts'
import { doubtfulAlter, judgeLastAlter, parseAlterNumber } from './alter-number.ts'
import { isFailedWord, noNumber } from './measure-record.ts'
import { setOwn } from './measured-row.ts'
import { distinctNames } from './names.ts'
import { parseNumber } from './number.ts'
import type { Line } from './text.ts'

/**
 * The part that creport.txt and report_*.txt share: `[swp] <name>… temper alter#` and empty fields up to a fixed
 * number. Source: formats.md, sections 5 and 6.
 */
export interface FlowColumns {
  /** The names in the order of the fields, `swp`, `temper` and `alter#` included, each different. */
  columns: string[]
  /** The measurements among them. */
  names: string[]
  /** Where they stand in a row. */
  places: Places
  problems: Problem[]
}

/** Places of columns in a row; -1 for one that is not there. */
export interface Places {
  measured: readonly number[]
  sweep: readonly number[]
  temper: number
  alter: number
}

/** The columns of a header line; empty fields at its end mean nothing. */
export function readColumns(fields: readonly string[], line: number): FlowColumns {
  const found = fields.slice(0, filledLength(fields)).map((name) => ({ name, line }))
  const { names: columns, problems } = distinctNames(found)
  const places = {
    measured: placesOf(columns, isMeasurement),
    sweep: placesOf(columns, isSweep),
    temper: columns.indexOf('temper'),
    alter: columns.indexOf('alter#'),
  }
  return { columns, names: columns.filter(isMeasurement), places, problems }
}

const placesOf = (columns: readonly string[], isWanted: (name: string, place: number) => boolean): number[] =>
  columns.flatMap((name, place) => (isWanted(name, place) ? [place] : []))

/** The fields of a line of values. */
export interface Fields {
  /** Without the empty ones at its end, of which the flow writes a hundred. */
  filled: readonly string[]
  /** With them. */
  count: number
}

/** Parts a line at its tabs. */
export function toFields(text: string): Fields {
  // What the flow writes behind the values is tabs alone, and cut off at once; other blanks belong to a field.
  let end = text.trimEnd().length
  if (!tabs.startsWith(text.slice(end))) {
    end = text.length
    while (end > 0 && text.charCodeAt(end - 1) === tab) end -= 1
  }
  const filled = end === 0 ? [] : text.slice(0, end).split('\t')
  return { filled, count: text.length - end + Math.max(filled.length, 1) }
}

const tab = 0x09
const tabs = '\t'.repeat(128)

export interface ReadRow {
  /** Null when the line could not be read; `problems` then says why. */
  row: MeasuredRow | null
  problems: readonly Problem[]
  /** The `alter#` as it stands in the line; null where it has none. */
  alterText: string | null
}

/**
 * One data line: the fields behind its key. An empty field before the last name is a missing value and stays; a line
 * with too many values, too few fields, or cut by the end of the file is not read. `alterBefore` is the `alterText`
 * of the row before, against which an `alter#` at the very end of the file is held.
 */
export function readValues(
  fields: Fields,
  { columns, places }: Pick<FlowColumns, 'columns' | 'places'>,
  line: Line,
  alterBefore: string | null,
): ReadRow {
  const alterText =
    fields.filled[places.alter] ?? (0 <= places.alter && places.alter < fields.count ? '' : null)
  const last = judgeEnd(fields, columns, line, alterBefore)
  const unreadable = fieldCountMessage(fields, columns) ?? (last === 'cut' ? cutMessage : null)
  if (unreadable !== null) return { row: null, problems: [error(line.number, unreadable)], alterText }

  const problems: Problem[] = []
  if (last === 'doubtful') problems.push(warning(line.number, doubtfulAlter(alterText ?? '')))
  const filled = filledLength(fields.filled)
  const isShort = columns.at(-1) === 'alter#' && filled < columns.length && filled > 0
  if (isShort) {
    problems.push(warning(line.number, moreNamesThanValues(columns.length, filled)))
  }
  const alterNumber = parseAlterNumber((alterText ?? '').trim())
  if (alterNumber === null && alterText !== null && alterText.trim() !== '') {
    problems.push(warning(line.number, `alter# is ${alterText}, no whole number: taken as 1`))
  }
  const row = toRow(fields.filled, columns, places, { line: line.number, alterNumber: alterNumber ?? 1 })
  if (isShort) row.doubtful = true
  for (const name in row.failed) {
    const text = row.failed[name]!.trim()
    if (text !== '' && !isFailedWord(text))
      problems.push({ ...noNumber(line.number, name, text), level: 'warning' })
  }
  return { row, problems, alterText }
}

/** The last column is `alter#`, which every simulator writes: where it is empty, the values before it have moved. */
const moreNamesThanValues = (names: number, values: number): string =>
  `expected ${names} values (temper and alter# among them), found ${values}: there are more names than values, and those behind the missing one stand under wrong names; compare with the measure file`

export const cutMessage = 'the file ends inside this row: the row is not read'

/** Whether a line holds nothing but tabs and blanks. */
export const isBlank = (text: string): boolean => !/\S/.test(text)

export const error = (line: number | null, message: string): Problem => ({ line, level: 'error', message })
export const warning = (line: number | null, message: string): Problem => ({
  line,
  level: 'warning',
  message,
})

const isMeasurement = (name: string, position: number): boolean =>
  !bookkeepingNames.includes(name) && !isSweep(name, position)

/** Only a `swp` in front is the sweep's; further on a measurement may bear the name. */
const isSweep = (name: string, position: number): boolean =>
  name === 'index' || (name === 'swp' && position === 0)

function filledLength(fields: readonly string[]): number {
  let length = fields.length
  while (length > 0 && isBlank(fields[length - 1]!)) length -= 1
  return length
}

/** The last field of a line without newline may be half a value: only `alter#` may stand there. */
function judgeEnd(
  { filled, count }: Fields,
  columns: readonly string[],
  line: Line,
  alterBefore: string | null,
): 'complete' | 'doubtful' | 'cut' {
  if (line.terminated || count > columns.length) return 'complete'
  if (count < columns.length || columns.at(-1) !== 'alter#') return 'cut'
  return judgeLastAlter(filled[count - 1] ?? '', alterBefore)
}

function fieldCountMessage({ filled, count }: Fields, columns: readonly string[]): string | null {
  const extra = filledLength(filled) - columns.length
  if (extra <= 0 && count >= columns.length) return null
  const expected = columns.filter(isMeasurement).length
  if (extra > 0) {
    return (
      `expected ${expected} measurements, found ${expected + extra}; ` +
      'a title with a blank shifts the columns: import the measure files instead'
    )
  }
  return `expected ${columns.length} values (${expected} measurements), found ${count}: the row is cut short`
}

function toRow(
  fields: readonly string[],
  columns: readonly string[],
  places: Places,
  { line, alterNumber }: { line: number; alterNumber: number },
): MeasuredRow {
  const sweep: MeasuredRow['sweep'] = {}
  for (const place of places.sweep) {
    const text = fields[place] ?? ''
    setOwn(sweep, columns[place]!, parseNumber(text.trim()) ?? text)
  }
  const measurements: MeasuredRow['measurements'] = {}
  const failed: MeasuredRow['failed'] = {}
  for (const place of places.measured) {
    const text = fields[place] ?? ''
    const value = parseNumber(text.trim())
    setOwn(measurements, columns[place]!, value)
    if (value === null) setOwn(failed, columns[place]!, text)
  }
  const temper = fields[places.temper]
  return {
    line,
    alter_number: alterNumber,
    temper: temper === undefined ? null : parseNumber(temper.trim()),
    sweep,
    measurements,
    failed,
  }
}
