import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { endedStatuses, hasEnded, type JobStatus } from '../domain/job.ts'
import { applyRetention } from '../domain/retention.ts'
import { usageError } from '../errors.ts'
import { bytes, type Column, localTime, renderTable } from '../render/index.ts'
import { databaseSize, giveSpaceBack } from '../store/maintenance.ts'
import { type EndedJob, findEndedJobs } from '../store/history.ts'
import { removeJobs } from '../store/remove-jobs.ts'
import { confirmOrRefuse } from './confirm.ts'
import { domainOption, statusOption, toDomain } from './history.ts'
import { type Act, addExamples, counted, fieldColumns, shortId, wholeNumber } from './shared.ts'
import { parseAge } from './time-option.ts'

interface Options {
  olderThan: string
  keepLast?: number
  status?: JobStatus[]
  domain?: string
  dryRun?: boolean
  yes?: boolean
}

export function defineCleanup(program: Command, act: Act): void {
  const command = program
    .command('cleanup')
    .summary('remove finished jobs older than an age')
    .description(
      'Removes finished jobs, with everything that belongs to them, when they ended longer ago than the age. Running and queued jobs are never removed. Asks on a terminal, never in cron.',
    )
    .option('--older-than <age>', 'at least 1d', '90d')
    .option(
      '--keep-last <n>',
      'keep the newest n finished jobs of every domain, whatever their age',
      wholeNumber(0),
      0,
    )
    .addOption(statusOption())
    .addOption(domainOption())
    .option('--dry-run', 'say what would be removed, remove nothing')
    .option('--yes', 'do not ask')
    .action(act(runCleanup))
  addExamples(command, 'cleanup --dry-run', 'cleanup --older-than 180d --keep-last 3 --yes')
}

type Verdict = EndedJob & { action: 'remove' | 'keep'; reason: string }

export async function runCleanup(context: Context, options: Options): Promise<void> {
  const db = await context.database()
  const age = toAge(options.olderThan)
  const endedBefore = new Date(Date.parse(context.now()) - age * 1000).toISOString()
  const statuses = toStatuses(options.status)
  // The newest of a domain are the newest of all its finished jobs: --status chooses among those that may go.
  const ended = await findEndedJobs(db, {
    statuses: endedStatuses,
    domain: toDomain(context, options.domain),
  })
  const retention = applyRetention(ended, { endedBefore, keepLast: options.keepLast ?? 0 })
  const doomed = retention.remove.filter(({ status }) => statuses.includes(status))
  const verdicts = new Map(retention.keep.map(({ job, reason }) => [job.job_id, reason]))
  const rows = ended.map((job): Verdict => {
    if (doomed.includes(job))
      return { ...job, action: 'remove', reason: `ended more than ${options.olderThan} ago` }
    return { ...job, action: 'keep', reason: verdicts.get(job.job_id) ?? `is ${job.status}` }
  })
  if (options.dryRun === true) return answer(context, rows, { dryRun: true, freed: null })
  if (doomed.length > 0 && context.canAsk) {
    await confirmOrRefuse(
      context,
      `Remove ${counted(doomed.length, 'job')} that ended more than ${options.olderThan} ago?`,
      options.yes,
    )
  }
  const before = await databaseSize(db)
  const gone = await removeJobs(db, doomed)
  if (gone.size > 0) await giveSpaceBack(db)
  const freed = before - (await databaseSize(db))
  const done = rows.map((row) =>
    row.action === 'remove' && !gone.has(row.job_id)
      ? { ...row, action: 'keep' as const, reason: 'was taken up again' }
      : row,
  )
  await answer(context, done, { dryRun: false, freed })
}

function toAge(text: string): number {
  const age = parseAge(text)
  if (age === null) throw usageError(`--older-than ${text}: not an age`, 'for example 90d or 12w')
  if (age < 86_400) throw usageError(`--older-than ${text}: less than a day`, 'at least 1d')
  return age
}

function toStatuses(statuses: readonly JobStatus[] | undefined): readonly JobStatus[] {
  const running = statuses?.find((status) => !hasEnded(status))
  if (running !== undefined)
    throw usageError(`--status ${running}: ${running} jobs are never removed`, endedStatuses.join(', '))
  return statuses ?? endedStatuses
}

async function answer(
  context: Context,
  rows: readonly Verdict[],
  { dryRun, freed }: { dryRun: boolean; freed: number | null },
): Promise<void> {
  const removed = rows.filter(({ action }) => action === 'remove')
  const kept = rows.filter(({ action }) => action === 'keep')
  const space = freed === null ? '' : `; ${bytes(Math.max(0, freed))} given back`
  const line = `${dryRun ? 'would remove' : 'removed'} ${counted(removed.length, 'job')}, kept ${counted(kept.length, 'finished job')}${space}\n`
  const shown = dryRun ? [...removed, ...kept] : removed
  await context.print<Record<string, unknown>>({
    value: { dry_run: dryRun, removed, kept, freed_bytes: freed },
    columns: fieldColumns([
      'job_id',
      'name',
      'status',
      'domain_path',
      'completed_at',
      'stored_simulations',
      'action',
      'reason',
    ]),
    rows: rows.map((row) => ({ ...row })),
    table: async (style) => (shown.length === 0 ? '' : await renderTable(columns, shown, style)) + line,
  })
}

const columns: Column<Verdict>[] = [
  { key: 'job', value: ({ job_id }) => shortId(job_id) },
  { key: 'name', value: ({ name }) => name },
  { key: 'status', value: ({ status }) => status },
  { key: 'ended', value: (row) => localTime(row.completed_at) },
  { key: 'points', align: 'right', value: (row) => row.stored_simulations },
  { key: 'action', value: (row) => row.action, paint: ({ action }) => (action === 'remove' ? 'red' : null) },
  { key: 'reason', value: ({ reason }) => reason },
  { key: 'domain', value: (row) => row.domain_path },
]
