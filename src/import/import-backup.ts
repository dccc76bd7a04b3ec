import { basename } from 'node:path'
import type { Zone } from '../domain/local-time.ts'
import type { Job } from '../domain/job.ts'
import type { FileProblem } from '../domain/problem.ts'
import { createJob } from '../store/create-job.ts'
import type { Database } from '../store/database.ts'
import { findJobByBackup, findJobByBackupContent, holdPath, saveBackupContent } from '../store/jobs.ts'
import { type DescribeOptions, describeBackup } from './describe-backup.ts'
import type { FoundFiles } from './find-files.ts'
import { importSources, type ImportOptions, type ImportReport, type ReadRun } from './import-results.ts'
import { sha256 } from './read-file.ts'

export interface BackupOptions extends ImportOptions {
  zone: Zone
  beside: NonNullable<DescribeOptions['beside']>
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
    const { job_id } = await createJob(db, job, points, noteOf(found, job))
    await saveBackupContent(db, job_id, contentDigest(found.path, read))
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

/** The job of the same run, made of a copy of this backup that lies elsewhere; null when there is none. */
export const findJobOfCopy = (db: Database, path: string, read: ReadRun): Promise<Job | null> =>
  findJobByBackupContent(db, contentDigest(path, read))

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

/** The folder's name and its files' contents: two runs that give the same numbers have different names. */
const contentDigest = (path: string, { files }: ReadRun): string =>
  sha256([basename(path), ...files.map((file) => file.sha256).sort()].join('\n'))
