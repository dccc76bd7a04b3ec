import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import { exitCodes, PvtError, usageError } from '../errors.ts'
import { type Column, visible } from '../render/index.ts'
import { findJob } from '../store/jobs.ts'
import { type JobReadiness, loadReadiness, readyLine } from './job-ready.ts'
import { type Act, addExamples, counted, fieldColumns, jobWays, shortId } from './shared.ts'
import { parseAge } from './time-option.ts'
import { whichJob } from './which-job.ts'

interface Options {
  timeout?: string
  forReady?: boolean
}

export function defineJobWait(group: Command, act: Act): void {
  const command = group
    .command('wait')
    .description(
      'Waits until every job that is named has ended: exit code 0 when all have completed, 7 when one has failed or was cancelled, 124 when --timeout is over before. With --for-ready until all are ready (0), or one never will be (7). A database that is away for a while does not end it.',
    )
    .argument('[job...]', jobWays)
    .option('--timeout <duration>', 'at most so long: 90s, 10m, 2h, 1d (default: for ever)')
    .option('--for-ready', 'until what they wait for has ended as asked')
    .action(act(runJobWait))
  addExamples(command, 'job wait @latest --timeout 2h', 'job wait 3f2a --for-ready')
}

export async function runJobWait(
  context: Context,
  references: readonly string[],
  options: Options,
): Promise<void> {
  const patience = new Patience(options.timeout)
  const ids = await untilThere(context, patience, async () => {
    const jobs: Job[] = []
    // Told once: another job may be the newest of the folder later.
    for (const reference of references.length === 0 ? [undefined] : references)
      jobs.push(await whichJob(context, reference))
    return [...new Set(jobs.map(({ job_id }) => job_id))]
  })
  if (options.forReady === true) await waitForReady(context, ids, patience)
  else await waitForEnd(context, ids, patience)
}

async function waitForEnd(context: Context, ids: readonly string[], patience: Patience): Promise<void> {
  const jobs = await until(context, patience, ids, loadJob, ({ status }) => hasEnded(status), statusText)
  if (jobs.some(({ status }) => status !== 'completed')) context.exitWith(exitCodes.check_failed)
  await print(context, jobs, endLine)
}

async function waitForReady(context: Context, ids: readonly string[], patience: Patience): Promise<void> {
  const isDecided = ({ state }: JobReadiness): boolean => state !== 'waiting'
  const isLost = ({ state }: JobReadiness): boolean => state === 'never'
  const found = await until(context, patience, ids, loadReady, isDecided, ({ reason }) => reason, isLost)
  if (found.some(isLost)) context.exitWith(exitCodes.check_failed)
  await print(context, found, readyLine)
}

/** One job is an object, several are a list. */
async function print<Row extends object>(
  context: Context,
  rows: readonly Row[],
  lineOf: (row: Row) => string,
): Promise<void> {
  const columns: Column<Row>[] = fieldColumns(Object.keys(rows[0]!))
  const value = rows.length === 1 ? rows[0] : rows
  await context.print({ value, columns, rows, table: () => rows.map(lineOf).join('') })
}

async function loadJob(context: Context, id: string): Promise<Job> {
  const job = await findJob(await context.database(), id)
  if (job === null) throw new PvtError('job_not_found', `job ${id} is not there any more`)
  return job
}

const loadReady = async (context: Context, id: string): Promise<JobReadiness> =>
  loadReadiness(await context.database(), id)

const statusText = ({ status }: Job): string => `is ${status}`

/** `3f2a1b2c is failed: license server down`. */
function endLine(job: Job): string {
  const why = job.error_message === null ? '' : `: ${visible(job.error_message)}`
  return `${shortId(job.job_id)} ${statusText(job)}${why}\n`
}

/**
 * Asks for all jobs until each is decided, or one decides for all. Between two questions the database is closed: those
 * who wait for hours on a farm would take all connections of a server.
 *
 * @throws `timed_out`, naming what is still open.
 */
async function until<Found extends { job_id: string }>(
  context: Context,
  patience: Patience,
  ids: readonly string[],
  load: (context: Context, id: string) => Promise<Found>,
  isDecided: (found: Found) => boolean,
  text: (found: Found) => string,
  decidesForAll: (found: Found) => boolean = () => false,
): Promise<Found[]> {
  for (;;) {
    const found = await untilThere(context, patience, async () => {
      const all: Found[] = []
      for (const id of ids) all.push(await load(context, id))
      return all
    })
    const open = found.filter((one) => !isDecided(one))
    if (open.length === 0 || found.some(decidesForAll)) return found
    await patience.pause(() => {
      const [first] = open
      const others = open.length === 1 ? '' : `, and ${counted(open.length - 1, 'other job')}`
      return `job ${shortId(first!.job_id)} ${text(first!)}${others}`
    })
  }
}

/** What `ask` gives, whatever it takes until the database is there; closes it afterwards. */
async function untilThere<T>(context: Context, patience: Patience, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error)) throw error
      if (patience.mayComplain()) context.inform(`${error.message}: waiting goes on until it is back`)
      await patience.pause(() => error.message)
    } finally {
      await context.closeDatabase()
    }
  }
}

/** A server that is restarted, a disk that is mounted again; a newer schema or a foreign file stays what it is. */
const isPassing = (error: unknown): error is PvtError =>
  error instanceof PvtError && (error.code === 'database_unreachable' || error.code === 'database_locked')

const firstPauseMs = 200
const longestPauseMs = 5000

/** How long to wait between two questions, and in all. */
class Patience {
  readonly #text: string
  /** On a clock that nobody sets. */
  readonly #end: number
  #pauseMs = firstPauseMs
  #hasComplained = false

  constructor(timeout: string | undefined) {
    const seconds = timeout === undefined ? Infinity : parseAge(timeout)
    if (seconds === null)
      throw usageError(`--timeout ${timeout ?? ''}: not a duration`, 'for example 90s, 10m, 2h or 1d')
    this.#text = timeout ?? ''
    this.#end = performance.now() + seconds * 1000
  }

  /** @throws `timed_out` when the time is over; `state` says what was waited for. */
  async pause(state: () => string): Promise<void> {
    const left = this.#end - performance.now()
    if (left <= 0)
      throw new PvtError('timed_out', `${state()} after ${this.#text}`, 'wait again, or longer: --timeout')
    await sleep(Math.min(this.#pauseMs, left))
    this.#pauseMs = Math.min(this.#pauseMs * 1.5, longestPauseMs)
  }

  /** Once. */
  mayComplain(): boolean {
    const may = !this.#hasComplained
    this.#hasComplained = true
    return may
  }
}
