import type { Context } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { type ImportReport, problemText } from '../import/import-results.ts'
import { counted, shortId } from './shared.ts'

/** Names every problem on stderr; one that kept something from being read makes the exit code 6. */
export function warnOfProblems(context: Context, report: ImportReport): void {
  for (const { point, measurement, sources, files } of report.disagreements) {
    const told = Object.entries(sources).map(
      ([source, value]) => `${value ?? 'failed'} in ${files[source as keyof typeof files] ?? source}`,
    )
    context.warn(`${point}: ${measurement} is ${told.join(', ')}: the first was taken`)
  }
  for (const problem of report.problems) {
    if (problem.level === 'error') context.report(problemText(problem))
    else context.warn(problemText(problem))
  }
  if (report.problems.some((problem) => problem.level === 'error')) context.exitWith(exitCodes.bad_input)
}

/** The summary of an import in one line. */
export function importedText(report: ImportReport): string {
  const counts = [
    `${counted(report.points, 'point')} from ${counted(report.files_read, 'file')}`,
    `${report.results_new} new, ${report.results_updated} updated, ${report.results_unchanged} unchanged`,
    `${counted(report.measurements, 'measurement')}, ${report.failed_measurements} failed`,
    `${report.missing_points ?? 'unknown'} missing`,
    counted(report.disagreements.length, 'disagreement'),
    counted(report.problems.length, 'problem'),
  ]
  return `imported ${counts.join('; ')}`
}

/** The summary of an import, the job first. */
export function lineOf(report: ImportReport, { dryRun }: { dryRun: boolean }): string {
  const id = report.job_id === null ? 'a new job' : shortId(report.job_id)
  return `${id} ${importedText(report)}${dryRun ? ' (dry run: nothing stored)' : ''}`
}
