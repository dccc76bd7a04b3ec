import { hasEnded, type Job } from './job.ts'
import { doneStages, type Stage } from './stage.ts'
import { attemptText } from './timeline-attempts.ts'

/** Whether an instant lies before the end of a job that has ended. */
export const isLate = (job: Job, now: string): boolean =>
  hasEnded(job.status) && job.completed_at !== null && job.completed_at > now

/** Whether another stage has begun since: the job is further than this mark knows. */
export const isBehind = (stages: readonly Stage[], now: string): boolean =>
  stages.some(({ started_at }) => started_at !== null && started_at > now)

/** An attempt that is told late: it stands in the timeline, and the job stays as it is. */
export function toldLate(stages: readonly Stage[], attempt: Stage, what: string) {
  const others = stages.filter(({ stage, attempt: n }) => stage !== attempt.stage || n !== attempt.attempt)
  return {
    job: { completed_stages: doneStages([...others, attempt]) },
    stages: [attempt],
    log: { level: 'info' as const, message: `${what}${attemptText(attempt)}, told late` },
    warnings: [],
  }
}
