import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { type Job, type JobStatus, jobStatuses } from '../domain/job.ts'
import { usageError } from '../errors.ts'
import { realPath } from '../import/folder.ts'
import { type Column, duration, localTime, renderPages } from '../render/index.ts'
import { jobColumns } from '../store/jobs.ts'
import { findHistoryColumns, findHistoryPages, type HistoryQuery, type Judged } from '../store/history.ts'
import {
  type Act,
  addExamples,
  collect,
  fieldColumns,
  shortId,
  simulationsText,
  wholeNumber,
} from './shared.ts'
import { statusPaint } from './stage-columns.ts'
import { toInstant } from './time-option.ts'
import { verdictPaint } from './verdict-columns.ts'
import { whichJob } from './which-job.ts'

interface Options {
  limit: number
  status?: JobStatus[]
  user?: string[]
  domain?: string
  mode?: string
  since?: string
  until?: string
  search?: string
  before?: string
}

export function defineHistory(program: Command, act: Act): void {
  const command = program
    .command('history')
    .description('Prints the recorded runs, newest first.')
    .option('--limit <n>', 'at most n jobs', wholeNumber(0), 100)
    .addOption(statusOption())
    .option('--user <name>', 'jobs of this user; may be repeated', collect)
    .addOption(domainOption())
    .option('--mode <mode>', 'prelay or polo')
    .option('--since <time>', 'created since: 7d, 12h, 2026-01-31, 2026-01-31T12:00')
    .option('--until <time>', 'created before')
    .option('--search <text>', 'text in the name, description, tags or path')
    .option('--before <job>', 'the page after this job')
    .action(act(runHistory))
  addExamples(command, 'history --since 7d --status failed', 'history --domain gpio --json')
}

export const statusOption = (): Option =>
  new Option(
    '--status <status>',
    `jobs in this state (${jobStatuses.join(', ')}); may be repeated`,
  ).argParser((value: string, before: JobStatus[] | undefined) => [...(before ?? []), toStatus(value)])

export const domainOption = (): Option =>
  new Option('--domain <d>', 'jobs of this domain folder: its path, or the name of the folder')

function toStatus(text: string): JobStatus {
  const status = jobStatuses.find((name) => name === text)
  if (status !== undefined) return status
  throw usageError(`there is no status '${text}'`, `states: ${jobStatuses.join(' ')}`)
}

/** A folder that is there, by its real path; else the text as it stands, for a name or a folder that is gone. */
export function toDomain(context: Context, text: string | undefined): string | null {
  if (text === undefined) return null
  const path = resolve(context.settings.cwd, text)
  const isFolder = text.includes('/') || text === '.' || text === '..'
  if (!isFolder) return text
  return statSync(path, { throwIfNoEntry: false }) === undefined ? path : realPath(path)
}

export async function runHistory(context: Context, options: Options): Promise<void> {
  const now = new Date(context.now())
  const query: HistoryQuery = {
    limit: options.limit,
    statuses: options.status ?? [],
    users: options.user ?? [],
    domain: toDomain(context, options.domain),
    mode: options.mode ?? null,
    since: toInstant(options.since, '--since', now),
    until: toInstant(options.until, '--until', now),
    search: options.search ?? null,
    before: options.before === undefined ? null : await whichJob(context, options.before),
  }
  const db = await context.database()
  const { format } = context.settings
  if (format === 'table') {
    const jobs = await findHistoryColumns(db, query, shownColumns)
    await context.print({ value: jobs, columns, rows: jobs })
    return
  }
  const texts = renderPages(
    format,
    fieldColumns<Job & Judged>([...jobColumns, 'verdict']),
    findHistoryPages(db, query),
    { guard: context.settings.safeCsv },
  )
  for await (const text of texts) context.printText(text)
}

const shownColumns = [
  'job_id',
  'name',
  'status',
  'current_stage',
  'created_at',
  'elapsed_seconds',
  'total_simulations',
  'successful_simulations',
  'failed_simulations',
  'user',
  'domain_path',
  'pinned',
] as const satisfies readonly (keyof Job)[]

const columns: Column<Pick<Job, (typeof shownColumns)[number]> & Judged>[] = [
  { key: 'job', value: ({ job_id }) => shortId(job_id) },
  { key: 'name', value: ({ name, pinned }) => (pinned ? `${name} (pinned)` : name) },
  { key: 'status', value: ({ status }) => status, paint: ({ status }) => statusPaint(status) },
  { key: 'stage', value: (job) => job.current_stage },
  { key: 'created', value: (job) => localTime(job.created_at) },
  { key: 'took', align: 'right', value: (job) => duration(job.elapsed_seconds) },
  { key: 'simulations', value: simulationsText },
  {
    key: 'verdict',
    value: ({ verdict }) => verdict,
    paint: ({ verdict }) => (verdict === null ? null : verdictPaint(verdict)),
  },
  { key: 'user', value: ({ user }) => user },
  { key: 'domain', value: (job) => job.domain_path },
]
