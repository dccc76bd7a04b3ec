import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { noFilter } from '../domain/point-filter.ts'
import { summariseOne } from '../domain/summary.ts'
import { toTrendRow, type TrendRow, type TrendValues } from '../domain/trend.ts'
import { type Judge, judgeOf, worstExtreme, worstValue } from '../domain/worst-value.ts'
import { PvtError } from '../errors.ts'
import {
  type Column,
  commonScale,
  fullPrecision,
  localTime,
  renderFolded,
  strip,
  type Style,
} from '../render/index.ts'
import { findHistory } from '../store/history.ts'
import { findSummaryOfJobs } from '../store/summaries.ts'
import { filterJobResults, loadCompared } from './job-results.ts'
import { knownLimits } from './limits-in-force.ts'
import type { DomainOption } from './limits-set.ts'
import { type Act, addExamples, collect, fieldColumns, shortId, wholeNumber } from './shared.ts'
import { statusPaint } from './stage-columns.ts'
import { oneDomainOption, whichDomain } from './which-domain.ts'

interface Options extends DomainOption {
  point?: string[]
  last: number
  chart?: boolean
  raw?: boolean
}

export function defineTrend(program: Command, act: Act): void {
  const command = program
    .command('trend')
    .description(
      "Prints a measurement over the newest jobs of a domain, oldest first: minimum, mean, maximum, and the worst value with its point: the one with the smallest margin to the domain's limits for its point, without limits the largest in size.",
    )
    .argument('<measurement>', 'its name')
    .addOption(oneDomainOption())
    .option('--point <glob>', "PVT points, for example 'SSG*/typical/*'; may be repeated", collect)
    .option('--last <n>', 'at most n jobs', wholeNumber(1), 20)
    .option('--chart', 'with the chart where stdout is no terminal, too')
    .option('--raw', 'numbers at full precision instead of one unit')
    .action(act(runTrend))
  addExamples(command, 'trend del_rr', "trend del_rr --domain gpio --point 'SSG*' --last 50 --json")
}

export async function runTrend(context: Context, measurement: string, options: Options): Promise<void> {
  const db = await context.database()
  const domain = await whichDomain(context, options.domain)
  const query = { limit: options.last, statuses: [], users: [], domain, mode: null, search: null }
  const jobs = (await findHistory(db, { ...query, since: null, until: null, before: null })).reverse()
  const judge = judgeOf(measurement, await knownLimits(context, domain))
  const values = await valuesOf(context, jobs, { measurement, judge, points: options.point ?? [] })
  if (jobs.length > 0 && values.size === 0) {
    throw new PvtError(
      'usage',
      `no job of ${domain} has the measurement ${measurement}${options.point === undefined ? '' : ' at these points'}`,
      'see the names with: pvt results summary',
    )
  }
  const rows = jobs.map((job) => toTrendRow(job, values.get(job.job_id) ?? null))
  await context.print({
    value: rows,
    columns: fieldColumns<TrendRow>(keys),
    rows,
    table: (style) => renderFolded(tableColumns(rows, options, style), 2, rows, style),
  })
}

const keys = [
  ...['job_id', 'name', 'status', 'created_at', 'count', 'failed', 'min', 'min_point', 'mean', 'max'],
  ...['max_point', 'worst', 'worst_point', 'margin'],
]

/**
 * By job id. Of all points the summaries are stored; of some points, and to judge by limits that are for some points,
 * the rows are read.
 */
async function valuesOf(
  context: Context,
  jobs: readonly Job[],
  { measurement, judge, points }: { measurement: string; judge: Judge; points: readonly string[] },
): Promise<Map<string, TrendValues>> {
  if (points.length === 0 && !judge.isByPoint) {
    const stored = await findSummaryOfJobs(await context.database(), jobs, measurement)
    return new Map([...stored].map(([id, summary]) => [id, { summary, worst: worstExtreme(summary, judge) }]))
  }
  const filter = { ...noFilter, point: points }
  const found = new Map<string, TrendValues>()
  for (const job of jobs) {
    const { results } = filterJobResults(await loadCompared(context, job), filter)
    const summary = summariseOne(measurement, results)
    if (summary.count + summary.failed === 0) continue
    found.set(job.job_id, { summary, worst: worstValue(measurement, results, judge) })
  }
  return found
}

/** How wide the chart is where the terminal does not say otherwise. */
const chartWidth = 40

function tableColumns(rows: readonly TrendRow[], options: Options, style: Style): Column<TrendRow>[] {
  const scale =
    options.raw === true
      ? { prefix: '', text: fullPrecision }
      : commonScale(rows.flatMap((row) => [row.min, row.max]))
  const unit = scale.prefix === '' ? '' : ` [${scale.prefix}]`
  const hasLimit = rows.some(({ margin }) => margin !== null)
  const quantity = (key: 'min' | 'mean' | 'max' | 'worst' | 'margin'): Column<TrendRow> => ({
    key,
    title: key.toUpperCase() + unit,
    align: 'right',
    value: (row) => row[key],
    text: (row) => scale.text(row[key]) + (key === 'margin' ? (isViolated(row) ? ' !' : '  ') : ''),
    paint: (row) => (key === 'margin' && isViolated(row) ? 'red' : null),
  })
  const columns: Column<TrendRow>[] = [
    { key: 'job', value: (row) => shortId(row.job_id) },
    { key: 'created', value: (row) => localTime(row.created_at) },
    { key: 'status', value: (row) => row.status, paint: (row) => statusPaint(row.status) },
    { key: 'count', title: 'VALUES', align: 'right', value: (row) => row.count },
    {
      key: 'failed',
      align: 'right',
      value: (row) => row.failed,
      paint: (row) => (row.failed > 0 ? 'red' : null),
    },
    ...[quantity('min'), quantity('mean'), quantity('max'), quantity('worst')],
    { key: 'worst_point', title: 'AT', value: (row) => row.worst_point },
    ...(hasLimit ? [quantity('margin')] : []),
  ]
  const isTerminal = (style.width?.() ?? null) !== null
  return isTerminal || options.chart === true
    ? [...columns.slice(0, 2), chartColumn(rows, style), ...columns.slice(2)]
    : columns
}

const isViolated = ({ margin }: TrendRow): boolean => margin !== null && margin < 0

function chartColumn(rows: readonly TrendRow[], { unicode = false }: Style): Column<TrendRow> {
  const values = rows.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]))
  const scale = { low: Math.min(...values), high: Math.max(...values) }
  const draw = ({ min, mean, max }: TrendRow): string =>
    min === null || mean === null || max === null
      ? ''
      : strip({ min, mark: mean, max }, scale, chartWidth, unicode)
  return { key: 'chart', title: 'MIN - MEAN - MAX', value: draw, text: draw }
}
