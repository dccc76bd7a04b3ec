import { type Job, hasEnded } from '../domain/job.ts'
import type { Result } from '../domain/result.ts'
import { summarise } from '../domain/summary.ts'
import { tally } from '../domain/tally.ts'
import { inFlowOrder } from '../domain/flow-order.ts'
import type { PvtPoint } from '../domain/point.ts'
import { type PointTotals, summariseTotals } from '../domain/point-totals.ts'
import {
  type MeasurementOrigin,
  noMeasurementSources,
  noOtherSources,
  type OtherSource,
} from '../domain/provenance.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'
import { updateJob } from './jobs.ts'
import { findPoints } from './points.ts'
import { replaceSummaries } from './summaries.ts'

/** A result as it is stored: with the import that brought it. */
export type StoredResult = Result & { result_id: string; import_id: string | null }

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

const selected = `
  select result_id, corner, extraction, temperature, temperature_c, voltage_combo, alter_number, row_number,
      sweep_json, measurements_json, failed_json, status, source, netlist_path, mt0_file_path,
      source_line, import_id`

/** Rows of a job, as `toStoredResult` takes them; more conditions may follow. */
export const selectResults = `${selected}, other_sources_json, measurement_sources_json
    from results where job_id = $1`

const selectValues = `${selected}, null as other_sources_json, null as measurement_sources_json
    from results where job_id = $1`

const inKeyOrder = `order by corner, extraction, temperature, voltage_combo, alter_number, row_number`

/** All results of a job, in the order of the given expected points (flow order). */
export async function findResults(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
): Promise<StoredResult[]> {
  const rows = await db.query(`${selectResults} ${inKeyOrder}`, [jobId])
  return inFlowOrder(rows.map(toStoredResult), (result) => result, expected)
}

/** The same without the other sources of each row: for those who look at values only. */
export async function findValues(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
): Promise<StoredResult[]> {
  const rows = await db.query(`${selectValues} ${inKeyOrder}`, [jobId])
  return inFlowOrder(rows.map(toStoredResult), (result) => result, expected)
}

/** How many results a job has. */
export async function countResults(db: Database, jobId: string): Promise<number> {
  const [row] = await db.query<{ n: number }>('select count(*) as n from results where job_id = $1', [jobId])
  return row!.n
}

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
    results.map((result, index) => {
      const { corner, extraction, temperature, temperature_c, voltage_combo } = result
      return [
        `${importId}-${before + index + 1}`,
        jobId,
        corner,
        extraction,
        temperature,
        temperature_c,
        voltage_combo,
        result.alter_number,
        result.row_number,
        ...measuredValues(result),
        importId,
        now,
      ]
    }),
  )
}

const measuredColumns = columns.slice(columns.indexOf('sweep_json'), columns.indexOf('import_id'))

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
  await db.query(updateMeasured, [jobId, importId, ...keyOf(result), ...measuredValues(result)])
}

/** The values of `measuredColumns`, in that order. */
function measuredValues(result: Result): SqlValue[] {
  const { measurements } = result
  return [
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
    otherSourcesText(result.other_sources),
    measurementSourcesText(result.measurement_sources),
  ]
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

const otherSourcesText = (others: readonly OtherSource[]): string | null =>
  others.length === 0 ? null : JSON.stringify(others)

const ofKey = `where job_id = $1 and ${keyColumns.map((column, index) => `${column} = $${index + 2}`).join(' and ')}`

/** Notes which other sources tell the stored result of the same key, too; what it says stays. */
export async function updateOtherSources(db: Database, jobId: string, result: Result): Promise<void> {
  const sql = `update results set other_sources_json = $${keyColumns.length + 2} ${ofKey}`
  await db.query(sql, [jobId, ...keyOf(result), otherSourcesText(result.other_sources)])
}

/** Removes the results of the same keys. */
export async function deleteResults(db: Database, jobId: string, results: readonly Result[]): Promise<void> {
  for (const result of results) await db.query(`delete from results ${ofKey}`, [jobId, ...keyOf(result)])
}

const keyOf = (result: Result): SqlValue[] => keyColumns.map((column) => result[column])

export function toStoredResult(row: SqlRow): StoredResult {
  // Key by key: taking the row apart and together again took as long as the JSON.
  return {
    result_id: row['result_id'],
    corner: row['corner'],
    extraction: row['extraction'],
    temperature: row['temperature'],
    temperature_c: row['temperature_c'],
    voltage_combo: row['voltage_combo'],
    alter_number: row['alter_number'],
    row_number: row['row_number'],
    sweep: toRecord(row['sweep_json']),
    measurements: toRecord(row['measurements_json']),
    failed: toRecord(row['failed_json']),
    status: row['status'],
    source: row['source'],
    netlist_path: row['netlist_path'],
    mt0_file_path: row['mt0_file_path'],
    source_line: row['source_line'],
    import_id: row['import_id'],
    other_sources:
      row['other_sources_json'] === null
        ? noOtherSources
        : (JSON.parse(row['other_sources_json'] as string) as OtherSource[]),
    measurement_sources:
      row['measurement_sources_json'] === null
        ? noMeasurementSources
        : (JSON.parse(row['measurement_sources_json'] as string) as Record<string, MeasurementOrigin>),
  } as StoredResult
}

/** Most results have no sweep and nothing failed. */
const toRecord = (text: SqlValue | undefined): object =>
  text === '{}' ? {} : (JSON.parse(text as string) as object)

const countMissing = `
  select count(*) as missing from points where job_id = $1 and not exists (
    select 1 from results
      where results.job_id = points.job_id and results.corner = points.corner
        and results.extraction = points.extraction and results.temperature = points.temperature
        and results.voltage_combo = points.voltage_combo
  )`

/** How many expected points of a job have no result. */
export async function countMissingPoints(db: Database, jobId: string): Promise<number> {
  const [row] = await db.query<{ missing: number }>(countMissing, [jobId])
  return row!.missing
}

export type Counts = Pick<Job, 'stored_simulations' | 'successful_simulations' | 'failed_simulations'>

/** A point's state is `failed` when one of its rows is: the lesser of the two words. */
const selectPointStates = `
  select corner, extraction, temperature, temperature_c, voltage_combo, min(status) as status
    from results where job_id = $1
    group by corner, extraction, temperature, temperature_c, voltage_combo`

/** The points of a job that have a result, and whether all of it is good. */
export async function findPointStates(
  db: Database,
  jobId: string,
): Promise<(PvtPoint & Pick<Result, 'status'>)[]> {
  return db.query(selectPointStates, [jobId])
}

/**
 * Counts a job's simulations anew and stores the counts. For a job that changed its state: once it has ended, points
 * without a row are failed.
 */
export async function recount(db: Database, job: Job): Promise<Counts> {
  return saveCounts(db, job, await findPointStates(db, job.job_id))
}

/** Writes what is derived from a job's results: the summaries and the counts. `results` are all of the job's. */
export async function saveDerived(
  db: Database,
  job: Job,
  expected: readonly PvtPoint[],
  results: readonly Result[],
): Promise<Counts> {
  // A removal that was cut off is overtaken: the counts agree with the results again.
  await db.query('delete from removals where job_id = $1', [job.job_id])
  await replaceSummaries(db, job.job_id, summarise(inFlowOrder(results, (result) => result, expected)))
  return saveCounts(db, job, results, expected)
}

/** Writes what is derived from a job's results when they are too many to be at hand: from the totals of its points. */
export async function saveTotals(
  db: Database,
  job: Job,
  expected: readonly PvtPoint[],
  points: readonly PointTotals[],
): Promise<Counts> {
  const ordered = inFlowOrder(points, ({ point }) => point, expected)
  await replaceSummaries(db, job.job_id, summariseTotals(ordered))
  const states = points.map(({ point, status }) => ({ ...point, status }))
  return saveCounts(db, job, states, expected)
}

async function saveCounts(
  db: Database,
  job: Job,
  results: readonly Pick<Result, 'status' | keyof PvtPoint>[],
  expected?: readonly PvtPoint[],
): Promise<Counts> {
  const points = expected ?? (await findPoints(db, job.job_id))
  const { stored, successful, failed } = tally(points, results, hasEnded(job.status))
  const counts = {
    stored_simulations: stored,
    successful_simulations: successful,
    failed_simulations: failed,
  }
  await updateJob(db, job, counts)
  return counts
}
