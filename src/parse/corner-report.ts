import { baseCorners, gateSplitCorners } from '../domain/matrix.ts'
import type { MeasuredRow } from '../domain/measurement.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import type { Problem } from '../domain/problem.ts'
import { error, type FlowColumns, isBlank, readColumns, readValues, toFields, warning } from './flow-table.ts'
import { parseNumber } from './number.ts'
import { readPlainValues } from './plain-values.ts'
import { type Line, splitLines } from './text.ts'

/** What a report_<corner>_<extraction>_<temperature>_<voltage>.txt says about its point. */
export interface CornerReport {
  /** The measurements in file order; empty when the simulation failed. */
  names: string[]
  rows: MeasuredRow[]
  /** Lines of rows that could not be read. */
  unreadLines: number[]
  /** The flow's sign of a failed simulation: nothing but tabs. */
  simulationFailed: boolean
  problems: readonly Problem[]
}

/** Reads a report_*.txt: a line of names, then data lines, tab-separated. Format: formats.md, section 6. */
export function parseCornerReport(text: string): CornerReport {
  return plainReport(text) ?? anyReport(text)
}

/** A header that was seen before and one row of plain numbers: nearly all of a run's 488. Null for anything else. */
function plainReport(text: string): CornerReport | null {
  if (lastHeader === null || !text.startsWith(lastHeader.line)) return null
  const { line, columns } = lastHeader
  const end = text.length - 1
  if (text.indexOf('\n', line.length) !== end) return null
  const row = { text: text.slice(line.length, end), number: 2, terminated: true }
  const read = readPlainValues(row, 0, columns)
  if (read === null) return null
  const { names, problems } = columns
  return { names, rows: [read.row], unreadLines: [], simulationFailed: false, problems }
}

function anyReport(text: string): CornerReport {
  const lines = splitLines(text)
  if (lines.length === 0) return unread(error(null, 'the file is empty'))
  if (lines.every((line) => isBlank(line.text))) return { ...unread(), simulationFailed: true }
  const [header, ...body] = lines as [Line, ...Line[]]
  if (!header.terminated) return unread(error(1, 'the file ends inside its line of names'))
  if (isBlank(header.text)) return unread(error(1, 'expected measurement names, found an empty line'))
  return readBody(header, body)
}

/**
 * A function that tells the point of a report by its file name; null when the name is none. Corner and extraction both
 * hold underscores, so the name is read from the right: voltage, temperature, an extraction that is known (the flow's
 * own and those given), else a corner that is known, else up to the first underscore is the corner.
 */
export function cornerReportNames(
  knownExtractions: readonly string[] = [],
): (fileName: string) => PvtPoint | null {
  /** A run has few corners and extractions, each with many temperatures and voltages. */
  const splits = new Map<string, Split | null>()
  return (fileName) => {
    const match = reportName.exec(fileName)
    if (match === null) return null
    const place = match[1]!
    let split = splits.get(place)
    if (split === undefined) splits.set(place, (split = splitPlace(place, knownExtractions)))
    return split && toPoint(split.corner, split.extraction, match[2]!, match[3]!)
  }
}

/** The point that the file name of a single report tells, as `cornerReportNames`. */
export const parseCornerReportName = (
  fileName: string,
  knownExtractions: readonly string[] = [],
): PvtPoint | null => cornerReportNames(knownExtractions)(fileName)

function unread(...problems: Problem[]): CornerReport {
  return { names: [], rows: [], unreadLines: [], simulationFailed: false, problems }
}

function readBody(header: Line, body: readonly Line[]): CornerReport {
  const columns = columnsOf(header)
  if ('value' in columns)
    return unread(error(1, `expected measurement names, found the value ${columns.value}`))
  const { names } = columns
  const problems = [...columns.problems]
  const rows: MeasuredRow[] = []
  const unreadLines: number[] = []
  let alterBefore: string | null = null
  for (const line of body) {
    // A line of tabs under names is a row whose values are all missing; a blank one is the end of the file.
    if (line.text.trim() === '' && !line.text.includes('\t')) continue
    const read = readValues(toFields(line.text), columns, line, alterBefore)
    problems.push(...read.problems)
    if (read.row === null) unreadLines.push(line.number)
    else rows.push(read.row)
    alterBefore = read.alterText
  }
  if (rows.length === 0 && problems.length === 0) problems.push(warning(1, 'names, but no values below them'))
  return { names, rows, unreadLines, simulationFailed: false, problems }
}

/** The reports of a run have one header: its columns are made out once, not 488 times. */
let lastHeader: { line: string; columns: FlowColumns } | null = null

/** Or the value with which a line begins that is none of names. */
function columnsOf({ text, number }: Line): FlowColumns | { value: string } {
  if (lastHeader?.line === `${text}\n`) return lastHeader.columns
  const fields = text.split('\t')
  const value = fields.find((field) => parseNumber(field.trim()) !== null)
  if (value !== undefined) return { value: value.trim() }
  const columns = readColumns(fields, number)
  // The header of a report is its first line.
  lastHeader = { line: `${text}\n`, columns }
  return columns
}

const reportName = /^report_(.+)_(m?\d+(?:\.\d+)?)_(v1[a-z]+(?:_v2[a-z]+(?:_v3[a-z]+)?)?)\.txt$/
const flowExtraction = /_(?:typical|r?c(?:worst|best)_CC(?:worst|best)_T)$/

interface Split {
  corner: string
  extraction: string
}

const splitPlace = (place: string, known: readonly string[]): Split | null =>
  splitByExtraction(place, known) ?? splitByCorner(place) ?? splitAt(place, place.indexOf('_'))

function splitByExtraction(place: string, known: readonly string[]): Split | null {
  const given = known.filter((extraction) => place.endsWith(`_${extraction}`))
  const longest = given.sort((one, other) => other.length - one.length)[0]
  if (longest !== undefined) return splitAt(place, place.length - longest.length - 1)
  return splitAt(place, place.search(flowExtraction))
}

function splitByCorner(place: string): Split | null {
  // The gate split corners first: FFG_SSG begins with FFG.
  const corner = [...gateSplitCorners, ...baseCorners].find((name) => place.startsWith(`${name}_`))
  return corner === undefined ? null : splitAt(place, corner.length)
}

function splitAt(place: string, underscore: number): Split | null {
  if (underscore <= 0 || underscore === place.length - 1) return null
  return { corner: place.slice(0, underscore), extraction: place.slice(underscore + 1) }
}
