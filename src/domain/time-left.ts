import { type Job, secondsBetween } from './job.ts'
import { percentile } from './percentile.ts'
import { latestAttempt, type Stage, type StageName, stageNames } from './stage.ts'
import type { EarlierStage, StageProgress } from './stage-progress.ts'

/** What an estimate rests on: this job's own pace, the earlier jobs of its domain, or both. */
export type Basis = 'pace' | 'history' | 'both'

/** How much longer something takes: within the range in half of all cases, or somewhat more. */
interface Estimate {
  seconds: number
  min: number
  max: number
  basis: Basis
}

/** How far a stage is, and how long it still takes; the keys are those of `job status --json`. */
export interface StageForecast {
  stage: StageName
  /** Points; null where nobody counts those of the stage. */
  done: number | null
  failed: number | null
  expected: number | null
  /** Points, done or failed, per minute of the stage's running time. */
  per_minute: number | null
  /** Null for a stage that is over, or of which nothing can be told. */
  seconds_left: number | null
  seconds_left_min: number | null
  seconds_left_max: number | null
}

/** How long a job still takes. */
export interface TimeLeft {
  seconds: number
  seconds_min: number
  seconds_max: number
  basis: Basis
}

export interface ForecastInput {
  job: Pick<Job, 'status' | 'planned_stages' | 'total_simulations'>
  stages: readonly Stage[]
  progress: readonly StageProgress[]
  /** Of jobs of a comparable size. */
  earlier: readonly EarlierStage[]
  /** ISO 8601 UTC. */
  now: string
}

/**
 * How far each stage is and how long it still takes, in flow order, for the stages that are counted or can be
 * estimated; and the same of the whole job.
 *
 * - Running time of a stage: its attempts from start to end (the running one: until now), added up; the pauses between
 *   them do not count. Nobody noted a start: from its first point on.
 * - By pace: the points that are left times the running time of a point so far. From the second point on.
 * - By history: the points that are left times the time of a point in the earlier jobs (median); a stage whose points
 *   are not counted: its time in the earlier jobs (median), times this job's size over theirs. When it runs already,
 *   of those that took longer, what they still took from here on; a stage that is overdue, longer than in any of them,
 *   cannot be told.
 * - Both: the pace weighs as much as the share of the points that is done, history the rest: at the beginning the few
 *   points say little, at the end nothing says more.
 * - The range by history is that of the quartiles, of fewer than four jobs at least a quarter of the median up and down.
 *   By pace it is one standard deviation, as if points came by chance (Poisson): a factor of exp(√(1/n + 1/left)).
 *
 * The time left of the job is the sum over the stages that are not over. What no earlier job tells of is left out; but
 * it is null as long as the running stage, or `run`, which takes most of the time, cannot be told. Only a running job
 * has one: nobody knows when a queued one starts.
 */
export function forecast(input: ForecastInput): { progress: StageForecast[]; timeLeft: TimeLeft | null } {
  const all = stageNames.filter((name) => isKnown(input, name)).map((name) => stageForecast(input, name))
  const open = input.job.status === 'running' ? all.filter(({ isOver }) => !isOver) : []
  return {
    progress: all
      .filter(({ isCounted, estimate }) => isCounted || estimate !== null)
      .map(({ shown }) => shown),
    timeLeft: open.some(({ isNeeded, estimate }) => isNeeded && estimate === null)
      ? null
      : sumOf(open.flatMap(({ estimate }) => estimate ?? [])),
  }
}

/** Planned stages, and others that were run or counted all the same. */
const isKnown = ({ job, stages, progress }: ForecastInput, name: StageName): boolean =>
  job.planned_stages.includes(name) || [...stages, ...progress].some(({ stage }) => stage === name)

interface Forecast {
  shown: StageForecast
  estimate: Estimate | null
  isOver: boolean
  isCounted: boolean
  isNeeded: boolean
}

function stageForecast(input: ForecastInput, name: StageName): Forecast {
  const counts = input.progress.find(({ stage }) => stage === name) ?? null
  const isOver = isStageOver(input.stages, name)
  const seconds = runningSeconds(input, name, counts)
  const estimate =
    isOver || input.job.status !== 'running'
      ? null
      : counts === null || counts.expected === null
        ? byEarlierTimes(input, name, seconds)
        : byPoints(input, { ...counts, expected: counts.expected }, seconds)
  return {
    shown: {
      stage: name,
      done: counts?.done ?? null,
      failed: counts?.failed ?? null,
      expected: counts?.expected ?? null,
      per_minute: counts === null || seconds === 0 ? null : (60 * finished(counts)) / seconds,
      seconds_left: estimate?.seconds ?? null,
      seconds_left_min: estimate?.min ?? null,
      seconds_left_max: estimate?.max ?? null,
    },
    ...{ estimate, isOver, isCounted: counts !== null },
    isNeeded: name === 'run' || latestAttempt(input.stages, name)?.status === 'running',
  }
}

/** Done, or passed by: a wrapper may mark some stages only. */
function isStageOver(stages: readonly Stage[], name: StageName): boolean {
  const latest = latestAttempt(stages, name)
  if (latest?.status === 'running') return false
  if (latest?.status === 'done' || latest?.status === 'skipped') return true
  return stages.some(({ stage }) => stageNames.indexOf(stage) > stageNames.indexOf(name))
}

/** Of the stage so far; see {@link forecast}. */
function runningSeconds(
  { job, stages, now }: ForecastInput,
  name: StageName,
  counts: StageProgress | null,
): number {
  const started = stages.filter(({ stage, started_at }) => stage === name && started_at !== null)
  if (started.length > 0) {
    return started.reduce(
      (sum, stage) => sum + secondsBetween(stage.started_at!, stage.finished_at ?? now),
      0,
    )
  }
  if (counts === null) return 0
  const goesOn = job.status === 'running' && !isStageOver(stages, name)
  return secondsBetween(counts.first_at, goesOn ? now : counts.changed_at)
}

const finished = ({ done, failed }: StageProgress): number => done + failed

/** The first point tells nothing: it may have been there when somebody began to look. */
const fewestPoints = 2

function byPoints(
  input: ForecastInput,
  counts: StageProgress & { expected: number },
  seconds: number,
): Estimate | null {
  const count = finished(counts)
  const left = Math.max(0, counts.expected - count)
  if (left === 0) return { seconds: 0, min: 0, max: 0, basis: 'pace' }
  const ofPoints = input.earlier.flatMap((one) =>
    one.stage === counts.stage && one.points !== null && one.points > 0 ? one.seconds / one.points : [],
  )
  const history = spreadOf(ofPoints.map((ofPoint) => ofPoint * left))
  if (count < fewestPoints || seconds === 0) return history
  const ownPace = (seconds / count) * left
  const factor = Math.exp(Math.sqrt(1 / count + 1 / left))
  const pace: Estimate = { seconds: ownPace, min: ownPace / factor, max: ownPace * factor, basis: 'pace' }
  return history === null ? pace : blend(pace, history, count / counts.expected)
}

function byEarlierTimes({ job, earlier }: ForecastInput, name: StageName, seconds: number): Estimate | null {
  const times = earlier.flatMap((one) => {
    if (one.stage !== name) return []
    const isScaled = job.total_simulations !== null && one.points !== null && one.points > 0
    return isScaled ? (one.seconds * job.total_simulations!) / one.points! : one.seconds
  })
  return spreadOf(
    seconds === 0 ? times : times.filter((time) => time > seconds).map((time) => time - seconds),
  )
}

/** Quartiles of fewer values say nothing of how much they vary. */
const fewestJobs = 4

function spreadOf(values: readonly number[]): Estimate | null {
  const [low, seconds, high] = [0.25, 0.5, 0.75].map((share) => percentile(values, share))
  if (low == null || seconds == null || high == null) return null
  const isFew = values.length < fewestJobs
  return {
    seconds,
    min: isFew ? Math.min(low, seconds * 0.75) : low,
    max: isFew ? Math.max(high, seconds * 1.25) : high,
    basis: 'history',
  }
}

function blend(pace: Estimate, history: Estimate, share: number): Estimate {
  const between = (key: 'seconds' | 'min' | 'max'): number => share * pace[key] + (1 - share) * history[key]
  return { seconds: between('seconds'), min: between('min'), max: between('max'), basis: 'both' }
}

function sumOf(estimates: readonly Estimate[]): TimeLeft | null {
  if (estimates.length === 0) return null
  const sum = (key: 'seconds' | 'min' | 'max'): number => estimates.reduce((all, one) => all + one[key], 0)
  // A stage that is about to end adds nothing, and the rest does not rest on it.
  const bases = new Set(estimates.filter(({ max }) => max > 0).map(({ basis }) => basis))
  const [basis = 'pace'] = bases
  return {
    ...{ seconds: sum('seconds'), seconds_min: sum('min'), seconds_max: sum('max') },
    basis: bases.size > 1 ? 'both' : basis,
  }
}
