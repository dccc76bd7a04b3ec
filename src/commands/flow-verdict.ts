import type { Context } from '../context.ts'
import { hasEnded, type Job, type JobStatus } from '../domain/job.ts'
import { PvtError } from '../errors.ts'
import { isAway } from '../import/deliver.ts'
import { waitingFor } from '../import/spool.ts'
import type { Database } from '../store/database.ts'
import { findJob } from '../store/jobs.ts'
import { shortId, simulationsText } from './shared.ts'

/**
 * Says on stderr how the job ended, and gives its state; null when that waits in the spool, because the database is
 * away or has only just come back.
 *
 * @throws `job_not_found` for a job that was removed while its flow ran; what else goes wrong.
 */
export async function tellVerdict(context: Context, jobId: string): Promise<JobStatus | null> {
  const job = await jobAsItEnded(context, jobId)
  if (job === null) {
    context.inform(`job ${shortId(jobId)}: the verdict follows when the database is back (pvt spool list)`)
    return null
  }
  const why = job.error_message === null ? '' : `: ${job.error_message}`
  const line = `job ${shortId(jobId)} is ${job.status}, ${simulationsText(job)}${why}`
  if (job.status === 'failed') context.report(line)
  else context.inform(line)
  return job.status
}

async function jobAsItEnded(context: Context, jobId: string): Promise<Job | null> {
  try {
    const db = await context.database()
    const job = await findJob(db, jobId)
    if ((job === null || !hasEnded(job.status)) && isWaiting(context, db, jobId)) return null
    if (job === null) throw new PvtError('job_not_found', `job ${jobId} is not there`, notThere)
    return job
  } catch (error) {
    if (!isAway(error)) throw error
    return null
  }
}

/** Whether something about the job is still in the spool: opening the database delivers no more than some changes. */
const isWaiting = (context: Context, { location }: Database, jobId: string): boolean =>
  waitingFor(context.settings.spool, location).some(
    ({ change }) => change?.words.some((word) => word.includes(jobId)) === true,
  )

const notThere =
  'it was removed while its flow ran; what the flow left can be imported: pvt results import --new'
