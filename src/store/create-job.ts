import type { NewDependency } from '../domain/dependency.ts'
import type { Job } from '../domain/job.ts'
import type { PvtPoint } from '../domain/point.ts'
import { PvtError } from '../errors.ts'
import { type Database, isKeyClash } from './database.ts'
import { addDependencies } from './dependencies.ts'
import { insertLogEntry } from './job-logs.ts'
import { insertJob, type NewJob } from './jobs.ts'
import { insertPoints } from './points.ts'

/**
 * Stores a new job with the points that it is expected to deliver, what it waits for and the first line of its log.
 *
 * @throws `refused` when its id is that of another job.
 */
export async function createJob(
  db: Database,
  newJob: NewJob,
  points: readonly PvtPoint[],
  note: string,
  after: readonly NewDependency[] = [],
): Promise<Job> {
  return db.transaction(async () => {
    const total = points.length === 0 ? newJob.total_simulations : points.length
    const job = await insertJob(db, { ...newJob, total_simulations: total }).catch((error: unknown) => {
      throw isKeyClash(error) ? sameId(String(newJob.job_id)) : error
    })
    await insertPoints(db, job.job_id, points)
    await insertLogEntry(db, job.job_id, {
      logged_at: job.updated_at,
      level: 'info',
      source: 'pvt',
      message: note,
    })
    await addDependencies(db, job.job_id, after, job.created_at)
    return job
  })
}

const sameId = (id: string): PvtError =>
  new PvtError('refused', `there is a job ${id} already`, 'leave out --id, or give it another one')
