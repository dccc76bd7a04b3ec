import type { Candidate } from '../domain/retention.ts'
import type { JobStatus } from '../domain/job.ts'
import type { Database } from './database.ts'
import { pause } from './maintenance.ts'

/** So many jobs go in one transaction: with 50, another process that writes waits 22 ms at most, with 1,000 1 s. */
const jobsAtOnce = 50

/**
 * Removes ended jobs with everything of theirs, in small transactions with pauses between, so that others can write.
 * Each is looked at again when its turn comes: one that was taken up again in the meantime stays.
 *
 * @returns the ids of the jobs that went.
 */
export async function removeJobs(
  db: Database,
  jobs: readonly (Candidate & { status: JobStatus })[],
): Promise<Set<string>> {
  const removed = new Set<string>()
  for (let start = 0; start < jobs.length; start += jobsAtOnce) {
    if (start > 0) await pause()
    const batch = jobs.slice(start, start + jobsAtOnce)
    const gone = await db.transaction(async () => {
      const ids: string[] = []
      for (const job of batch) if (await removeJob(db, job)) ids.push(job.job_id)
      return ids
    })
    for (const id of gone) removed.add(id)
  }
  return removed
}

async function removeJob(db: Database, job: Candidate & { status: JobStatus }): Promise<boolean> {
  const rows = await db.query(
    'delete from jobs where job_id = $1 and status = $2 and completed_at = $3 returning job_id',
    [job.job_id, job.status, job.completed_at],
  )
  return rows.length === 1
}
