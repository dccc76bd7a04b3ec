import { randomUUID } from 'node:crypto'
import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { codeOf, PvtError } from '../errors.ts'
import { render } from '../render/index.ts'
import { findPoints } from '../store/points.ts'
import { findResults } from '../store/results.ts'
import { addFilters, type FilterOptions, filterResults, toFilter } from './result-filter.ts'
import { csvColumns, toShown } from './result-table.ts'
import { type Act, addExamples, counted } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  output?: string
}

export function defineResultsExport(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('export')
      .summary('write the results to a file: CSV, or with -f json or ndjson')
      .description(
        'Writes all results, in CSV a column per measurement, to a file or to stdout. The file is put in place whole.',
      ),
  )
    .option('-o, --output <file>', 'the file (default: stdout)')
    .action(act(runResultsExport))
  addExamples(
    command,
    'results export -o results.csv',
    'results export --safe-csv -o for-excel.csv',
    'results export --json | jq length',
  )
}

export async function runResultsExport(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const stored = await findResults(db, job.job_id, await findPoints(db, job.job_id))
  const results = filterResults(stored, toFilter(options))
  const { format } = context.settings
  const text = await render(
    format === 'table' ? 'csv' : format,
    { value: results.map(toShown), columns: csvColumns(results), rows: results },
    { colour: false, csv: { guard: context.settings.safeCsv } },
  )
  if (options.output === undefined || options.output === '-') {
    context.printText(text)
    return
  }
  writeWhole(resolve(context.settings.cwd, options.output), text)
  context.inform(`${counted(results.length, 'row')} written to ${options.output}`)
}

/**
 * A reader of the file sees the old one or the new one, never a half. A device or a pipe is written to as it is, and
 * a symbolic link stays one.
 */
function writeWhole(path: string, text: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false })
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
    if (there === undefined ? isLink : !there.isFile()) writeFileSync(path, text)
    else replaceFile(isLink ? realpathSync(path) : path, text)
  } catch (error) {
    throw new PvtError(
      'output_failed',
      `${path} cannot be written (${codeOf(error) ?? String(error)})`,
      'check the folder',
    )
  }
}

function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.pvt-export-${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, text, { flag: 'wx', flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
