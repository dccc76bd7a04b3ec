import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Job } from '../domain/job.ts'
import type { Database } from '../store/database.ts'
import { findBackupContents, findJob, findJobByBackupContent } from '../store/jobs.ts'
import type { ReadRun } from './import-results.ts'
import { sha256 } from './read-file.ts'

/** The job that was made of the same run, and where that lay. */
export interface Original {
  job: Job
  /** It lies there no more, and had another name in the same domain folder. */
  isRenamed: boolean
}

/** The job of the same run, made of a copy of this backup or before its folder was renamed; null when there is none. */
export async function findOriginal(db: Database, path: string, read: ReadRun): Promise<Original | null> {
  const copied = await findJobByBackupContent(db, contentDigest(path, read))
  if (copied !== null) return { job: copied, isRenamed: false }
  for (const { job_id, backup_path, backup_sha256 } of await findBackupContents(db, dirname(path))) {
    if (contentDigest(backup_path, read) !== backup_sha256 || existsSync(backup_path)) continue
    const job = await findJob(db, job_id)
    if (job !== null) return { job, isRenamed: true }
  }
  return null
}

/** The folder's name and its files' contents: two runs that give the same numbers have different names. */
export const contentDigest = (path: string, { files }: ReadRun): string =>
  sha256([basename(path), ...files.map((file) => file.sha256).sort()].join('\n'))
