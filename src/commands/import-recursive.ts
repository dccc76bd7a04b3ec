import type { Context, Interruption } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { namedZone, systemZone, type Zone } from '../domain/local-time.ts'
import { exitCodes, PvtError } from '../errors.ts'
import { findBackups } from '../import/find-backups.ts'
import { findFiles, runLister } from '../import/find-files.ts'
import { realFolder } from '../import/folder.ts'
import { filesSinceImport } from '../import/grown-backup.ts'
import { CopyFound, importBackup } from '../import/import-backup.ts'
import { type ImportOptions, type ImportReport, problemText, readFound } from '../import/import-results.ts'
import { contentDigest, type Original } from '../import/original-backup.ts'
import type { Database } from '../store/database.ts'
import { findJobByBackup } from '../store/jobs.ts'
import { changeKeys, lineOf, readKeys, warnOfProblems } from './import-answer.ts'
import { stopIfAsked } from './interruption.ts'
import { counted, fieldColumns, shortId } from './shared.ts'

/** The zone of that name, or this machine's. @throws usage error for a name that is none. */
export const toZone = (name: string | undefined): Zone => (name === undefined ? systemZone : namedZone(name))

export type RecursiveSettings = ImportOptions & { zone: Zone }

/** Of a dry run, which stores nothing that would tell a copy later: the backups that it read, by their content. */
type WouldBeStored = Map<string, string>

/**
 * A job for each backup below a folder that has none: one transaction each. A backup that cannot be read is named and
 * does not keep the others out; so is a copy of a run that has a job. The answer is written as it comes: years of
 * backups are more than memory should hold.
 */
export async function importRecursively(
  context: Context,
  path: string | undefined,
  settings: RecursiveSettings,
): Promise<void> {
  const folder = realFolder(path ?? context.settings.cwd)
  const { backups, problems } = await findBackups(folder)
  for (const problem of problems) name(context, problem.level, problemText(problem))
  // What may not be read, or was renamed, is told already.
  if (backups.length === 0 && problems.length === 0)
    context.warn(`there is no backup folder 00bkp_* below ${folder}`)
  const db = await context.database()
  const answer = context.printList<ImportReport>(
    fieldColumns(reportKeys),
    (report) => `${lineOf(report, settings)}\n`,
    { outlivesReader: true },
  )
  const interruption = context.watchForInterruption()
  const progress = context.progress(backups.length, 'backups')
  const wouldBeStored: WouldBeStored = new Map()
  let stored = 0
  let reached = ''
  try {
    for (const backup of backups) {
      reached = backup
      await stopBefore(backup, stored, interruption)
      const report = await importOne(context, db, backup, { ...settings, wouldBeStored }, () =>
        stopBefore(backup, stored, interruption),
      )
      progress.tick()
      if (report === null) continue
      if (!settings.dryRun) stored += 1
      warnOfProblems(context, report)
      await answer.add(report)
    }
  } catch (error) {
    // What failed says that nothing was changed, and means this backup.
    if (stored > 0 && !interruption.signal.aborted)
      context.warn(`the import ended at ${reached}; ${storedText(stored)}: run it again to go on`)
    throw error
  } finally {
    progress.end()
    interruption.close()
    await answer.end()
  }
}

function stopBefore(backup: string, stored: number, interruption: Interruption): Promise<void> {
  return stopIfAsked(interruption, `nothing of ${backup} was stored; ${storedText(stored)}`)
}

const storedText = (stored: number): string =>
  stored === 1 ? 'the job stored before it stays' : `${counted(stored, 'job')} stored before it stay`

/** Null when there is no job to make: it has one, it is a copy, or it could not be read, which is told. */
async function importOne(
  context: Context,
  db: Database,
  backup: string,
  settings: RecursiveSettings & { wouldBeStored: WouldBeStored },
  pause: () => Promise<void>,
): Promise<ImportReport | null> {
  try {
    const known = await findJobByBackup(db, backup)
    if (known !== null) {
      await warnOfGrowth(context, db, known, backup)
      return null
    }
    const found = findFiles(backup, await runLister(backup))
    const read = await readFound(found, settings)
    await pause()
    const digest = settings.dryRun ? contentDigest(backup, read) : null
    const original = digest === null ? undefined : settings.wouldBeStored.get(digest)
    if (original !== undefined) {
      context.warn(`${backup}: a copy of ${original}: no second job would be made`)
      return null
    }
    const options = { ...settings, now: context.now(), beside: 'when it fits', refuseCopies: true } as const
    const { report, problems } = await importBackup(db, found, read, options)
    if (digest !== null) settings.wouldBeStored.set(digest, backup)
    for (const problem of problems) name(context, problem.level, problemText(problem))
    return report
  } catch (error) {
    if (error instanceof CopyFound) {
      context.warn(`${backup}: ${copyText(error.original)}: no second job was made`)
      return null
    }
    if (!(error instanceof PvtError) || !aboutTheBackup.includes(error.code)) throw error
    name(context, 'error', error.message.startsWith(backup) ? error.message : `${backup}: ${error.message}`)
    return null
  }
}

/** A backup may still have been written when it was imported. */
async function warnOfGrowth(
  context: Context,
  db: Database,
  { job_id }: Pick<Job, 'job_id'>,
  backup: string,
): Promise<void> {
  const files = await filesSinceImport(db, job_id, backup)
  if (files === 0) return
  const came = files === 1 ? '1 file came or changed' : `${files} files came or changed`
  const id = shortId(job_id)
  context.warn(
    `${backup}: ${came} since it was imported: pvt results import ${backup} -j ${id} brings them in`,
  )
}

function copyText({ job: { job_id, backup_path }, isRenamed }: Original): string {
  const where = backup_path ?? 'unknown'
  const what = isRenamed ? `${where} under another name` : `a copy of ${where}`
  return `${what}, which is job ${shortId(job_id)}`
}

/** What is wrong with one backup; anything else (the database, the disk, Ctrl-C) ends the whole. */
const aboutTheBackup: readonly string[] = ['bad_input', 'file_error', 'file_not_found']

/** Says what is wrong; an error makes the exit code 6. */
function name(context: Context, level: 'error' | 'warning', message: string): void {
  if (level === 'warning') {
    context.warn(message)
    return
  }
  context.report(message)
  context.exitWith(exitCodes.bad_input)
}

/** The columns of the CSV, also when there is no row. */
const reportKeys = [
  'job_id',
  'path',
  ...readKeys,
  'import_id',
  ...changeKeys,
  'results_pruned',
  'left_alone',
] as const satisfies readonly (keyof ImportReport)[]
