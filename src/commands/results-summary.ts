import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { renderFolded } from '../render/index.ts'
import { filterJobResults, loadJobResults } from './job-results.ts'
import { knownLimits } from './limits-in-force.ts'
import { addFilters, type FilterOptions, toFilter } from './result-filter.ts'
import { type Act, addExamples } from './shared.ts'
import { summaryColumns, summaryRows } from './summary-table.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  raw?: boolean
}

export function defineResultsSummary(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('summary')
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
  const rows = summaryRows(filterJobResults(await loadJobResults(context, job), toFilter(options)))
  await context.print({
    value: rows,
    columns: summaryColumns(options.raw === true, []),
    rows,
    table: async (style) => {
      const limits = await knownLimits(context, job.domain_path)
      return renderFolded(summaryColumns(options.raw === true, limits), 1, rows, style)
    },
  })
}
