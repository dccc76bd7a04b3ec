import { type Awaited, readiness } from '../domain/dependency.ts'
import type { Job } from '../domain/job.ts'
import type { Run } from '../domain/run.ts'
import type { Stage } from '../domain/stage.ts'
import { forecast, type StageForecast, type TimeLeft } from '../domain/time-left.ts'
import { type Waiting, waitingOf } from '../domain/waiting.ts'
import { bytes, duration, localTime, roughly } from '../render/index.ts'
import { countAttempts } from '../store/attempts.ts'
import type { Database } from '../store/database.ts'
import { dependencyRows } from '../store/dependencies.ts'
import { findFollowed } from '../store/followed.ts'
import { findRun } from '../store/runs.ts'
import { findEarlierStages, findStageProgress } from '../store/stage-progress.ts'
import { shortId } from './shared.ts'

/** How a job's flow goes; the keys are those of `job status --json`. */
export type FlowView = {
  progress: StageForecast[]
  time_left: TimeLeft | null
  waiting: Waiting | null
  /** The newest time that somebody followed it. */
  run: Run | null
  /** The jobs that it waits for, or has waited for. */
  after: Awaited[]
}

/** Reads what is known of the flow of a job; of what no row tells nothing is asked. `now` is ISO 8601. */
export async function loadFlow(
  db: Database,
  job: Job,
  stages: readonly Stage[],
  now: string,
): Promise<FlowView> {
  const { hasRun, hasProgress, hasAttempts, hasDependencies } = await findFollowed(db, job.job_id)
  const isRunning = job.status === 'running'
  const progress = hasProgress ? await findStageProgress(db, job.job_id) : []
  const earlier = isRunning ? await findEarlierStages(db, job) : []
  const run = hasRun ? await findRun(db, job.job_id) : null
  const attempts = isRunning && hasAttempts ? await countAttempts(db, job.job_id) : []
  const found = forecast({ job, stages, progress, earlier, now })
  return {
    progress: found.progress,
    time_left: found.timeLeft,
    waiting: waitingOf({ job, stages, progress, run, attempts, now }),
    run,
    after: readiness(job, hasDependencies ? await dependencyRows(db, job.job_id) : []).after,
  }
}

/** The same in words; null for what there is nothing to say of. */
export function flowFields(flow: FlowView, now: string): [label: string, text: string | null][] {
  return [
    ['after', afterText(flow.after)],
    ['flow', flowText(flow, now)],
    ['time left', timeLeftText(flow.time_left)],
    ['run', runText(flow.run)],
    ['output', outputText(flow.run)],
  ]
}

/** `77c0d1e2 gpio is running (ok)`, one after the other. */
function afterText(after: readonly Awaited[]): string | null {
  const texts = after.map(
    ({ job_id, name, status, condition }) =>
      `${shortId(job_id)} ${name === null ? 'is not there any more' : `${name} is ${status}`} (${condition})`,
  )
  return texts.length === 0 ? null : texts.join(', ')
}

/** Null for a job that was never followed: most are marked by their scripts, and nothing is wrong with them. */
function flowText({ waiting, run }: FlowView, now: string): string | null {
  if (waiting === null || run === null) return null
  const { state, since, reason } = waiting
  return `${waitingWords[state]}${since === null ? '' : ` for ${duration(secondsUntil(since, now))}`}: ${reason}`
}

const waitingWords: Readonly<Record<Waiting['state'], string>> = {
  not_started: 'not started',
  not_followed: 'not followed',
  silent: 'silent',
  queue: 'in the queue',
  running: 'running',
}

const secondsUntil = (from: string, to: string): number =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)

const basisWords: Readonly<Record<TimeLeft['basis'], string>> = {
  pace: 'at the pace so far',
  history: 'as earlier jobs took',
  both: 'from the pace so far and earlier jobs',
}

function timeLeftText(left: TimeLeft | null): string | null {
  if (left === null || left.seconds_max < 1) return null
  return `about ${roughly({ seconds: left.seconds, min: left.seconds_min, max: left.seconds_max })}, ${basisWords[left.basis]}`
}

function runText(run: Run | null): string | null {
  if (run === null) return null
  const what = run.command === null ? 'watched' : run.command.join(' ')
  const where = `${run.pid === null ? '' : `process ${run.pid} `}on ${run.host}`
  return `${what} (${where}), ${runEndText(run)}`
}

function runEndText({ started_at, ended_at, exit_code, signal }: Run): string {
  if (ended_at === null) return `since ${localTime(started_at)}`
  const took = `took ${duration(secondsUntil(started_at, ended_at))}`
  if (signal !== null) return `${took}, ended by ${signal}`
  return exit_code === null ? took : `${took}, exit code ${exit_code}`
}

function outputText(run: Run | null): string | null {
  if (run === null || run.output_path === null) return null
  return run.output_bytes === null ? run.output_path : `${run.output_path} (${bytes(run.output_bytes)})`
}
