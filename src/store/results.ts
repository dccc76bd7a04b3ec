import { type Job, hasEnded } from '../domain/job.ts'
import type { Result } from '../domain/result.ts'
import { summarise } from '../domain/summary.ts'
import { tally } from '../domain/tally.ts'
import { inFlowOrder } from '../domain/flow-order.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'
import { updateJob } from './jobs.ts'
import { findPoints } from './points.ts'
import { replaceSummaries } from './summaries.ts'

/** A result as it is stored: with the import that brought it. */
export type StoredResult = Result & { result_id: string }

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
  'import_id',
  'created_at',
] as const

const selectResults = `
  select result_id, corner, extraction, temperature, temperature_c, voltage_combo, alter_number, row_number,
      sweep_json, measurements_json, failed_json, status, source, netlist_path, mt0_file_path
    from results where job_id = $1
    order by corner, extraction, temperature, voltage_combo, alter_number, row_number`

/** All results of a job, in the order of the given expected points (flow order). */
export async function findResults(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
): Promise<StoredResult[]> {
  const rows = await db.query(selectResults, [jobId])
  return inFlowOrder(rows.map(toResult), (result) => result, expected)
}

export interface ResultOrigin {
  jobId: string
  importId: string
  now: string
}

/** Stores new results. Their ids are the import's with a number behind, so that they need no round trip. */
export async function insertResults(
  db: Database,
  results: readonly Result[],
  { jobId, importId, now }: ResultOrigin,
): Promise<void> {
  await db.insert(
    'results',
    columns,
    results.map((result, index) => {
      const { corner, extraction, temperature, temperature_c, voltage_combo } = result
      return [
        `${importId}-${index + 1}`,
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
  importId: string,
): Promise<void> {
  const key = keyColumns.map((column) => result[column])
  await db.query(updateMeasured, [jobId, importId, ...key, ...measuredValues(result)])
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
  ]
}

const named = (measurements: Result['measurements'], name: string): number | null =>
  Object.hasOwn(measurements, name) ? measurements[name]! : null

/** Most results have no sweep and nothing failed: JSON.stringify would take a quarter of the time of a row. */
function recordText(record: object): string {
  for (const _ in record) return JSON.stringify(record)
  return '{}'
}

function toResult({ sweep_json, measurements_json, failed_json, ...row }: SqlRow): StoredResult {
  return {
    ...row,
    sweep: JSON.parse(sweep_json as string) as Result['sweep'],
    measurements: JSON.parse(measurements_json as string) as Result['measurements'],
    failed: JSON.parse(failed_json as string) as Result['failed'],
  } as StoredResult
}

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
