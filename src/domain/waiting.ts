import type { AttemptState } from './attempt.ts'
import { hasEnded, type Job, secondsBetween } from './job.ts'
import type { Stage } from './stage.ts'
import type { StageProgress } from './stage-progress.ts'

/**
 * What a job that has not ended is at. `not_started`: it is queued. `not_followed`: neither `pvt run` nor `pvt watch`
 * looks at its flow. `silent`: pvt gave no sign for long, or no count moved. `queue`: all its open points wait for the
 * farm. Else `running`.
 */
export type WaitingState = 'not_started' | 'not_followed' | 'silent' | 'queue' | 'running'

export interface Waiting {
  state: WaitingState
  /** Since when, ISO 8601 UTC; null where that is not known. */
  since: string | null
  /** A few words for people. */
  reason: string
}

export interface WaitingInput {
  job: Pick<Job, 'status' | 'created_at'>
  stages: readonly Stage[]
  progress: readonly StageProgress[]
  /** The newest time that somebody followed the job. */
  run: { host: string; seen_at: string; ended_at: string | null } | null
  attempts: readonly { state: AttemptState; count: number; first_seen_at: string; last_seen_at: string }[]
  /** ISO 8601 UTC. */
  now: string
}

/** Whoever follows a flow gives a sign every minute: so long without one, and it is away. */
const unheardSeconds = 5 * 60

/** So long without a point is long, unless the points before took as long. */
const quietSeconds = 30 * 60
const quietPoints = 5

/** Why nothing comes of a job, or that something does; null for one that has ended. */
export function waitingOf(input: WaitingInput): Waiting | null {
  const { job, run, now } = input
  if (hasEnded(job.status)) return null
  if (job.status === 'queued') {
    return { state: 'not_started', since: job.created_at, reason: 'it is queued, and nothing of it runs' }
  }
  if (run === null || run.ended_at !== null) {
    return {
      state: 'not_followed',
      since: run?.ended_at ?? null,
      reason: 'pvt watch follows a flow that runs',
    }
  }
  if (secondsBetween(run.seen_at, now) > unheardSeconds) {
    return { state: 'silent', since: run.seen_at, reason: `pvt on ${run.host} gave no sign since` }
  }
  return waitingOfFlow(input)
}

function waitingOfFlow({ stages, progress, attempts, now }: WaitingInput): Waiting {
  const running = stages.filter(({ status }) => status === 'running').at(-1) ?? null
  const moved = newest([
    ...stages.map(({ started_at }) => started_at),
    ...progress.map(({ changed_at }) => changed_at),
    ...attempts.map(({ last_seen_at }) => last_seen_at),
  ])
  const at = attempts.filter(({ state }) => state === 'submitted' || state === 'running')
  const points = at
    .map(({ state, count }) => `${count} ${count === 1 ? 'point' : 'points'} ${state}`)
    .join(', ')
  const counts = progress.find(({ stage }) => stage === running?.stage) ?? null
  if (moved !== null && secondsBetween(moved, now) > longSilence(running, counts)) {
    const what = running === null ? 'nothing' : `nothing of stage ${running.stage}`
    return {
      state: 'silent',
      since: moved,
      reason: [`${what} has moved since`, points].filter(Boolean).join('; '),
    }
  }
  const [waiting, ...others] = at
  const isSimulating = running === null || running.stage === 'run'
  if (isSimulating && waiting?.state === 'submitted' && others.length === 0) {
    const since = newest([waiting.first_seen_at, counts?.changed_at ?? null])
    return { state: 'queue', since, reason: `${points}, none running` }
  }
  const what = running === null ? 'between two stages' : `stage ${running.stage}`
  const reason = isSimulating && points !== '' ? points : what
  return { state: 'running', since: running?.started_at ?? null, reason }
}

/** In seconds: several times as long as a point took so far. */
function longSilence(running: Stage | null, counts: StageProgress | null): number {
  const count = counts === null ? 0 : counts.done + counts.failed
  if (running?.started_at == null || counts === null || count === 0) return quietSeconds
  return Math.max(quietSeconds, (quietPoints * secondsBetween(running.started_at, counts.changed_at)) / count)
}

const newest = (instants: readonly (string | null)[]): string | null =>
  instants.reduce(
    (last, instant) => (instant !== null && (last === null || instant > last) ? instant : last),
    null,
  )
