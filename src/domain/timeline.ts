import { PvtError } from '../errors.ts'
import { canMove, hasEnded, isClockSkew, type Job, type JobStatus, move, movesFrom } from './job.ts'
import { doneStages, latestAttempt, type Stage, type StageName, stageNames } from './stage.ts'
import {
  attemptText,
  endAttempt,
  endOthers,
  endRunning,
  newAttempt,
  withElapsed,
} from './timeline-attempts.ts'
import { isBehind, isLate, toldLate } from './timeline-late.ts'

/** What a mark or a move does to a job: decided here, written by the store in one transaction. */
export interface Change {
  job: Partial<Job>
  /** Attempts that are new or changed. */
  stages: Stage[]
  /** What the job's log says of it. */
  log: { level: 'info' | 'warning' | 'error'; message: string }
  /** What the user should know although all went well. */
  warnings: string[]
}

export interface Present {
  job: Job
  stages: readonly Stage[]
}

/**
 * A stage begins; null when it is running already. A stage that was done or failed gets a new attempt.
 *
 * A mark may come late, from the spool of another host: one from before the job's end changes no state, and one from
 * before the end of the stage's attempt only tells when that began.
 */
export function startStage({ job, stages }: Present, name: StageName, now: string): Change | null {
  const latest = latestAttempt(stages, name)
  if (latest?.status === 'running' && job.status === 'running') return null
  if (latest?.finished_at != null && latest.finished_at > now) {
    if (latest.started_at !== null && latest.started_at <= now) return null
    return toldLate(stages, withElapsed({ ...latest, started_at: now }), `stage ${name} started`)
  }
  if (isLate(job, now)) {
    const status = job.status === 'completed' ? 'done' : 'failed'
    const attempt = newAttempt(job, latest, name, { status, started_at: now })
    return toldLate(stages, attempt, `stage ${name} started`)
  }
  const attempt = newAttempt(job, latest, name, { status: 'running', started_at: now })
  return {
    job: {
      ...resume(job, `stage ${name} cannot start`, now),
      ...(isBehind(stages, now) ? {} : { current_stage: name }),
      completed_stages: doneStages([...stages, attempt]),
    },
    stages: [attempt],
    log: { level: 'info', message: `stage ${name} started${attemptText(attempt)}` },
    warnings: orderWarnings(job, stages, name, 'started'),
  }
}

/**
 * A stage is done; null when it was done already. The last planned stage completes the job, unless `completesJob` says
 * that its files will. A mark that comes after the job's completion (stages marked out of order), or from before the
 * job's end, is kept and changes no state.
 */
export function finishStage(
  { job, stages }: Present,
  name: StageName,
  now: string,
  { completesJob = true }: { completesJob?: boolean } = {},
): Change | null {
  const latest = latestAttempt(stages, name)
  if (latest?.status === 'done' && latest.finished_at !== null) return null
  const late = job.status === 'completed' || isLate(job, now)
  const resumed = late ? {} : resume(job, `stage ${name} cannot be done`, now)
  const done = endAttempt(job, latest, name, { status: 'done', finished_at: now })
  if (late && job.status !== 'completed') return toldLate(stages, done, `stage ${name} done`)
  const completes = completesJob && !late && job.planned_stages.at(-1) === name
  const ended = completes ? [...endOthers(job, stages, name, 'completed', now), done] : [done]
  const completed_stages = doneStages([...stages, ...ended])
  return {
    job: {
      ...resumed,
      ...(late || isBehind(stages, now) ? {} : { current_stage: name }),
      ...(completes ? move({ ...job, ...resumed }, 'completed', now) : {}),
      completed_stages,
    },
    stages: ended,
    log: {
      level: 'info',
      message: `stage ${name} done${attemptText(done)}${completes ? '; job completed' : ''}`,
    },
    warnings: [...orderWarnings(job, stages, name, 'done'), ...clockWarnings(ended)],
  }
}

export interface Failure {
  message: string | null
  exitCode: number | null
}

/** A stage failed, and with it the job; null when that is recorded already. */
export function failStage(
  { job, stages }: Present,
  name: StageName,
  failure: Failure,
  now: string,
): Change | null {
  const latest = latestAttempt(stages, name)
  if (latest?.status === 'failed' && job.status === 'failed' && job.error_stage === name) return null
  const failed = endAttempt(job, latest, name, {
    status: 'failed',
    finished_at: now,
    exit_code: failure.exitCode,
    message: failure.message,
  })
  // Told late: the work was taken up again since, or has ended.
  if (isLate(job, now) || isBehind(stages, now)) return toldLate(stages, failed, `stage ${name} failed`)
  refuseUnlessMove(job, 'failed', `stage ${name} cannot fail`)
  const ended = [...endOthers(job, stages, name, 'failed', now), failed]
  const message = failure.message ?? exitText(failure.exitCode) ?? `stage ${name} failed`
  return {
    job: {
      ...move(job, 'failed', now),
      current_stage: name,
      error_stage: name,
      error_message: message,
      completed_stages: doneStages([...stages, ...ended]),
    },
    stages: ended,
    log: { level: 'error', message: `stage ${name} failed: ${message}` },
    warnings: clockWarnings(ended),
  }
}

export interface MoveDetails {
  stage?: StageName
  error?: string
  backup?: string
}

/** Moves a job to a state; null when it is in it. Attempts that still run end with the job. */
export function moveJob(
  { job, stages }: Present,
  to: JobStatus,
  details: MoveDetails,
  now: string,
): Change | null {
  if (job.status === to) return null
  refuseUnlessMove(job, to, `it cannot become ${to}`)
  const moved: Partial<Job> = move(job, to, now)
  if (details.stage !== undefined) moved.current_stage = details.stage
  if (details.backup !== undefined) moved.backup_path = details.backup
  if (to === 'failed') moved.error_stage = details.stage ?? job.current_stage
  if (to === 'failed' || to === 'cancelled') moved.error_message = details.error ?? null
  const ended = hasEnded(to) ? endRunning(job, stages, to, now) : []
  const why = details.error === undefined ? '' : `: ${details.error}`
  return {
    job: { ...moved, completed_stages: doneStages([...stages, ...ended]) },
    stages: ended,
    log: { level: to === 'failed' ? 'error' : 'info', message: `${job.status} → ${to}${why}` },
    warnings: clockWarnings(ended),
  }
}

/** Marks of a queued or failed job set it running: the work has evidently been taken up. */
function resume(job: Job, what: string, now: string): Partial<Job> {
  if (job.status === 'running') return {}
  refuseUnlessMove(job, 'running', what)
  return move(job, 'running', now)
}

function refuseUnlessMove(job: Job, to: JobStatus, what: string): void {
  if (canMove(job.status, to) || job.status === to) return
  const allowed = movesFrom(job.status)
  throw new PvtError(
    'refused',
    `job ${job.job_id.slice(0, 8)} is ${job.status}: ${what}`,
    allowed.length === 0
      ? `${job.status} is final; record a new run with: pvt job create`
      : `it can become ${allowed.join(' or ')}`,
  )
}

function orderWarnings(job: Job, stages: readonly Stage[], name: StageName, what: string): string[] {
  const warnings: string[] = []
  if (!job.planned_stages.includes(name)) {
    warnings.push(`stage ${name} is not planned for this job (${job.planned_stages.join(', ')})`)
  }
  const done = doneStages(stages)
  const before = job.planned_stages.filter((stage) => stageNames.indexOf(stage) < stageNames.indexOf(name))
  const open = before.filter((stage) => !done.includes(stage))
  if (open.length > 0) warnings.push(`stage ${name} ${what} before ${open.join(', ')}: stored out of order`)
  return warnings
}

/** What is stored says it as well; but who marks the stages may look at this host's clock. */
const clockWarnings = (ended: readonly Stage[]): string[] =>
  ended
    .filter(({ started_at, finished_at }) => isClockSkew(started_at, finished_at))
    .map(
      ({ stage, started_at, finished_at }) =>
        `stage ${stage} ends (${finished_at}) before it began (${started_at}): a clock was set back, or those of two hosts differ; how long it took is not known and stored as 0`,
    )

const exitText = (exitCode: number | null): string | null =>
  exitCode === null ? null : `exit code ${exitCode}`
