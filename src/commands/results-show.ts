import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Result } from '../domain/result.ts'
import { type SortOrder, sortResults } from '../domain/sort-results.ts'
import { usageError } from '../errors.ts'
import { renderFolded, renderTable } from '../render/index.ts'
import { findImports } from '../store/imports.ts'
import { findPoints } from '../store/points.ts'
import { findResults } from '../store/results.ts'
import { knownLimits } from './limits-in-force.ts'
import { addFilters, type FilterOptions, filterResults, toFilter } from './result-filter.ts'
import { provenanceCsv, provenanceTable, showProvenance } from './provenance.ts'
import { resultChart } from './result-chart.ts'
import { csvColumns, placeColumns, tableColumns, toShown } from './result-table.ts'
import { type Act, addExamples, wholeNumber } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  sort?: string
  limit?: number
  failed?: boolean
  chart?: boolean
  raw?: boolean
  provenance?: boolean
}

export function defineResultsShow(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('show')
      .description(
        "Prints the measured values, a row per PVT point (per sweep row where there is a sweep), in flow order. In the table ! violates the domain's limits, ~ is near one, * is the worst value of the column; a table wider than the terminal is folded.",
      ),
  )
    .option('--sort <column[:desc]>', 'sort by a measurement or another column')
    .option('--limit <n>', 'at most n rows', wholeNumber(0))
    .option('--failed', 'only rows with a failed measurement')
    .option('--chart', 'instead of the table a chart per measurement: the range of each corner on one scale')
    .option('--raw', 'numbers at full precision instead of one unit a column')
    .option('--provenance', 'where each row comes from, in place of its values')
    .action(act(runResultsShow))
  addExamples(
    command,
    "results show --point 'SSG*/typical/*/v1min*'",
    "results show --provenance --corner 'FF*'",
  )
}

export async function runResultsShow(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const stored = await findResults(db, job.job_id, await findPoints(db, job.job_id))
  // Sorted before measurements are left out: one that is not shown can still give the order.
  const sorted = options.sort === undefined ? stored : sortResults(stored, toSortOrder(options.sort, stored))
  const filtered = filterResults(sorted, toFilter(options))
  const chosen =
    options.failed === true ? filtered.filter((row) => Object.keys(row.failed).length > 0) : filtered
  const results = options.limit === undefined ? chosen : chosen.slice(0, options.limit)
  if (options.provenance === true) {
    const rows = showProvenance(results, await findImports(db, job.job_id))
    await context.print({
      value: rows,
      columns: provenanceCsv,
      rows,
      table: (style) => renderTable(provenanceTable(rows), rows, style),
    })
    return
  }
  await context.print<Result>({
    value: results.map(toShown),
    columns: csvColumns(results),
    rows: results,
    table: async (style) => {
      if (options.chart === true) return resultChart(results, style)
      const look = { raw: options.raw === true, limits: await knownLimits(context, job.domain_path) }
      return renderFolded(tableColumns(results, look), placeColumns(results).length, results, style)
    },
  })
}

const sortColumns = [
  'point',
  'corner',
  'extraction',
  'temperature',
  'temperature_c',
  'voltage_combo',
  'alter_number',
  'row_number',
  'status',
  'source',
  'mt0_file_path',
]

/** `del_rr:desc`. @throws usage error for a column that no row has; without rows every name will do. */
function toSortOrder(text: string, stored: readonly Result[]): SortOrder {
  const match = /^(.+?)(?::(asc|desc))?$/.exec(text)
  const column = match?.[1] ?? ''
  const known =
    sortColumns.includes(column) ||
    stored.some((row) => Object.hasOwn(row.measurements, column) || Object.hasOwn(row.sweep, column))
  if (!known && (stored.length > 0 || column === '')) {
    throw usageError(`--sort: there is no column '${column}'`, `a measurement, or ${sortColumns.join(', ')}`)
  }
  return { column, descending: match?.[2] === 'desc' }
}
