import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Result } from '../domain/result.ts'
import { codeOf, PvtError } from '../errors.ts'
import { renderPages } from '../render/index.ts'
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
  addExamples(command, 'results export -o results.csv', 'results export --json | jq length')
}

export async function runResultsExport(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const stored = await findResults(db, job.job_id, await findPoints(db, job.job_id))
  const results = filterResults(stored, toFilter(options))
  const texts = textsOf(results, context.settings.format)
  if (options.output === undefined || options.output === '-') {
    for await (const text of texts) context.printText(text)
    return
  }
  await writeWhole(resolve(context.settings.cwd, options.output), texts)
  context.inform(`${counted(results.length, 'row')} written to ${options.output}`)
}

/** In parts: the whole text of a large job takes more room than its rows. */
function textsOf(results: readonly Result[], format: Context['settings']['format']): AsyncGenerator<string> {
  return format === 'json' || format === 'ndjson'
    ? renderPages(format, [], pagesOf(results, toShown))
    : renderPages(
        'csv',
        csvColumns(results),
        pagesOf(results, (result) => result),
      )
}

const pageSize = 1000

async function* pagesOf<Row>(
  results: readonly Result[],
  toRow: (result: Result) => Row,
): AsyncGenerator<Row[]> {
  for (let start = 0; start < results.length; start += pageSize) {
    yield results.slice(start, start + pageSize).map(toRow)
  }
}

/**
 * A reader of the file sees the old one or the new one, never a half. A device or a pipe is written to as it is, and
 * a symbolic link stays one.
 */
async function writeWhole(path: string, texts: AsyncIterable<string>): Promise<void> {
  try {
    const there = statSync(path, { throwIfNoEntry: false })
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
    if (there === undefined ? isLink : !there.isFile()) await writeParts(path, 'w', texts)
    else await replaceFile(isLink ? realpathSync(path) : path, texts)
  } catch (error) {
    throw new PvtError(
      'output_failed',
      `${path} cannot be written (${codeOf(error) ?? String(error)})`,
      'check the folder',
    )
  }
}

async function replaceFile(path: string, texts: AsyncIterable<string>): Promise<void> {
  const temporary = join(dirname(path), `.pvt-export-${randomUUID()}.tmp`)
  try {
    await writeParts(temporary, 'wx', texts)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

async function writeParts(path: string, flag: 'w' | 'wx', texts: AsyncIterable<string>): Promise<void> {
  const file = openSync(path, flag)
  try {
    for await (const text of texts) writeFileSync(file, text)
    // A device or a pipe has no disk to reach.
    if (flag === 'wx') fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
