import type { Job } from '../domain/job.ts'
import type { ResultSource } from '../domain/measurement.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { Database } from '../store/database.ts'
import { findLastImport, type ImportRecord } from '../store/imports.ts'
import { insertLogEntry } from '../store/job-logs.ts'
import { updateJob } from '../store/jobs.ts'
import type { ImportSession } from './import-session.ts'

export interface StoreOptions {
  /** The folder or file that was imported. */
  path: string
  /** Stored with the job when it has no backup yet. */
  backup: string | null
  now: string
  user: string
  host: string
  programVersion: string
  dryRun: boolean
  /** Whether the files are those of a whole, ended run, so that what was attempted is what was to be delivered. */
  wholeRun: boolean
  /** Nothing is stored when anything could not be read. */
  strict?: boolean
  /** The source whose values are stored where it has any; null or left out: the rawest. */
  prefer?: ResultSource | null
  /** Removes what earlier imports of the path brought and that is not in it any more. */
  prune?: boolean
}

/** What the table `imports` says of it. */
export function toRecord(
  jobId: string,
  importId: string,
  session: ImportSession,
  { files, problems, missing }: Pick<ImportRecord, 'files' | 'problems'> & { missing: PvtPoint[] | null },
  options: StoreOptions,
): ImportRecord {
  const { counts, disagreements, changes, vanished } = session
  return {
    import_id: importId,
    job_id: jobId,
    path: options.path,
    imported_at: options.now,
    imported_by: options.user,
    host: options.host,
    program_version: options.programVersion,
    files,
    files_read: files.length,
    points: session.points.size,
    results_new: counts.new,
    results_updated: counts.updated,
    results_unchanged: counts.unchanged,
    measurements: counts.measurements,
    failed_measurements: counts.failed,
    missing_points: missing?.length ?? null,
    disagreements: disagreements.listed,
    problems,
    prefer: options.prefer ?? null,
    results_pruned: counts.pruned,
    changes: changes.listed,
    changes_count: changes.count,
    vanished: vanished.listed,
    vanished_count: vanished.count,
  }
}

/** Whether the same files were imported last time with the same problems: then there is nothing to record. */
export async function isKnown(db: Database, record: ImportRecord): Promise<boolean> {
  const last = await findLastImport(db, record.job_id, record.path)
  if (last === null) return false
  return last.files === JSON.stringify(record.files) && last.problems === JSON.stringify(record.problems)
}

/** Notes an import with its job: in its log, and where its backup is. */
export async function writeAboutJob(
  db: Database,
  job: Job,
  record: ImportRecord,
  options: StoreOptions,
): Promise<void> {
  await updateJob(db, job, {
    updated_at: options.now,
    ...(job.backup_path === null && options.backup !== null ? { backup_path: options.backup } : {}),
  })
  const counts = [
    `${record.results_new} new, ${record.results_updated} updated, ${record.results_unchanged} unchanged`,
    ...(record.results_pruned > 0 ? [`${record.results_pruned} pruned`] : []),
  ]
  await insertLogEntry(db, job.job_id, {
    logged_at: options.now,
    level: record.problems.length > 0 ? 'warning' : 'info',
    source: 'pvt',
    message: `imported ${options.path}: ${counts.join(', ')}`,
  })
}
