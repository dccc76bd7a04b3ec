import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { pointMatcher, type ResultFilter } from '../domain/point-filter.ts'
import { measurementNames, type Result } from '../domain/result.ts'
import { PvtError, usageError } from '../errors.ts'
import { type ParquetColumn, renderParquet, renderParquetPages } from '../render/parquet.ts'
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
  if ((await countResults(db, job.job_id)) > heldRows) {
    const guard = context.settings.safeCsv
    const pages = await contentPages(db, job.job_id, toFilter(options), { type, guard })
    if (isFile) await writePieces(resolve(context.settings.cwd, options.output!), pages.pieces)
    // Only text gets here.
    else for await (const text of pages.pieces) context.printText(text as string)
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
 * The file of a job of many rows, a page at a time. Which columns there are only all rows tell: they are read before
 * for that. Nothing keeps others from writing meanwhile, as a reader may take hours.
 *
 * @throws `refused` when an import adds a measurement that no column is for.
 */
async function contentPages(
  db: Database,
  jobId: string,
  filter: ResultFilter,
  { type, guard }: { type: ExportType; guard: boolean },
): Promise<{ pieces: AsyncIterable<string | Uint8Array>; rows: () => number }> {
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
  const counted = (pieces: AsyncIterable<string | Uint8Array>) => ({ pieces, rows: () => rows })
  if (type === 'json' || type === 'ndjson') return counted(renderPages(type, [], shown(chosen())))
  const names = new RowNames()
  for await (const page of chosen()) names.add(page)
  const pages = known(chosen(), names.measured)
  if (type === 'parquet') return counted(renderParquetPages(parquetColumns(names), pages))
  const columns = csvColumnsOf([...names.sweep.keys()], [...names.measured])
  return counted(renderPages('csv', columns, pages, { guard }))
}

/** What all rows together tell of the columns. */
class RowNames {
  /** The sweep variables, and whether each has a text at any step. */
  readonly sweep = new Map<string, boolean>()
  readonly measured = new Set<string>()

  add(results: readonly Result[]): void {
    for (const { sweep } of results) {
      for (const name in sweep) {
        this.sweep.set(name, this.sweep.get(name) === true || typeof sweep[name] === 'string')
      }
    }
    for (const name of measurementNames(results)) this.measured.add(name)
  }
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
function parquetColumns({ sweep, measured }: RowNames): ParquetColumn<Result>[] {
  const columns = csvColumnsOf([...sweep.keys()], [...measured])
  // A measurement may have the name of any other column: its place tells what it is.
  const before = csvColumnsOf([], []).findIndex(({ key }) => key === 'status')
  const swept = [...sweep.values()].map((hasText) => (hasText ? 'STRING' : 'DOUBLE'))
  const inside = [...swept, ...[...measured].map(() => 'DOUBLE' as const)]
  const failed: ParquetColumn<Result> = {
    key: 'failed',
    type: 'STRING',
    value: ({ failed: texts }) => (Object.keys(texts).length === 0 ? null : JSON.stringify(texts)),
  }
  return [
    ...columns.map((column, index) => ({ ...column, type: inside[index - before] ?? typeOf(column.key) })),
    failed,
  ]
}

function toParquet(results: readonly Result[]): Promise<Uint8Array> {
  const names = new RowNames()
  names.add(results)
  return renderParquet(parquetColumns(names), results)
}

/** Of what every row has. */
function typeOf(key: string): ParquetColumn<Result>['type'] {
  if (key === 'alter_number' || key === 'row_number') return 'INT32'
  return key === 'temperature_c' || key === 'source_line' ? 'DOUBLE' : 'STRING'
}
