/*
 * `name = value` a line, below any head or none: HSPICE's MEASFORM=2 (HSIM's style) and Spectre's
 * `mt_format=vertical`. With a sweep each group begins with `index = n`. Known from the manuals of both only,
 * no real file was seen; format: measure-files.md, section 7. Assumed, because every other form does so:
 * `alter#` ends a record, so that the first name behind it begins another one, and all records hold the same
 * names. Comments (`* …`) above the first value are skipped, as CustomSim may write them.
 */

import type { Problem } from '../domain/problem.ts'
import { parseAlterNumber } from './alter-number.ts'
import { type Assignment, noAssignment, readAssignment, toOneRow } from './measure-assignment.ts'
import { type HeadFields, MeasureHead } from './measure-head.ts'
import { isComment } from './measure-dialect.ts'
import { distinctNames } from './names.ts'
import { SweptRows } from './measure-sweep.ts'
import { error, type MeasureTable, type MeasureTableRow, warning } from './measure-table.ts'
import type { Line } from './text.ts'

/** Reads `name = value` lines: a row a group, or one row. A line that does not fit is a problem. */
export function readNameValue(lines: readonly Line[]): MeasureTable {
  const head = new MeasureHead()
  const start = lines.findIndex((line) => !head.take(line))
  const found: Assignment[] = []
  const problems: Problem[] = []
  for (const line of start < 0 ? [] : lines.slice(start)) {
    if (line.text.trim() === '' || (found.length === 0 && isComment(line.text))) continue
    const assignment = readAssignment(line)
    if (assignment === null) problems.push(noAssignment(line))
    else {
      problems.push(...assignment.problems)
      found.push(assignment)
    }
  }
  const groups = toGroups(found)
  const read = groups.length === 1 && groups[0]![0]!.name !== 'index' ? readSingle(found) : readGroups(groups)
  return finish(head.fields, read, groups.length, problems)
}

function toGroups(found: readonly Assignment[]): Assignment[][] {
  const groups: Assignment[][] = []
  for (const [index, assignment] of found.entries()) {
    const isBehindRecord = found[index - 1]?.name === 'alter#' && assignment.name === found[0]!.name
    if (index === 0 || assignment.name === 'index' || isBehindRecord) groups.push([])
    groups.at(-1)!.push(assignment)
  }
  return groups
}

type Read = Pick<MeasureTable, 'names' | 'rows' | 'problems'>

function readSingle(group: readonly Assignment[]): Read {
  const { names, problems } = distinctNames(group)
  const misfit = alterMisfit(group)
  if (misfit !== null) return { names, rows: [], problems: [...problems, misfit] }
  return { names, rows: toOneRow(group), problems }
}

function readGroups(groups: readonly Assignment[][]): Read {
  const names = [...new Set(groups.flatMap((group) => group.map(({ name }) => name)))]
  const rows: MeasureTableRow[] = []
  const problems: Problem[] = []
  for (const group of groups) {
    const misfit = namesMisfit(group, names) ?? alterMisfit(group)
    if (misfit !== null) {
      problems.push(misfit)
      continue
    }
    const byName = new Map(group.map((assignment) => [assignment.name, assignment]))
    rows.push(...toOneRow(names.map((name) => ({ ...byName.get(name)!, line: group[0]!.line }))))
  }
  return { names, rows, problems }
}

function namesMisfit(group: readonly Assignment[], names: readonly string[]): Problem | null {
  const present = new Set<string>()
  for (const { name, line } of group) {
    if (present.has(name)) return error(line, `${name} stands twice in this group: the group is not read`)
    present.add(name)
  }
  const missing = names.find((name) => !present.has(name))
  if (missing === undefined) return null
  return error(group[0]!.line, `this group has no ${missing}, which others have: it is not read`)
}

function alterMisfit(group: readonly Assignment[]): Problem | null {
  const alter = group.find(({ name }) => name === 'alter#')
  if (alter === undefined || parseAlterNumber(String(alter.value)) !== null) return null
  const found = alter.text ?? alter.value
  return error(alter.line, `expected a whole number for alter#, found ${found}: the row is not read`)
}

function finish(
  fields: HeadFields,
  { names, rows, ...read }: Read,
  records: number,
  problems: Problem[],
): MeasureTable {
  const sweepProblems: Problem[] = []
  const swept = new SweptRows(names, fields.paramCount, (problem) => sweepProblems.push(problem))
  for (const row of rows) swept.add(row)
  swept.end(records)
  const empty =
    names.length === 0 && problems.length === 0 ? [warning(null, 'no name = value in the file')] : []
  return {
    ...fields,
    names,
    sweepNames: [...(swept.sweepNames ?? [])],
    rows: swept.take(),
    problems: [...sweepProblems, ...problems, ...read.problems, ...empty],
  }
}
