import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type Column, duration, renderFields, renderTable, type Style } from '../render/index.ts'
import { type Durations, findStatistics, type Share, type Statistics } from '../store/statistics.ts'
import { type Act, addExamples } from './shared.ts'
import { toInstant } from './time-option.ts'

interface Options {
  since?: string
}

export function defineStats(program: Command, act: Act): void {
  const command = program
    .command('stats')
    .description(
      'Prints jobs by state, the success rate, the times per job and stage, and the shares of users, domains and simulators.',
    )
    .option('--since <time>', 'of jobs created since: 30d, 2026-01-31')
    .action(act(runStats))
  addExamples(command, 'stats', 'stats --since 30d --json')
}

export async function runStats(context: Context, options: Options): Promise<void> {
  const since = toInstant(options.since, '--since', new Date(context.now()))
  const statistics = await findStatistics(await context.database(), since)
  await context.print({
    value: statistics,
    columns: flatColumns,
    rows: flatRows(statistics),
    table: (style) => describe(statistics, style),
  })
}

/** One line of the CSV: a number of the statistics with what it is about. */
interface FlatRow extends Partial<Share>, Partial<Durations> {
  group: string
  name: string | null
}

const flatColumns: Column<FlatRow>[] = [
  { key: 'group', value: (row) => row.group },
  { key: 'name', value: (row) => row.name },
  { key: 'jobs', value: (row) => row.jobs ?? null },
  { key: 'completed', value: (row) => row.completed ?? null },
  { key: 'failed', value: (row) => row.failed ?? null },
  { key: 'simulations_stored', value: (row) => row.simulations_stored ?? null },
  { key: 'count', value: (row) => row.count ?? null },
  { key: 'median_seconds', value: (row) => row.median_seconds ?? null },
  { key: 'p90_seconds', value: (row) => row.p90_seconds ?? null },
]

function flatRows(statistics: Statistics): FlatRow[] {
  return [
    ...Object.entries(statistics.by_status).map(([name, jobs]) => ({ group: 'status', name, jobs })),
    { group: 'job', name: null, ...statistics.job_times },
    ...statistics.stage_times.map(({ stage, ...times }) => ({ group: 'stage', name: stage, ...times })),
    ...statistics.by_user.map(({ user, ...share }) => ({ group: 'user', name: user, ...share })),
    ...statistics.by_domain.map(({ domain_path, ...share }) => ({
      group: 'domain',
      name: domain_path,
      ...share,
    })),
    ...statistics.by_simulator.map(({ simulator, ...share }) => ({
      group: 'simulator',
      name: simulator,
      ...share,
    })),
  ]
}

async function describe(statistics: Statistics, style: Style): Promise<string> {
  const states = Object.entries(statistics.by_status).map(([status, jobs]) => `${jobs} ${status}`)
  const rate = statistics.success_rate
  const head = await renderFields(
    [
      ['jobs', `${statistics.jobs} (${states.join(', ')})`],
      ['success rate', rate === null ? '-' : `${(rate * 100).toFixed(1)} %`],
      ['simulations stored', String(statistics.simulations_stored)],
    ],
    style,
  )
  const times = [
    { name: 'job', ...statistics.job_times },
    ...statistics.stage_times
      .filter(({ count }) => count > 0)
      .map(({ stage, ...rest }) => ({ name: stage, ...rest })),
  ]
  const sections = [
    await renderTable(timeColumns, times, style),
    await renderTable(
      shareColumns('user'),
      statistics.by_user.map(({ user, ...share }) => ({ name: user, ...share })),
      style,
    ),
    await renderTable(
      shareColumns('domain'),
      statistics.by_domain.map((share) => ({ name: share.domain_path, ...share })),
      style,
    ),
    await renderTable(
      shareColumns('simulator'),
      statistics.by_simulator.map((share) => ({ name: share.simulator, ...share })),
      style,
    ),
  ]
  return [head, ...sections].join('\n')
}

const timeColumns: Column<Durations & { name: string }>[] = [
  { key: 'stage', title: 'TIME OF', value: (row) => row.name },
  { key: 'count', align: 'right', value: (row) => row.count },
  {
    key: 'median',
    align: 'right',
    value: (row) => row.median_seconds,
    text: (row) => duration(row.median_seconds),
  },
  {
    key: 'p90',
    title: '90 %',
    align: 'right',
    value: (row) => row.p90_seconds,
    text: (row) => duration(row.p90_seconds),
  },
]

const shareColumns = (title: string): Column<Share & { name: string | null }>[] => [
  { key: title, value: (row) => row.name },
  { key: 'jobs', align: 'right', value: (row) => row.jobs },
  { key: 'completed', align: 'right', value: (row) => row.completed },
  { key: 'failed', align: 'right', value: (row) => row.failed },
  { key: 'simulations', align: 'right', value: (row) => row.simulations_stored },
]
