import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type Awaited, readiness, type Readiness } from '../domain/dependency.ts'
import { exitCodes, PvtError } from '../errors.ts'
import { type Column, renderTable, visible } from '../render/index.ts'
import type { Database } from '../store/database.ts'
import { dependencyRows } from '../store/dependencies.ts'
import { findJob } from '../store/jobs.ts'
import { type Act, addExamples, fieldColumns, jobWays, shortId } from './shared.ts'
import { statusPaint } from './stage-columns.ts'
import { whichJob } from './which-job.ts'

export function defineJobReady(group: Command, act: Act): void {
  const command = group
    .command('ready')
    .description(
      'Says whether a job is ready, waiting, or never will be, and why; exit code 0 when it is ready, else 7. A job that waits for one that has failed never becomes ready, unless that one is taken up again.',
    )
    .argument('[job]', jobWays)
    .action(act(runJobReady))
  addExamples(command, 'job ready 3f2a', 'job ready --json')
}

export async function runJobReady(context: Context, reference: string | undefined): Promise<void> {
  const { job_id } = await whichJob(context, reference)
  const found = await loadReadiness(await context.database(), job_id)
  if (found.state !== 'ready') context.exitWith(exitCodes.check_failed)
  await context.print({
    value: found,
    columns: fieldColumns(Object.keys(found)),
    rows: [found],
    table: async (style) =>
      readyLine(found) +
      (found.after.length === 0 ? '' : `\n${await renderTable(columns, found.after, style)}`),
  })
}

export type JobReadiness = { job_id: string } & Readiness

/** Whether a job may start, as it is at this moment. @throws `job_not_found` when it went in the meantime. */
export async function loadReadiness(db: Database, jobId: string): Promise<JobReadiness> {
  const job = await findJob(db, jobId)
  if (job === null) throw new PvtError('job_not_found', `job ${jobId} is not there any more`)
  return { job_id: jobId, ...readiness(job, await dependencyRows(db, jobId)) }
}

/** `3f2a1b2c waiting: 77c0d1e2 (gpio) is running: waits for it to complete`. */
export const readyLine = ({ job_id, state, reason }: JobReadiness): string =>
  `${shortId(job_id)} ${state}: ${visible(reason)}\n`

/** What a job waits for, as tables show it. */
export const columns: Column<Awaited>[] = [
  { key: 'job_id', title: 'AFTER', value: (row) => shortId(row.job_id) },
  { key: 'name', value: (row) => row.name },
  { key: 'condition', value: (row) => row.condition },
  {
    key: 'status',
    value: (row) => row.status ?? 'removed',
    paint: (row) => (row.status === null ? 'red' : statusPaint(row.status)),
  },
  { key: 'met', value: (row) => (row.met === null ? 'not yet' : row.met ? 'yes' : 'never') },
]
