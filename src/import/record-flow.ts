import { moveJob, finishStage, type Present, startStage } from '../domain/timeline.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import { PvtError } from '../errors.ts'
import { saveAttempts } from '../store/attempts.ts'
import { changeJob } from '../store/change-job.ts'
import { createJob } from '../store/create-job.ts'
import type { Database } from '../store/database.ts'
import { insertLogEntry } from '../store/job-logs.ts'
import { findJob, holdPath } from '../store/jobs.ts'
import { findOpenRuns, isAlive, saveRun } from '../store/runs.ts'
import { saveSimulationLogs } from '../store/simulation-logs.ts'
import { saveStageProgress } from '../store/stage-progress.ts'
import type { FlowRecord, StageMark } from './flow-record.ts'
import { type Judgement, judgeJob, type JudgeOptions } from './judge-job.ts'

/** What a record did. */
export interface RecordedFlow {
  job: Job
  /** Whether this record ended the job. */
  hasEnded: boolean
}

/**
 * Writes what following a flow has found, whole or not at all: the job when it is new, the run, stages, progress,
 * attempts, and at the end the verdict with the import that it rests on.
 *
 * @throws `already_running` when another run goes on in the domain folder and the record asks to refuse then;
 *   `job_not_found`.
 */
export async function recordFlow(
  db: Database,
  record: FlowRecord,
  options: Pick<JudgeOptions, 'user' | 'programVersion'> & { now: string },
): Promise<RecordedFlow> {
  const { draft, run } = record
  const jobId = run.job_id
  return db.transaction(async () => {
    if (draft !== null) await createJob(db, draft.job, draft.points, draft.note)
    const job = await findJob(db, jobId)
    if (job === null) {
      throw new PvtError('job_not_found', `job ${jobId} is not there`, 'list the jobs with: pvt history')
    }
    if (record.exclusive) await refuseSecond(db, job, options.now)
    await saveRun(db, run)
    if (record.ending === null) await setRunning(db, job, run.started_at)
    for (const mark of record.marks) await setMark(db, jobId, mark)
    await saveStageProgress(db, jobId, record.progress)
    await saveAttempts(db, jobId, record.attempts)
    await saveSimulationLogs(db, jobId, record.logs)
    for (const note of record.notes)
      await insertLogEntry(db, jobId, { logged_at: options.now, source: run.kind, ...note })
    const hasEnded = await endFlow(db, record, options)
    return { job: (await findJob(db, jobId))!, hasEnded }
  })
}

/** Refused with who and since when, so that the user can ask them. */
async function refuseSecond(db: Database, { domain_path: domain }: Job, now: string): Promise<void> {
  await holdPath(db, domain)
  const open = await findOpenRuns(db)
  const other = open.find((run) => run.domain_path === domain && isAlive(run, now))
  if (other === undefined) return
  const process = other.pid === null ? '' : `, process ${other.pid}`
  throw new PvtError(
    'already_running',
    `a flow runs in ${domain} already: job ${other.job_id.slice(0, 8)} of ${other.user} on ${other.host}${process}, since ${other.started_at}`,
    'wait for it (pvt job wait), or start this one all the same with --force',
  )
}

/** The flow runs, so its job does. One that was ended by somebody meanwhile stays as they left it. */
async function setRunning(db: Database, { job_id, status }: Job, at: string): Promise<void> {
  if (status !== 'queued' && status !== 'failed') return
  await changeJob(db, job_id, at, (present) => moveJob(present, 'running', {}, at))
}

/** A mark that the job's state does not allow is told in its log: the flow has done the stage all the same. */
async function setMark(db: Database, jobId: string, { stage, kind, at }: StageMark): Promise<void> {
  // The last planned stage would complete the job; whether it is completed is for its files to say.
  const decide = (present: Present): ReturnType<typeof startStage> =>
    kind === 'start'
      ? startStage(present, stage, at)
      : finishStage(present, stage, at, { completesJob: false })
  try {
    await changeJob(db, jobId, at, decide)
  } catch (error) {
    if (!(error instanceof PvtError) || error.code !== 'refused') throw error
    await insertLogEntry(db, jobId, {
      logged_at: at,
      source: 'pvt',
      level: 'warning',
      message: error.message,
    })
  }
}

/** Ends the job as the record has it; false when it goes on, or was ended by somebody meanwhile. */
async function endFlow(
  db: Database,
  { ending, run }: FlowRecord,
  { user, programVersion, now }: Pick<JudgeOptions, 'user' | 'programVersion' | 'now'>,
): Promise<boolean> {
  const job = (await findJob(db, run.job_id))!
  if (ending === null || ending.kind === 'leave' || hasEnded(job.status)) return false
  const at = run.ended_at ?? now
  if (ending.kind === 'cancel') {
    const { reason: error } = ending
    await changeJob(db, run.job_id, at, (present) => moveJob(present, 'cancelled', { error }, at))
  } else {
    const { backup, how } = ending
    const judging = { now, user, programVersion, dryRun: false, backup, how }
    await applyJudgement(db, job, await judgeJob(db, job, judging), at)
  }
  return true
}

/** Completes or fails a job as its files have it, at an instant; gives the judgement. */
export async function applyJudgement(
  db: Database,
  job: Job,
  judgement: Judgement,
  at: string,
): Promise<Judgement> {
  const { status, stage, reason, backup } = judgement
  await changeJob(db, job.job_id, at, (present) =>
    moveJob(
      present,
      status,
      {
        ...(stage === null ? {} : { stage }),
        ...(reason === null ? {} : { error: reason }),
        ...(backup === null ? {} : { backup }),
      },
      at,
    ),
  )
  return judgement
}
