import { type Job, type JobStatus, secondsBetween } from './job.ts'
import type { Stage, StageName } from './stage.ts'

/** The attempt after the latest at a stage. */
export function newAttempt(job: Job, latest: Stage | null, name: StageName, fields: Partial<Stage>): Stage {
  return {
    job_id: job.job_id,
    stage: name,
    attempt: (latest?.attempt ?? 0) + 1,
    status: 'running',
    started_at: null,
    finished_at: null,
    elapsed_seconds: null,
    exit_code: null,
    message: null,
    ...fields,
  }
}

/** Ends the running attempt; a stage that nobody started gets an attempt without a start. */
export function endAttempt(job: Job, latest: Stage | null, name: StageName, fields: Partial<Stage>): Stage {
  const isOpen = latest !== null && (latest.status === 'running' || latest.finished_at === null)
  return withElapsed(isOpen ? { ...latest, ...fields } : newAttempt(job, latest, name, fields))
}

/** How long it took, as far as both its ends are known. */
export function withElapsed(attempt: Stage): Stage {
  const { started_at, finished_at } = attempt
  const elapsed = started_at !== null && finished_at !== null ? secondsBetween(started_at, finished_at) : null
  return { ...attempt, elapsed_seconds: elapsed }
}

/** The attempts at other stages that still run when the job ends with this one. */
export function endOthers(
  job: Job,
  stages: readonly Stage[],
  name: StageName,
  to: JobStatus,
  now: string,
): Stage[] {
  return endRunning(
    job,
    stages.filter(({ stage }) => stage !== name),
    to,
    now,
  )
}

/** All attempts that still run, ended with the job. */
export function endRunning(job: Job, stages: readonly Stage[], to: JobStatus, now: string): Stage[] {
  return stages
    .filter((stage) => stage.status === 'running')
    .map((stage) =>
      endAttempt(job, stage, stage.stage, {
        status: to === 'completed' ? 'done' : 'failed',
        finished_at: now,
        message: to === 'completed' ? null : `job ${to}`,
      }),
    )
}

/** ` (attempt 2)`; nothing for the first. */
export const attemptText = (stage: Stage): string =>
  stage.attempt === 1 ? '' : ` (attempt ${stage.attempt})`
