import type { Context } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { type ImportReport, problemText } from '../import/import-results.ts'
import { type ImportRecord, mostListed } from '../store/imports.ts'
import { counted, shortId } from './shared.ts'

/** Names every problem on stderr; one that kept something from being read makes the exit code 6. */
export function warnOfProblems(context: Context, report: ImportReport): void {
  for (const disagreement of report.disagreements) {
    context.warn(`${disagreementText(disagreement)}: the first was taken`)
  }
  for (const path of report.left_alone.slice(0, mostNamed)) context.inform(`left alone: ${path}`)
  if (report.left_alone.length > mostNamed)
    context.inform(`… and ${report.left_alone.length - mostNamed} more left alone`)
  for (const line of changeLines(report)) context.inform(line)
  for (const problem of report.problems) {
    if (problem.level === 'error') context.report(problemText(problem))
    else context.warn(problemText(problem))
  }
  if (report.problems.some((problem) => problem.level === 'error')) context.exitWith(exitCodes.bad_input)
}

/** `TT/typical/m40/v1min: del_rr is 1 in report_….txt, 2 in creport.txt`, the stored value first. */
export function disagreementText(disagreement: ImportReport['disagreements'][number]): string {
  const { measurement, sources, files } = disagreement
  const told = Object.entries(sources).map(
    ([source, value]) => `${value ?? 'failed'} in ${files[source as keyof typeof files] ?? source}`,
  )
  return `${rowText(disagreement)}: ${measurement} is ${told.join(', ')}`
}

/** So many replaced and vanished values are named one by one; the JSON and `pvt imports` have them all. */
const mostNamed = 20

/** What an import replaced and did not find any more, a line each. */
function changeLines(report: ImportReport): string[] {
  const { changes, changes_count, vanished, vanished_count } = report
  return [
    ...changes.slice(0, mostNamed).map(changeText),
    ...moreText(changes_count, 'changed value'),
    ...vanished.slice(0, mostNamed).map((one) => `${vanishedText(one)}: ${fateOf(one)}`),
    ...moreText(vanished_count, 'vanished value'),
  ]
}

function fateOf({ removed, told_by }: ImportReport['vanished'][number]): string {
  if (removed) return 'removed'
  const why = told_by === null ? ' (--prune removes it)' : `: ${told_by} tells it, too`
  return `not in the files any more, kept${why}`
}

const moreText = (count: number, noun: string): string[] =>
  count > mostNamed ? [`… and ${counted(count - mostNamed, `more ${noun}`)}`] : []

/** `TT/typical/m40/v1min: del_rr 3.1e-11 -> 3.2e-11 (report_….txt)`. */
export function changeText(change: ImportReport['changes'][number]): string {
  const from = toldText(change.old, change.old_text)
  const to = toldText(change.new, change.new_text)
  const file = change.new_file === change.old_file ? '' : `, before in ${change.old_file}`
  return `${rowText(change)}: ${change.measurement} ${from} -> ${to} (${change.new_file}${file})`
}

export const vanishedText = (one: ImportReport['vanished'][number]): string =>
  `${rowText(one)}: ${one.measurement ?? 'the row'} of ${one.file}`

/** A number in full, or the text that stood in its place. */
function toldText(value: number | string | null, text: string | null): string {
  if (value !== null) return String(value)
  if (text === null) return 'nothing'
  return text.trim() === '' ? '(empty)' : text
}

/** The point; alter and row where there can be others. */
function rowText(row: { point: string; alter_number: number; row_number: number }): string {
  const alter = row.alter_number === 1 ? '' : ` alter ${row.alter_number}`
  return `${row.point}${alter}${row.row_number === 1 ? '' : ` row ${row.row_number}`}`
}

/** The summary of an import in one line. */
export function importedText(report: ImportReport): string {
  const counts = [
    `${counted(report.points, 'point')} from ${counted(report.files_read, 'file')}`,
    `${report.results_new} new, ${report.results_updated} updated, ${report.results_unchanged} unchanged`,
    `${counted(report.measurements, 'measurement')}, ${report.failed_measurements} failed`,
    `${report.missing_points ?? 'unknown'} missing`,
    `${report.disagreements.length < mostListed ? '' : 'at least '}${counted(report.disagreements.length, 'disagreement')}`,
    counted(report.problems.length, 'problem'),
    ...(report.vanished_count > 0 ? [`${report.vanished_count} vanished`] : []),
    ...(report.results_pruned > 0 ? [`${counted(report.results_pruned, 'row')} pruned`] : []),
  ]
  return `imported ${counts.join('; ')}`
}

/** The summary of an import, the job first. */
export function lineOf(report: ImportReport, { dryRun }: { dryRun: boolean }): string {
  const id = report.job_id === null ? 'a new job' : shortId(report.job_id)
  return `${id} ${importedText(report)}${dryRun ? ' (dry run: nothing stored)' : ''}`
}

/** What was read and stored, in the order of every list of imports. */
export const readKeys = [
  ...(['files_read', 'points', 'results_new', 'results_updated', 'results_unchanged'] as const),
  ...(['measurements', 'failed_measurements', 'missing_points', 'disagreements', 'problems'] as const),
] satisfies readonly (keyof ImportReport & keyof ImportRecord)[]

/** What an import again has changed. */
export const changeKeys = [
  'changes',
  'changes_count',
  'vanished',
  'vanished_count',
] as const satisfies readonly (keyof ImportReport & keyof ImportRecord)[]
