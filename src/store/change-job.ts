import { PvtError } from '../errors.ts'
import type { Change, Present } from '../domain/timeline.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import { bounded } from '../domain/size-limits.ts'
import type { Database } from './database.ts'
import { insertLogEntry } from './job-logs.ts'
import { lockJob, updateJob } from './jobs.ts'
import { recount } from './derived.ts'
import { closeRuns, isAlive } from './runs.ts'
import { findStages, saveStage } from './stages.ts'

/**
 * Applies a decision of `domain/timeline.ts` to a job, whole or not at all: the job is held, `decide` is asked with
 * what is there, and its answer is written. Gives the job as it is afterwards, the change, null when there was none to
 * make, and whether this has ended the job.
 *
 * @throws whatever `decide` throws (`refused`), and `job_not_found`.
 */
export async function changeJob(
  db: Database,
  jobId: string,
  now: string,
  decide: (present: Present) => Change | null,
): Promise<{ job: Job; change: Change | null; ended: boolean }> {
  return db.transaction(async () => {
    const job = await lockJob(db, jobId)
    if (job === null) throw jobGone(jobId)
    const change = decide({ job, stages: await findStages(db, jobId) })
    if (change === null) return { job, change, ended: false }
    const fields = { ...change.job, updated_at: now }
    if (fields.error_message != null) fields.error_message = bounded(fields.error_message)
    if (!(await updateJob(db, job, fields))) throw jobGone(jobId)
    for (const stage of change.stages)
      await saveStage(db, { ...stage, message: stage.message && bounded(stage.message) })
    await insertLogEntry(db, jobId, { logged_at: now, source: 'pvt', ...change.log })
    const changed = { ...job, ...fields }
    // Points without a row count as failed from a job's end on, and no longer when it is taken up again.
    const ended = hasEnded(changed.status)
    if (ended === hasEnded(job.status)) return { job: changed, change, ended: false }
    // Of a pvt that was killed; one that lives says itself when it ends.
    if (ended) await closeRuns(db, jobId, (run) => !isAlive(run, now))
    return { job: { ...changed, ...(await recount(db, changed)) }, change, ended }
  })
}

const jobGone = (jobId: string): PvtError =>
  new PvtError('job_not_found', `job ${jobId} is not there any more`, 'list the jobs with: pvt history')
