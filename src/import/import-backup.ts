import type { Zone } from '../domain/local-time.ts'
import type { Job } from '../domain/job.ts'
import type { FileProblem } from '../domain/problem.ts'
import { createJob } from '../store/create-job.ts'
import type { Database } from '../store/database.ts'
import { findJobByBackup, holdPath, saveBackupContent } from '../store/jobs.ts'
import { type DescribeOptions, describeBackup } from './describe-backup.ts'
import type { FoundFiles } from './find-files.ts'
import { importSources, type ImportOptions, type ImportReport, type ReadRun } from './import-results.ts'
import { contentDigest, findOriginal, type Original } from './original-backup.ts'

export interface BackupOptions extends ImportOptions {
  zone: Zone
  beside: NonNullable<DescribeOptions['beside']>
  /** Whether a copy of a run that has a job gets one of its own. Default: yes. */
  refuseCopies?: boolean
}

export interface ImportedBackup {
  report: ImportReport
  /** What looks wrong about the time or the configuration of a new job. */
  problems: FileProblem[]
}

/**
 * A job of a backup with its results, in one transaction. A backup that a job has already is imported into that job:
 * doing it again adds nothing, and of two that do it at once the second waits and finds the first one's job. A dry
 * run does it all and takes it back, so that it tells what would be.
 *
 * @throws {@link CopyFound}
 */
export async function importBackup(
  db: Database,
  found: FoundFiles,
  read: ReadRun,
  options: BackupOptions,
): Promise<ImportedBackup> {
  const { zone, beside } = options
  const { job, points, problems } = describeBackup(found, options.user, { zone, beside, read })
  const work = async (): Promise<ImportedBackup> => {
    await holdPath(db, found.path)
    const known = await findJobByBackup(db, found.path)
    if (known !== null) {
      const report = await importSources(db, known.job_id, found, read, options)
      return { report, problems: [] }
    }
    const digest = contentDigest(found.path, read)
    if (options.refuseCopies === true) {
      await holdPath(db, digest)
      const original = await findOriginal(db, found.path, read)
      if (original !== null) throw new CopyFound(original)
    }
    const { job_id } = await createJob(db, job, points, noteOf(found, job))
    await saveBackupContent(db, job_id, digest)
    const report = await importSources(db, job_id, found, read, { ...options, dryRun: false })
    if (options.dryRun) throw new TakeBack({ ...report, job_id: null, import_id: null })
    return { report, problems }
  }
  try {
    return await db.transaction(work)
  } catch (error) {
    if (error instanceof TakeBack) return { report: error.report, problems }
    throw error
  }
}

/** The run has a job already, made of another place; nothing was stored. */
export class CopyFound extends Error {
  constructor(readonly original: Original) {
    super(`the run has a job already: ${original.job.job_id}`)
  }
}

/** Rolls the transaction of a dry run back, and carries what it would have done. */
class TakeBack extends Error {
  constructor(readonly report: ImportReport) {
    super('a dry run')
  }
}

function noteOf(
  found: FoundFiles,
  { config_source, config_file_path }: Pick<Job, 'config_source' | 'config_file_path'>,
): string {
  const configuration = {
    given: '',
    beside: `, with ${config_file_path ?? 'the config.cfg'} beside it`,
    inferred: ', its configuration inferred from its files',
  }
  return `made from the backup ${found.path}${config_source === null ? '' : configuration[config_source]}`
}
