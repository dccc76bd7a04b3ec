import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { canMove, isClockSkew, type Job, type JobStatus, jobStatuses } from '../domain/job.ts'
import { moveJob } from '../domain/timeline.ts'
import { usageError } from '../errors.ts'
import { realPath } from '../import/folder.ts'
import { changeJob } from '../store/change-job.ts'
import { jobDocument, loadJobStatus } from './job-view.ts'
import { watchJob } from './job-watch.ts'
import { notifyEnd, type NotifyOption, notifyOption } from './notify-option.ts'
import {
  type Act,
  addExamples,
  bestEffortOption,
  jobWays,
  printChange,
  shortId,
  toStageName,
} from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends NotifyOption {
  stage?: string
  error?: string
  backup?: string
  watch?: string | true
}

export function defineJobStatus(group: Command, act: Act): void {
  const command = group
    .command('status')
    .description(
      `Shows a job: its parameters, the stage timeline with how far each stage is and how long it still takes, the simulations, paths and error. With a new status (${jobStatuses.join(', ')}) moves it there.`,
    )
    .argument('[job]', jobWays)
    .argument('[new-status]', 'the state to move the job to')
    .option('--stage <stage>', 'the stage that it is in, or that failed')
    .option('--error <message>', 'why it failed or was cancelled')
    .option('--backup <dir>', 'the backup folder of the run')
    .option(
      '--watch [seconds]',
      'look again every so many seconds (default 2) until the job ends: on a terminal in place, in a pipe a line for each change',
    )
    .addOption(notifyOption())
    .addOption(bestEffortOption())
    .action(act(runJobStatus))
  addExamples(
    command,
    'job status --watch',
    "job status 3f2a failed --stage run --error 'license server down'",
  )
}

export async function runJobStatus(
  context: Context,
  first: string | undefined,
  second: string | undefined,
  options: Options,
): Promise<void> {
  const { reference, status, watch: period } = readArguments(first, second, options.watch)
  if (status !== null) return setStatus(context, reference, status, options)
  if (options.stage !== undefined || options.error !== undefined || options.backup !== undefined) {
    throw usageError(
      '--stage, --error and --backup need a new status',
      'for example: pvt job status . failed --error text',
    )
  }
  const job = await whichJob(context, reference)
  if (period === undefined) await show(context, job)
  else await watchJob(context, job, toSeconds(period))
}

interface Arguments {
  reference: string | undefined
  status: JobStatus | null
  watch: string | true | undefined
}

/**
 * `job status failed` has no job: a state is never a job's id, whose characters are hexadecimal. In
 * `job status --watch 3f2a` Commander takes the job for the seconds.
 */
function readArguments(
  first: string | undefined,
  second: string | undefined,
  watch: Options['watch'],
): Arguments {
  if (typeof watch === 'string' && first === undefined && !isNumber(watch)) {
    return { reference: watch, status: null, watch: true }
  }
  if (second !== undefined) return { reference: first, status: toStatus(second), watch }
  const status = jobStatuses.find((name) => name === first)
  if (status === undefined) return { reference: first, status: null, watch }
  return { reference: undefined, status, watch }
}

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text)

function toStatus(text: string): JobStatus {
  const status = jobStatuses.find((name) => name === text)
  if (status === undefined)
    throw usageError(`there is no status '${text}'`, `states: ${jobStatuses.join(' ')}`)
  return status
}

async function setStatus(
  context: Context,
  reference: string | undefined,
  status: JobStatus,
  options: Options,
): Promise<void> {
  context.canWait()
  const found = await whichJob(context, reference)
  const details = {
    ...(options.stage === undefined ? {} : { stage: toStageName(options.stage) }),
    ...(options.error === undefined ? {} : { error: options.error }),
    // A folder that is to be recorded must be one; but a move that changes nothing needs none.
    ...(options.backup === undefined || !canMove(found.status, status)
      ? {}
      : { backup: realPath(resolve(context.settings.cwd, options.backup)) }),
  }
  const { job, change, ended } = await changeJob(
    await context.database(),
    found.job_id,
    context.now(),
    (present) => moveJob(present, status, details, context.now()),
  )
  const what = change === null ? `is ${status} already` : `is ${status}`
  await printChange(context, `${shortId(job.job_id)} ${what}`, job)
  if (ended && isClockSkew(job.started_at, job.completed_at)) context.warn(skewText(job))
  if (ended) await notifyEnd(context, job.job_id, options)
}

/** Who ends the job may look at this host's clock. */
const skewText = ({ job_id, started_at, completed_at }: Job): string =>
  `job ${shortId(job_id)} ends (${completed_at}) before it began (${started_at}): a clock was set back, or those of two hosts differ; how long it took is not known and stored as 0`

async function show(context: Context, job: Job): Promise<void> {
  const now = context.now()
  const view = await loadJobStatus(await context.database(), job, now)
  await context.print(jobDocument(view, now))
}

function toSeconds(text: string | true): number {
  if (text === true) return 2
  const seconds = isNumber(text) ? Number(text) : NaN
  if (!(seconds >= 0.1) || seconds > 86_400)
    throw usageError(`--watch ${text}: not a number of seconds`, 'for example --watch 5')
  return seconds
}
