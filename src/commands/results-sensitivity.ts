import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type AxisShare, sensitivity } from '../domain/sensitivity.ts'
import { type Column, inUnitOf, renderFolded, type Style } from '../render/index.ts'
import { filterJobResults, loadJobResults } from './job-results.ts'
import { addFilters, type FilterOptions, toFilter } from './result-filter.ts'
import { type Act, addExamples, fieldColumns } from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineResultsSensitivity(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('sensitivity')
      .description(
        'Prints, per measurement and axis, how much of the spread the axis explains by itself, in which direction, and which of its levels gathers the failed and missing values. Every value counts once; in a matrix that is not full the shares need not add up to 100 %.',
      ),
  ).action(act(runResultsSensitivity))
  addExamples(command, 'results sensitivity', "results sensitivity --measure 'del_*' --json")
}

export async function runResultsSensitivity(context: Context, options: FilterOptions): Promise<void> {
  const job = await whichJob(context, options.job)
  const { results, expected } = filterJobResults(await loadJobResults(context, job), toFilter(options))
  const rows = sensitivity(results, expected ?? [])
  await context.print({
    value: rows,
    columns: fieldColumns(keys),
    rows,
    table: (style) => sensitivityTable(rows, style),
  })
}

const keys = [
  ...['measurement', 'axis', 'share_percent', 'low_level', 'low_mean', 'high_level', 'high_mean'],
  ...['direction', 'lost_level', 'lost', 'lost_expected', 'rest_percent', 'levels'],
]

/** Below the axes of each measurement stands what they leave. */
async function sensitivityTable(rows: readonly AxisShare[], style: Style): Promise<string> {
  const lines = rows.flatMap((row, index): TableRow[] => {
    const isLast = rows[index + 1]?.measurement !== row.measurement
    return isLast ? [row, { measurement: row.measurement, rest_percent: row.rest_percent }] : [row]
  })
  return renderFolded(columns, 2, lines, style)
}

type TableRow = Pick<AxisShare, 'measurement' | 'rest_percent'> & Partial<AxisShare>

const columns: Column<TableRow>[] = [
  { key: 'measurement', value: (row) => row.measurement },
  { key: 'axis', value: (row) => row.axis ?? 'interactions' },
  {
    key: 'share_percent',
    title: 'SHARE %',
    align: 'right',
    value: (row) => shareOf(row),
    text: (row) => shareOf(row)?.toFixed(1) ?? '-',
  },
  { key: 'bar', title: '', value: (row) => '#'.repeat(Math.round(Math.max(0, shareOf(row) ?? 0) / 5)) },
  level('low'),
  mean('low'),
  level('high'),
  mean('high'),
  { key: 'direction', value: (row) => row.direction ?? null },
  {
    key: 'lost',
    title: 'MOST FAILURES',
    value: (row) =>
      row.lost_level == null
        ? null
        : `${row.lost_level}: ${row.lost ?? 0}, expected ${(row.lost_expected ?? 0).toFixed(1)}`,
    paint: (row) => (row.lost_level == null ? null : 'red'),
  },
]

const shareOf = (row: TableRow): number | null =>
  (row.axis === undefined ? row.rest_percent : row.share_percent) ?? null

function level(end: 'low' | 'high'): Column<TableRow> {
  const key = `${end}_level` as const
  return { key, title: end === 'low' ? 'LOWEST' : 'HIGHEST', value: (row) => row[key] ?? null }
}

function mean(end: 'low' | 'high'): Column<TableRow> {
  const key = `${end}_mean` as const
  return {
    key,
    title: 'MEAN',
    align: 'right',
    value: (row) => row[key] ?? null,
    text: (row) => inUnitOf([row.low_mean ?? null, row.high_mean ?? null], row[key] ?? null),
  }
}
