import type { Problem } from '../domain/problem.ts'
import { isHeadLine } from './measure-dialect.ts'
import type { MeasureHead } from './measure-head.ts'
import { canBeName, toRecord } from './measure-record.ts'
import { distinctNames } from './names.ts'
import { sweepColumns } from './measure-sweep.ts'
import { error, type MeasureTable, type MeasureTableRow, warning } from './measure-table.ts'
import { type Line, quoted } from './text.ts'

/**
 * Reads what stands below the head where a line holds all names and each further line a record; `cellsOf`
 * parts a line and gives nothing for an empty one. A line that does not fit is a problem and is not read; the
 * lines behind it are, because nothing shifts.
 */
export function readLineTable(
  lines: readonly Line[],
  head: MeasureHead,
  cellsOf: (text: string) => string[],
): MeasureTable {
  const body = lines.slice(head.end).filter((line) => cellsOf(line.text).length > 0)
  const header = readNames(body[0], cellsOf)
  if ('problem' in header) {
    return { ...head.fields, names: [], sweepNames: [], rows: [], problems: [header.problem] }
  }
  const { names } = header
  const { rows, problems } = readRecords(body.slice(1), names, cellsOf)
  if (body.length === 1) problems.push(warning(body[0]!.number, 'names, but no values below them'))
  const sweep = sweepColumns(names, rows, body.length - 1, head.fields.paramCount)
  return {
    ...head.fields,
    names,
    sweepNames: sweep.sweepNames,
    rows,
    problems: [...sweep.problems, ...header.problems, ...problems],
  }
}

function readNames(
  line: Line | undefined,
  cellsOf: (text: string) => string[],
): { names: string[]; problems: Problem[] } | { problem: Problem } {
  if (line === undefined) return { problem: error(null, 'no names below the head: the file is cut') }
  const cells = cellsOf(line.text)
  if (cells.indexOf('alter#') !== cells.length - 1) {
    const found = quoted(cells.at(-1)!)
    return { problem: error(line.number, `expected a line of names that ends with alter#, found ${found}`) }
  }
  const other = cells.find((cell) => !canBeName(cell))
  if (other !== undefined) return { problem: error(line.number, `expected names, found ${quoted(other)}`) }
  return distinctNames(cells.map((name) => ({ name, line: line.number })))
}

function readRecords(
  lines: readonly Line[],
  names: readonly string[],
  cellsOf: (text: string) => string[],
): { rows: MeasureTableRow[]; problems: Problem[] } {
  const rows: MeasureTableRow[] = []
  const problems: Problem[] = []
  let alterBefore: string | null = null
  for (const line of lines) {
    if (isHeadLine(line.text)) {
      problems.push(error(line.number, `a second head ${quoted(line.text)}: from here on nothing is read`))
      break
    }
    const cells = cellsOf(line.text)
    const record = toRecord(cells, names, line.number, line, alterBefore)
    if ('misfit' in record) {
      problems.push(error(line.number, `${record.misfit}: this record is not read`))
      continue
    }
    for (const problem of record.problems) problems.push(problem)
    alterBefore = cells.at(-1)!
    rows.push(record.row)
  }
  return { rows, problems }
}
