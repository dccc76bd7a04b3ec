import { resolve } from 'node:path'
import { type Command } from 'commander'
import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { type Change, failStage, finishStage, type Present, startStage } from '../domain/timeline.ts'
import { PvtError, usageError } from '../errors.ts'
import { newestBackup, realPath } from '../import/folder.ts'
import { changeJob } from '../store/change-job.ts'
import { findJob } from '../store/jobs.ts'
import { notifyEnd, type NotifyOption, notifyOption } from './notify-option.ts'
import {
  type Act,
  addExamples,
  type JobOption,
  jobOption,
  printChange,
  shortId,
  toStageName,
  wholeNumber,
  bestEffortOption,
} from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineStageStart(group: Command, act: Act): void {
  const command = group
    .command('start')
    .description(
      'Marks a stage as started and a queued job as running. A stage that was done before gets a new attempt.',
    )
    .argument('<stage>', stageHelp)
    .addOption(jobOption())
    .addOption(bestEffortOption())
    .action(act(runStageStart))
  addExamples(command, 'stage start gen', 'stage start run -j 3f2a')
}

export function defineStageDone(group: Command, act: Act): void {
  const command = group
    .command('done')
    .description(
      'Marks a stage as done. The last planned stage completes the job. Marking it twice changes nothing.',
    )
    .argument('<stage>', stageHelp)
    .addOption(jobOption())
    .option('--backup <dir>', 'bkp: the backup folder that was made')
    .option('--import', 'bkp: import the backup (default: the newest backup of the domain)')
    .addOption(notifyOption())
    .addOption(bestEffortOption())
    .action(act(runStageDone))
  addExamples(command, 'stage done run', 'stage done bkp --import')
}

export function defineStageFail(group: Command, act: Act): void {
  const command = group
    .command('fail')
    .description('Marks a stage as failed, and the job with it.')
    .argument('<stage>', stageHelp)
    .addOption(jobOption())
    .option('--error <message>', 'what went wrong')
    .option('--exit-code <n>', 'the exit code of the stage', wholeNumber(0))
    .addOption(notifyOption())
    .addOption(bestEffortOption())
    .action(act(runStageFail))
  addExamples(command, "stage fail run --error 'license server down' --exit-code 3")
}

const stageHelp = 'gen, run, ext, srt, bkp or usr'

export async function runStageStart(context: Context, stage: string, options: JobOption): Promise<void> {
  const name = toStageName(stage)
  const { job, change } = await mark(context, options, (present, now) => startStage(present, name, now))
  await answer(context, job, change, `stage ${name} started`, `stage ${name} is running already`)
}

interface FailOptions extends JobOption, NotifyOption {
  error?: string
  exitCode?: number
}

export async function runStageFail(context: Context, stage: string, options: FailOptions): Promise<void> {
  const name = toStageName(stage)
  const failure = { message: options.error ?? null, exitCode: options.exitCode ?? null }
  const { job, change, ended } = await mark(context, options, (present, now) =>
    failStage(present, name, failure, now),
  )
  await answer(context, job, change, `stage ${name} failed`, `stage ${name} has failed already`)
  if (ended) await notifyEnd(context, job.job_id, options)
}

interface DoneOptions extends JobOption, NotifyOption {
  backup?: string
  import?: boolean
}

export async function runStageDone(context: Context, stage: string, options: DoneOptions): Promise<void> {
  const name = toStageName(stage)
  context.canWait()
  if (name !== 'bkp' && (options.backup !== undefined || options.import === true)) {
    throw usageError(
      '--backup and --import belong to the stage bkp',
      'for example: pvt stage done bkp --import',
    )
  }
  const backup = await findBackup(context, options)
  const { job, change, ended } = await mark(context, options, (present, now) =>
    withBackup(finishStage(present, name, now), present, backup),
  )
  const tell = async (): Promise<void> => {
    if (ended) await notifyEnd(context, job.job_id, options)
  }
  if (options.import !== true || backup === null) {
    await answer(context, job, change, `stage ${name} done`, `stage ${name} was done already`)
    return tell()
  }
  const { importBackup } = await import('./late-import.ts')
  const imported = await importBackup(context, job, backup).catch(async (error: unknown) => {
    await tell()
    throw error instanceof PvtError ? markedButNotImported(error, name) : error
  })
  const counted = (await findJob(await context.database(), job.job_id)) ?? job
  await answer(
    context,
    counted,
    change,
    `stage ${name} done`,
    `stage ${name} was done already`,
    `; ${imported}`,
  )
  await tell()
}

/** The flow has done the stage, whatever its files are worth: the mark stays, and the user is told. */
function markedButNotImported(error: PvtError, name: string): PvtError {
  const hint = `stage ${name} is marked as done; import it again with: pvt results import`
  return new PvtError(error.code, error.message, hint, { cause: error })
}

/** The folder to record, checked before anything is marked. */
async function findBackup(context: Context, options: DoneOptions): Promise<string | null> {
  if (options.backup !== undefined) return realPath(resolve(context.settings.cwd, options.backup))
  if (options.import !== true) return null
  const job = await whichJob(context, options.job)
  const newest = newestBackup(job.domain_path)
  if (newest !== null) return newest
  throw new PvtError(
    'file_not_found',
    `there is no backup folder 00bkp_* in ${job.domain_path}`,
    'name it with --backup',
  )
}

/** A backup that is named later, for a stage that is done, is still recorded. */
function withBackup(change: Change | null, { job }: Present, backup: string | null): Change | null {
  if (backup === null || job.backup_path === backup) return change
  if (change !== null) return { ...change, job: { ...change.job, backup_path: backup } }
  return {
    job: { backup_path: backup },
    stages: [],
    log: { level: 'info', message: `backup is ${backup}` },
    warnings: [],
  }
}

async function mark(
  context: Context,
  { job: reference }: JobOption,
  decide: (present: Present, now: string) => Change | null,
): Promise<{ job: Job; change: Change | null; ended: boolean }> {
  context.canWait()
  const { job_id } = await whichJob(context, reference)
  const now = context.now()
  return changeJob(await context.database(), job_id, now, (present) => decide(present, now))
}

async function answer(
  context: Context,
  job: Job,
  change: Change | null,
  done: string,
  already: string,
  more = '',
): Promise<void> {
  for (const warning of change?.warnings ?? []) context.warn(`job ${shortId(job.job_id)}: ${warning}`)
  const ended = change?.job.status === 'completed' ? ', job completed' : ''
  const what = change === null ? already : `${done}${ended}`
  await printChange(context, `${shortId(job.job_id)} ${what}${more}`, job)
}
