import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { findFiles, runLister } from '../import/find-files.ts'
import { importSources, readFound } from '../import/import-results.ts'
import { programVersion } from '../version.ts'
import { importedText, warnOfProblems } from './import-answer.ts'

/** Imports the backup of a stage into its job; returns what was imported, in words. Its problems are told. */
export async function importBackup(context: Context, job: Job, backup: string): Promise<string> {
  const options = {
    point: null,
    dryRun: false,
    strict: false,
    now: context.now(),
    user: context.settings.user,
    programVersion,
  }
  const found = findFiles(backup, await runLister(backup))
  const read = await readFound(found, options)
  const report = await importSources(await context.database(), job.job_id, found, read, options)
  warnOfProblems(context, report)
  return importedText(report)
}
