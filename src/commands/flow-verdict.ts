import type { Context } from '../context.ts'
import type { JobStatus } from '../domain/job.ts'
import { findJob } from '../store/jobs.ts'
import { shortId, simulationsText } from './shared.ts'

/** Says on stderr how the job ended, or that the database will be told later; gives its state, null in that case. */
export async function tellVerdict(context: Context, jobId: string): Promise<JobStatus | null> {
  const job = await context
    .database()
    .then((db) => findJob(db, jobId))
    .catch(() => null)
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
