import { hostname } from 'node:os'
import type { Job } from '../domain/job.ts'
import type { Run } from '../domain/run.ts'
import { type Change, moveJob, type Present } from '../domain/timeline.ts'
import { changeJob } from '../store/change-job.ts'
import type { Database } from '../store/database.ts'
import { bootId, isProcessGone } from '../store/process-identity.ts'
import { findRunningJobs, type RunningJob } from '../store/running-jobs.ts'
import { closeRuns, findRun } from '../store/runs.ts'
import { type Judgement, judgeJob, type JudgeOptions } from './judge-job.ts'

export interface ReapOptions extends Pick<JudgeOptions, 'now' | 'user' | 'programVersion' | 'dryRun'> {
  /** Without a sign of life for so long a job is taken for dead, in seconds. */
  silentSeconds: number
}

/** A job that nobody works on any more; the keys are those of `job reap --json`. */
export interface Reaped {
  job_id: string
  name: string
  /** Where it ran. */
  host: string
  /** Why it is taken for dead, and what its files lack. */
  reason: string
  verdict: Judgement['status']
  /** Null where the expected points can't be known. */
  missing_points: number | null
}

/**
 * Ends the running jobs that nobody works on any more, one after the other, as their files have it. A job's end is its
 * last sign of life, so that marks from a spool, which arrive later, still take it up again. What another process has
 * ended meanwhile is left out.
 */
export async function* reapJobs(db: Database, options: ReapOptions): AsyncGenerator<Reaped> {
  for (const running of await findRunningJobs(db)) {
    const run = await findRun(db, running.job.job_id)
    const how = causeOfDeath(running, run, options)
    if (how === null) continue
    const judgement = await judgeJob(db, running.job, { ...options, how })
    if (!options.dryRun && !(await end(db, running, judgement, how, options.now))) continue
    yield toReaped(running.job, run, judgement, how)
  }
}

/**
 * Why nobody works on a job any more; null while somebody may. On this host its process is asked for: while that lives,
 * silence says nothing. On another one, and for a job that only a wrapper marks, silence is all there is.
 */
function causeOfDeath(
  { heard_at }: RunningJob,
  run: Run | null,
  { now, silentSeconds }: ReapOptions,
): string | null {
  if (run !== null && run.ended_at === null && run.host === hostname()) {
    const life = lifeOf(run)
    if (life !== null) return life === 'alive' ? null : life.gone
  }
  const seconds = (Date.parse(now) - Date.parse(heard_at)) / 1000
  return seconds > silentSeconds ? `silent since ${heard_at}` : null
}

/** Null where the system does not tell. That pvt does not look any more is no end of a flow that somebody else started. */
function lifeOf(run: Run): 'alive' | { gone: string } | null {
  const boot = bootId()
  if (run.boot_id !== null && boot !== null && run.boot_id !== boot)
    return { gone: `${run.host} was started again since ${run.seen_at}` }
  const watcher = { pid: run.watcher_pid, process_start: run.watcher_start }
  const flow = run.pid === null ? null : { pid: run.pid, process_start: run.process_start }
  const known = [watcher, ...(flow === null ? [] : [flow])].map((one) =>
    isProcessGone(one) ? 'gone' : one.process_start === null ? 'unknown' : 'alive',
  )
  if (known.includes('alive')) return 'alive'
  if (known.includes('unknown') || (flow === null && run.kind === 'watch')) return null
  return { gone: `process ${(flow ?? watcher).pid} is gone` }
}

/** Whether the job was still running, and this has ended it. */
async function end(
  db: Database,
  { job: { job_id }, heard_at }: RunningJob,
  judgement: Judgement,
  how: string,
  now: string,
): Promise<boolean> {
  return db.transaction(async () => {
    const { change } = await changeJob(db, job_id, now, (present) =>
      hasStirred(present, now) ? null : toEnd(present, judgement, how, heard_at),
    )
    if (change === null) return false
    await closeRuns(db, job_id)
    return true
  })
}

/** Judging takes a while; whoever marks a stage in it is at work. */
const hasStirred = ({ job, stages }: Present, since: string): boolean =>
  job.status !== 'running' ||
  stages.some(({ started_at, finished_at }) => (started_at ?? '') >= since || (finished_at ?? '') >= since)

function toEnd(present: Present, judgement: Judgement, how: string, at: string): Change | null {
  const { status, stage, reason, backup } = judgement
  const details = {
    ...(stage === null ? {} : { stage }),
    ...(reason === null ? {} : { error: reason }),
    ...(backup === null ? {} : { backup }),
  }
  const change = moveJob(present, status, details, at)
  if (change === null || status === 'failed') return change
  return {
    ...change,
    log: { ...change.log, message: `${change.log.message}: ${how}, and its files are whole` },
  }
}

const toReaped = (job: Job, run: Run | null, judgement: Judgement, how: string): Reaped => ({
  job_id: job.job_id,
  name: job.name,
  host: run?.host ?? job.host,
  reason: judgement.reason ?? how,
  verdict: judgement.status,
  missing_points: job.total_simulations === null ? null : judgement.missing.length,
})
