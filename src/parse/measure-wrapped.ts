import type { Problem } from '../domain/problem.ts'
import { isHeadLine, tokensOf } from './measure-dialect.ts'
import type { MeasureHead } from './measure-head.ts'
import { canBeName, toRecord } from './measure-record.ts'
import { distinctNames } from './names.ts'
import { sweepColumns } from './measure-sweep.ts'
import { error, type MeasureTable, type MeasureTableRow, warning } from './measure-table.ts'
import { parseNumber } from './number.ts'
import { type Line, quoted } from './text.ts'

/**
 * Reads what stands below the head where names and values are wrapped: names up to `alter#`, then records of
 * as many tokens, each beginning on a new line and ending at a line end. Names and values wrap differently,
 * so tokens are counted and neither lines nor columns nor indentation matter. A record that does not fit ends
 * the reading with a problem: everything behind it may be shifted.
 */
export function readWrappedTable(lines: readonly Line[], head: MeasureHead): MeasureTable {
  const header = readNames(lines, head.end)
  if ('problem' in header) {
    return { ...head.fields, names: [], sweepNames: [], rows: [], problems: [header.problem] }
  }
  const { names } = header
  const { rows, problems, records } = readRecords(lines, header.end, names)
  if (records === 0 && problems.length === 0) {
    problems.push(warning(header.line, 'names, but no values below them'))
  }
  const sweep = sweepColumns(names, rows, records, head.fields.paramCount)
  return {
    ...head.fields,
    names,
    sweepNames: sweep.sweepNames,
    rows,
    problems: [...sweep.problems, ...header.problems, ...problems],
  }
}

interface Header {
  names: string[]
  problems: Problem[]
  /** The line of the first name. */
  line: number
  /** Index of the first line behind the names. */
  end: number
}

function readNames(lines: readonly Line[], start: number): Header | { problem: Problem } {
  const names: string[] = []
  let firstLine: number | null = null
  for (let index = start; index < lines.length; index += 1) {
    const { text, number } = lines[index]!
    const tokens = tokensOf(text)
    if (tokens.length === 0) continue
    firstLine ??= number
    if (parseNumber(tokens[0]!) !== null) {
      return { problem: error(number, `expected names up to alter#, found the value ${tokens[0]!}`) }
    }
    const other = tokens.find((token) => !canBeName(token))
    if (other !== undefined) {
      return { problem: error(number, `expected names up to alter#, found ${quoted(other)}`) }
    }
    const alter = tokens.indexOf('alter#')
    if (alter >= 0 && alter < tokens.length - 1) {
      const found = quoted(tokens[alter + 1]!)
      return { problem: error(number, `expected the line to end with alter#, found ${found} behind it`) }
    }
    // No spread: a file without line ends is one line of a million tokens.
    for (const token of tokens) names.push(token)
    if (alter < 0) continue
    const line = firstLine
    return { ...distinctNames(names.map((name) => ({ name, line }))), line, end: index + 1 }
  }
  return { problem: error(firstLine, 'the names do not end with alter#: the file is cut or of another kind') }
}

interface Records {
  rows: MeasureTableRow[]
  problems: Problem[]
  /** Records begun, a cut one included. */
  records: number
}

function readRecords(lines: readonly Line[], start: number, names: readonly string[]): Records {
  const rows: MeasureTableRow[] = []
  const problems: Problem[] = []
  let tokens: string[] = []
  let beginsAt = 0
  let records = 0
  let alterBefore: string | null = null
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index]!
    const found = tokensOf(line.text)
    if (found.length === 0) continue
    if (isHeadLine(line.text)) {
      problems.push(error(line.number, `a second head ${quoted(line.text)}: from here on nothing is read`))
      break
    }
    if (tokens.length === 0) {
      beginsAt = line.number
      records += 1
    }
    for (const token of found) tokens.push(token)
    if (tokens.length < names.length) continue
    const record = toRecord(tokens, names, beginsAt, line, alterBefore)
    if ('misfit' in record) {
      problems.push(error(beginsAt, `${record.misfit}: this record and those behind it are not read`))
      return { rows, problems, records }
    }
    for (const problem of record.problems) problems.push(problem)
    alterBefore = tokens.at(-1)!
    rows.push(record.row)
    tokens = []
  }
  if (tokens.length > 0) {
    const count = `expected ${names.length} values, found ${tokens.length}`
    problems.push(error(beginsAt, `${count}: the record is not complete and is not read`))
  }
  return { rows, problems, records }
}
