import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import { type Reaped, reapJobs } from '../import/reap-jobs.ts'
import { type Column, renderTable } from '../render/index.ts'
import { programVersion } from '../version.ts'
import { notifyEnd, type NotifyOption, notifyOption } from './notify-option.ts'
import { type Act, addExamples, fieldColumns, shortId } from './shared.ts'
import { statusPaint } from './stage-columns.ts'
import { parseAge } from './time-option.ts'

interface Options extends NotifyOption {
  silent: string
  dryRun?: boolean
}

export function defineJobReap(group: Command, act: Act): void {
  const command = group
    .command('reap')
    .description(
      'Ends running jobs that nobody works on any more: their process on this host is gone, or nothing was heard of them for longer than --silent. Each is judged by its files and becomes completed or failed, with the reason. A job whose process lives on this host is left alone. For cron.',
    )
    .option('--silent <duration>', 'how long without a sign of life: 90m, 6h, 2d', '6h')
    .option('--dry-run', 'tell, change nothing')
    .addOption(notifyOption())
    .action(act(runJobReap))
  addExamples(command, 'job reap --dry-run', 'job reap --silent 12h --quiet')
}

export async function runJobReap(context: Context, options: Options): Promise<void> {
  const silentSeconds = parseAge(options.silent)
  if (silentSeconds === null)
    throw usageError(`--silent ${options.silent}: not a duration`, 'for example 90m, 6h or 2d')
  const db = await context.database()
  const dryRun = options.dryRun === true
  const reaped: Reaped[] = []
  const settings = { now: context.now(), user: context.settings.user, programVersion, dryRun, silentSeconds }
  for await (const one of reapJobs(db, settings)) {
    reaped.push(one)
    if (!dryRun) await notifyEnd(context, one.job_id, options)
  }
  await context.print({
    value: reaped,
    columns: fieldColumns<Reaped>(reapedKeys),
    rows: reaped,
    table: (style) => renderTable(columns, reaped, style),
  })
  if (dryRun) context.inform('dry run: nothing was changed')
}

const reapedKeys = [
  'job_id',
  'name',
  'host',
  'reason',
  'verdict',
  'missing_points',
] as const satisfies readonly (keyof Reaped)[]

const columns: Column<Reaped>[] = [
  { key: 'job_id', title: 'JOB', value: (row) => shortId(row.job_id) },
  { key: 'name', value: (row) => row.name },
  { key: 'host', value: (row) => row.host },
  { key: 'verdict', value: (row) => row.verdict, paint: (row) => statusPaint(row.verdict) },
  { key: 'missing_points', title: 'MISSING', align: 'right', value: (row) => row.missing_points },
  { key: 'reason', value: (row) => row.reason },
]
