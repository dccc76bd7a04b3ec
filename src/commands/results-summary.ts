import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { judgeValue, type Limit } from '../domain/limit.ts'
import { spreadPercent, summarise, type Summary } from '../domain/summary.ts'
import type { Result } from '../domain/result.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { limitOf, worstExtreme } from '../domain/worst-value.ts'
import { type Column, fullPrecision, inUnitOf, type Paint, renderFolded } from '../render/index.ts'
import { findPoints } from '../store/points.ts'
import { findResults } from '../store/results.ts'
import { knownLimits } from './limits-in-force.ts'
import { addFilters, type FilterOptions, filterPoints, filterResults, toFilter } from './result-filter.ts'
import { type Act, addExamples } from './shared.ts'
import { verdictPaint, verdictSign } from './verdict-columns.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  raw?: boolean
}

/** A row of `results summary`; the keys are those of its JSON. */
interface SummaryRow extends Omit<Summary, 'count'> {
  count: number
  /** Values that should be there: a value per expected point, or per stored row where there are more. */
  expected: number | null
  spread_percent: number | null
}

export function defineResultsSummary(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('summary')
      .summary('minimum, mean, maximum and their points per measurement')
      .description(
        'Prints a row per measurement: how many values there are, the extremes with their PVT points, and the spread. In the table ! violates the limit of the domain, ~ is near it, * is the worse extreme.',
      ),
  )
    .option('--raw', 'numbers at full precision instead of SI prefixes')
    .action(act(runResultsSummary))
  addExamples(command, 'results summary', "results summary --corner 'SS*' --json")
}

export async function runResultsSummary(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const points = await findPoints(db, job.job_id)
  const filter = toFilter(options)
  const results = filterResults(await findResults(db, job.job_id, points), filter)
  const expectedPoints = points.length === 0 ? null : filterPoints(points, filter)
  const rows = summarise(results).map((summary): SummaryRow => {
    const { measurement, count, failed, ...extremes } = summary
    const expected = expectedPoints === null ? null : countExpected(expectedPoints, results)
    return { measurement, count, expected, failed, ...extremes, spread_percent: spreadPercent(summary) }
  })
  await context.print({
    value: rows,
    columns: columns(options.raw === true, []),
    rows,
    table: async (style) => {
      const limits = await knownLimits(context, job.domain_path)
      return renderFolded(columns(options.raw === true, limits), 1, rows, style)
    },
  })
}

/** Every stored row should have a value, and every expected point at least one row. */
function countExpected(points: readonly PvtPoint[], results: readonly Result[]): number {
  const delivered = new Set(results.map(pointName))
  return results.length + points.filter((point) => !delivered.has(pointName(point))).length
}

/** `!` for an extreme that violates the limit, `~` for one near it, `*` for the worse of the two otherwise. */
function markOf(
  row: SummaryRow,
  key: 'min' | 'max',
  limits: readonly Limit[],
): { sign: string; paint: Paint | null } {
  const value = row[key]
  if (value === null) return { sign: '', paint: null }
  const limit = limitOf(row.measurement, limits)
  const verdict = limit === null ? 'pass' : judgeValue(value, limit)
  if (verdict !== 'pass') return { sign: verdictSign(verdict), paint: verdictPaint(verdict) }
  const isWorst = row.min !== row.max && worstExtreme(row, limit)?.value === value
  return isWorst ? { sign: '*', paint: 'yellow' } : { sign: '', paint: null }
}

function columns(raw: boolean, limits: readonly Limit[]): Column<SummaryRow>[] {
  const quantity = (key: 'min' | 'mean' | 'max'): Column<SummaryRow> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    text: (row) => {
      const shown = raw ? fullPrecision(row[key]) : inUnitOf([row.min, row.max], row[key])
      return key === 'mean' ? shown : `${shown} ${markOf(row, key, limits).sign.padEnd(1)}`
    },
    paint: (row) => (key === 'mean' ? null : markOf(row, key, limits).paint),
  })
  const count = (key: 'count' | 'expected' | 'failed'): Column<SummaryRow> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    paint: (row) => (key === 'failed' && row.failed > 0 ? 'red' : null),
  })
  return [
    { key: 'measurement', value: (row) => row.measurement },
    count('count'),
    count('expected'),
    count('failed'),
    quantity('min'),
    { key: 'min_point', title: 'AT', value: (row) => row.min_point },
    quantity('mean'),
    quantity('max'),
    { key: 'max_point', title: 'AT', value: (row) => row.max_point },
    {
      key: 'spread_percent',
      title: 'SPREAD %',
      align: 'right',
      value: (row) => row.spread_percent,
      text: (row) => row.spread_percent?.toFixed(1) ?? '-',
    },
  ]
}
