import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { PvtError, usageError } from '../errors.ts'
import { problemText } from '../import/import-results.ts'
import {
  bytes,
  type Column,
  localTime,
  renderFields,
  renderTable,
  type Style,
  visible,
} from '../render/index.ts'
import { findImports, findImportsByPrefix, type ImportRecord, type ReadFile } from '../store/imports.ts'
import { changeKeys, changeText, disagreementText, readKeys, vanishedText } from './import-answer.ts'
import { type Act, addExamples, fieldColumns, type JobOption, jobOption, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends JobOption {
  verbose?: boolean
}

export function defineImports(program: Command, act: Act): void {
  const command = program
    .command('imports')
    .description(
      "Lists a job's imports, newest first; with an import's id (or its beginning) shows one whole: its files with sizes and digests, what it changed, what had vanished, its problems.",
    )
    .argument('[import]', 'an import: its id, or at least 4 characters of it')
    .addOption(jobOption())
    .option('--verbose', 'show every import whole')
    .action(act(runImports))
  addExamples(command, 'imports -j @latest', 'imports 5f0c2a9e --json')
}

export async function runImports(
  context: Context,
  reference: string | undefined,
  options: Options,
): Promise<void> {
  if (reference !== undefined) {
    if (options.job !== undefined) throw usageError('an import is of one job: it does not go with --job')
    const record = await whichImport(context, reference)
    await context.print({
      value: record,
      columns: fieldColumns(Object.keys(record)),
      rows: [record],
      table: (style) => wholeText(record, style),
    })
    return
  }
  const job = await whichJob(context, options.job)
  const records = await findImports(await context.database(), job.job_id)
  await context.print({
    value: records,
    columns: fieldColumns(importKeys),
    rows: records,
    table: async (style) => {
      if (options.verbose !== true) return renderTable(listColumns, records, style)
      const texts = await Promise.all(records.map((record) => wholeText(record, style)))
      return texts.join('\n')
    },
  })
}

/** @throws usage error for too short or ambiguous a beginning; `file_not_found` for an import that is not there. */
async function whichImport(context: Context, reference: string): Promise<ImportRecord> {
  if (!/^[0-9a-f]{4,16}$/.test(reference)) {
    throw usageError(
      `'${reference}' is no import id`,
      'give 4 to 16 of its characters; pvt imports lists them',
    )
  }
  const found = await findImportsByPrefix(await context.database(), reference, 10)
  const [first, second] = found
  if (first === undefined) {
    throw new PvtError('import_not_found', `there is no import ${reference}`, 'pvt imports lists them')
  }
  if (second !== undefined) {
    const ids = found.map(({ import_id }) => import_id).join(' ')
    throw usageError(`more than one import begins with ${reference}`, `one of ${ids}`)
  }
  return first
}

const importKeys: readonly (keyof ImportRecord)[] = [
  'import_id',
  'job_id',
  'path',
  'imported_at',
  'imported_by',
  'host',
  'program_version',
  'files',
  ...readKeys,
  'prefer',
  'results_pruned',
  ...changeKeys,
]

const number = (key: keyof ImportRecord, title: string): Column<ImportRecord> => ({
  key,
  title,
  align: 'right',
  value: (record) => record[key] as number,
})

const listColumns: readonly Column<ImportRecord>[] = [
  { key: 'import_id', title: 'IMPORT', value: ({ import_id }) => shortId(import_id) },
  {
    key: 'imported_at',
    title: 'WHEN',
    value: ({ imported_at }) => imported_at,
    text: ({ imported_at }) => localTime(imported_at),
  },
  { key: 'imported_by', title: 'BY', value: ({ imported_by }) => imported_by },
  number('files_read', 'FILES'),
  number('results_new', 'NEW'),
  number('results_updated', 'UPDATED'),
  number('results_unchanged', 'UNCHANGED'),
  number('vanished_count', 'VANISHED'),
  { ...number('problems', 'PROBLEMS'), value: ({ problems }) => problems.length },
  { key: 'path', title: 'PATH', value: ({ path }) => path },
]

/** An import for people: what it was, and its lists, each under its name where there is something in it. */
async function wholeText(record: ImportRecord, style: Style): Promise<string> {
  const fields: [string, string][] = [
    ['import', record.import_id],
    ['job', record.job_id],
    ['path', record.path],
    ['when', localTime(record.imported_at)],
    ['by', `${record.imported_by} on ${record.host}, pvt ${record.program_version}`],
    ['results', countsText(record)],
    ['values', `${record.measurements} measured, ${record.failed_measurements} failed`],
    ['missing', record.missing_points === null ? 'unknown' : `${record.missing_points} points`],
    ...(record.prefer === null ? [] : [['preferred', record.prefer] satisfies [string, string]]),
  ]
  const lists: [string, string[], number][] = [
    ['problems', record.problems.map(problemText), record.problems.length],
    ['disagreements', record.disagreements.map(disagreementText), record.disagreements.length],
    ['changed values', record.changes.map(changeText), record.changes_count],
    ['vanished', record.vanished.map(vanishedText), record.vanished_count],
  ]
  const texts = lists
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines, count]) => listText(title, lines, count))
  const files = await renderTable(fileColumns, record.files, style)
  return `${await renderFields(fields, style)}\n${texts.join('\n')}${texts.length > 0 ? '\n' : ''}${files}`
}

const countsText = (record: ImportRecord): string =>
  [
    `${record.results_new} new, ${record.results_updated} updated, ${record.results_unchanged} unchanged`,
    ...(record.results_pruned > 0 ? [`${record.results_pruned} pruned`] : []),
  ].join(', ')

function listText(title: string, lines: readonly string[], count: number): string {
  const more = count > lines.length ? [`  … and ${count - lines.length} more`] : []
  return `${[`${title} (${count})`, ...lines.map((line) => `  ${visible(line)}`), ...more].join('\n')}\n`
}

const fileColumns: readonly Column<ReadFile>[] = [
  { key: 'path', title: 'FILE', value: ({ path }) => path },
  { key: 'size', title: 'SIZE', align: 'right', value: ({ size }) => size, text: ({ size }) => bytes(size) },
  { key: 'sha256', title: 'SHA256', value: ({ sha256 }) => sha256 },
]
