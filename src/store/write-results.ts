import type { OtherSource } from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import type { Database, SqlValue } from './database.ts'

const columns = [
  'result_id',
  'job_id',
  'corner',
  'extraction',
  'temperature',
  'temperature_c',
  'voltage_combo',
  'alter_number',
  'row_number',
  'sweep_json',
  'del_rr',
  'del_ff',
  'power',
  'current',
  'measurements_json',
  'failed_json',
  'status',
  'source',
  'netlist_path',
  'mt0_file_path',
  'source_line',
  'other_sources_json',
  'measurement_sources_json',
  'import_id',
  'created_at',
] as const

export interface ResultOrigin {
  jobId: string
  importId: string
  now: string
}

/**
 * Stores new results. Their ids are the import's with a number behind, so that they need no round trip; `before`
 * results of the same import are stored already.
 */
export async function insertResults(
  db: Database,
  results: readonly Result[],
  { jobId, importId, now }: ResultOrigin,
  before = 0,
): Promise<void> {
  await db.insert(
    'results',
    columns,
    results.map((result, index) => toRow(result, `${importId}-${before + index + 1}`, jobId, importId, now)),
  )
}

/** The values of `columns`, in one literal: put together from parts, storing a job takes 6 % longer. */
function toRow(
  result: Result,
  resultId: string | null,
  jobId: string | null,
  importId: string | null,
  now: string | null,
): SqlValue[] {
  const { measurements } = result
  return [
    resultId,
    jobId,
    result.corner,
    result.extraction,
    result.temperature,
    result.temperature_c,
    result.voltage_combo,
    result.alter_number,
    result.row_number,
    recordText(result.sweep),
    named(measurements, 'del_rr'),
    named(measurements, 'del_ff'),
    named(measurements, 'power'),
    named(measurements, 'current'),
    JSON.stringify(measurements),
    recordText(result.failed),
    result.status,
    result.source,
    result.netlist_path,
    result.mt0_file_path,
    result.source_line,
    otherSourcesText(result),
    measurementSourcesText(result.measurement_sources),
    importId,
    now,
  ]
}

/** The columns that say what was measured, and where that is from. */
const measured = [columns.indexOf('sweep_json'), columns.indexOf('import_id')] as const
const measuredColumns = columns.slice(...measured)

const keyColumns = [
  'corner',
  'extraction',
  'temperature',
  'voltage_combo',
  'alter_number',
  'row_number',
] as const satisfies readonly (keyof Result)[]

const firstMeasured = keyColumns.length + 3

const updateMeasured = `
  update results set import_id = $2, ${measuredColumns.map((column, index) => `${column} = $${index + firstMeasured}`).join(', ')}
    where job_id = $1 and ${keyColumns.map((column, index) => `${column} = $${index + 3}`).join(' and ')}`

/** Replaces what a stored result of the same point, alter and row says; its id and first time stay. */
export async function updateResult(
  db: Database,
  jobId: string,
  result: Result,
  importId: string | null,
): Promise<void> {
  const values = toRow(result, null, null, null, null).slice(...measured)
  await db.query(updateMeasured, [jobId, importId, ...keyOf(result), ...values])
}

const named = (measurements: Result['measurements'], name: string): number | null =>
  Object.hasOwn(measurements, name) ? measurements[name]! : null

/** Most results have no sweep and nothing failed: JSON.stringify would take a quarter of the time of a row. */
function recordText(record: object): string {
  for (const _ in record) return JSON.stringify(record)
  return '{}'
}

function measurementSourcesText(sources: Result['measurement_sources']): string | null {
  for (const _ in sources) return JSON.stringify(sources)
  return null
}

function otherSourcesText(result: Result): string | null {
  const others = result.doubtful === true ? [ownDoubt(result), ...result.other_sources] : result.other_sources
  return others.length === 0 ? null : JSON.stringify(others)
}

/** There is no column for it: a row with fewer values than names stands among its other sources itself. */
const ownDoubt = ({ source, mt0_file_path: file, source_line: line }: Result): OtherSource => ({
  ...{ source, file, line, agrees: true, doubtful: true },
})

const ofKey = `where job_id = $1 and ${keyColumns.map((column, index) => `${column} = $${index + 2}`).join(' and ')}`

/** Notes which other sources tell the stored result of the same key, too; what it says stays. */
export async function updateOtherSources(db: Database, jobId: string, result: Result): Promise<void> {
  const sql = `update results set other_sources_json = $${keyColumns.length + 2} ${ofKey}`
  await db.query(sql, [jobId, ...keyOf(result), otherSourcesText(result)])
}

/** Removes the results of the same keys. */
export async function deleteResults(db: Database, jobId: string, results: readonly Result[]): Promise<void> {
  for (const result of results) await db.query(`delete from results ${ofKey}`, [jobId, ...keyOf(result)])
}

const keyOf = (result: Result): SqlValue[] => keyColumns.map((column) => result[column])
