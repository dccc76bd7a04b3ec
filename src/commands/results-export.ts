import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { pointMatcher, type ResultFilter } from '../domain/point-filter.ts'
import { measurementNames, type Result, sweepNames } from '../domain/result.ts'
import { PvtError, usageError } from '../errors.ts'
import { type ParquetColumn, renderParquet } from '../render/parquet.ts'
import { render, renderPages } from '../render/index.ts'
import type { Database } from '../store/database.ts'
import { findPoints } from '../store/points.ts'
import { pagesOfJob } from '../store/result-pages.ts'
import { countResults, findResults } from '../store/results.ts'
import { addFilters, type FilterOptions, filterResults, toFilter } from './result-filter.ts'
import { csvColumns, csvColumnsOf, toShown } from './result-table.ts'
import { type Act, addExamples, counted } from './shared.ts'
import { whichJob } from './which-job.ts'
import { writePieces, writeWhole } from './write-file.ts'

interface Options extends FilterOptions {
  output?: string
  type?: ExportType
}

const exportTypes = ['csv', 'json', 'ndjson', 'parquet'] as const
type ExportType = (typeof exportTypes)[number]

export function defineResultsExport(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('export')
      .description(
        'Writes all results, a row per PVT point and sweep row, to a file or to stdout: CSV, unless -f, --type or an ending .parquet of the file says otherwise. The file is put in place whole.',
      ),
  )
    .option('-o, --output <file>', 'the file (default: stdout)')
    .addOption(new Option('--type <type>', 'what to write').choices([...exportTypes]))
    .action(act(runResultsExport))
  addExamples(command, 'results export -o results.csv', 'results export -o results.parquet')
}

export async function runResultsExport(context: Context, options: Options): Promise<void> {
  const type = toType(context, options)
  const isFile = options.output !== undefined && options.output !== '-'
  if (type === 'parquet' && !isFile) {
    throw usageError('a Parquet file cannot go to stdout', 'name the file: -o results.parquet')
  }
  const job = await whichJob(context, options.job)
  const db = await context.database()
  if (type !== 'parquet' && (await countResults(db, job.job_id)) > heldRows) {
    const pages = await textPages(db, job.job_id, toFilter(options), {
      type,
      guard: context.settings.safeCsv,
    })
    if (isFile) await writePieces(resolve(context.settings.cwd, options.output!), pages.texts)
    else for await (const text of pages.texts) context.printText(text)
    if (isFile) context.inform(`${counted(pages.rows(), 'row')} written to ${options.output!}`)
    return
  }
  const stored = await findResults(db, job.job_id, await findPoints(db, job.job_id))
  const results = filterResults(stored, toFilter(options))
  const content =
    type === 'parquet' ? await toParquet(results) : await toText(type, results, context.settings.safeCsv)
  if (!isFile) {
    // Only text gets here.
    context.printText(content as string)
    return
  }
  writeWhole(resolve(context.settings.cwd, options.output!), content)
  context.inform(`${counted(results.length, 'row')} written to ${options.output!}`)
}

/** So many rows are held at once, about 60 MB; of more a page at a time is, and they are read twice. */
const heldRows = 20_000

/**
 * The text of a job of many rows, a page at a time. Which columns there are only all rows tell: they are read before
 * for that. Nothing keeps others from writing meanwhile, as a reader may take hours.
 *
 * @throws `refused` when an import adds a measurement that no column is for.
 */
async function textPages(
  db: Database,
  jobId: string,
  filter: ResultFilter,
  { type, guard }: { type: Exclude<ExportType, 'parquet'>; guard: boolean },
): Promise<{ texts: AsyncIterable<string>; rows: () => number }> {
  const expected = await findPoints(db, jobId)
  const isWanted = pointMatcher(filter)
  let rows = 0
  async function* chosen(): AsyncGenerator<Result[]> {
    rows = 0
    for await (const page of pagesOfJob(db, jobId, expected, isWanted)) {
      rows += page.length
      yield filterResults(page, filter)
    }
  }
  if (type !== 'csv') return { texts: renderPages(type, [], shown(chosen())), rows: () => rows }
  const names = { sweep: new Set<string>(), measured: new Set<string>() }
  for await (const page of chosen()) {
    for (const name of sweepNames(page)) names.sweep.add(name)
    for (const name of measurementNames(page)) names.measured.add(name)
  }
  const columns = csvColumnsOf([...names.sweep], [...names.measured])
  return { texts: renderPages('csv', columns, known(chosen(), names.measured), { guard }), rows: () => rows }
}

async function* shown(pages: AsyncIterable<readonly Result[]>): AsyncGenerator<Record<string, unknown>[]> {
  for await (const page of pages) yield page.map(toShown)
}

/** So many rows become text at once: with 5,000 the maker of CSV takes 300 MB more. */
const csvRows = 500

async function* known(
  pages: AsyncIterable<readonly Result[]>,
  measured: ReadonlySet<string>,
): AsyncGenerator<readonly Result[]> {
  for await (const page of pages) {
    const added = measurementNames(page).find((name) => !measured.has(name))
    if (added !== undefined)
      throw new PvtError('refused', `an import has added the measurement ${added} meanwhile`, 'export again')
    for (let first = 0; first < page.length; first += csvRows) yield page.slice(first, first + csvRows)
  }
}

/** What was said last and most clearly: --type, then -f, then the ending of the file. */
function toType({ settings }: Context, { type, output }: Options): ExportType {
  if (type !== undefined) return type
  if (settings.format !== 'table') return settings.format
  return output?.toLowerCase().endsWith('.parquet') === true ? 'parquet' : 'csv'
}

const toText = (
  type: Exclude<ExportType, 'parquet'>,
  results: readonly Result[],
  guard: boolean,
): Promise<string> =>
  render(
    type,
    { value: results.map(toShown), columns: csvColumns(results), rows: results },
    { colour: false, csv: { guard } },
  )

/** The columns of CSV, and the texts in place of values as JSON. */
function toParquet(results: readonly Result[]): Promise<Uint8Array> {
  const measured = new Set(measurementNames(results))
  const columns = csvColumns(results).map((column) => ({
    ...column,
    type: typeOf(column, results, measured),
  }))
  const failed: ParquetColumn<Result> = {
    key: 'failed',
    type: 'STRING',
    value: ({ failed: texts }) => (Object.keys(texts).length === 0 ? null : JSON.stringify(texts)),
  }
  return renderParquet([...columns, failed], results)
}

/** The same for every job, also for one without rows; only a sweep variable's type depends on its values. */
function typeOf(
  { key, value }: ReturnType<typeof csvColumns>[number],
  results: readonly Result[],
  measured: ReadonlySet<string>,
): ParquetColumn<Result>['type'] {
  const values = results.map(value)
  // A measurement may have the name of a column of texts.
  if (values.some((cell) => typeof cell === 'string')) return 'STRING'
  if (key === 'alter_number' || key === 'row_number') return 'INT32'
  const isNumber =
    key === 'temperature_c' || measured.has(key) || values.some((cell) => typeof cell === 'number')
  return isNumber ? 'DOUBLE' : 'STRING'
}
