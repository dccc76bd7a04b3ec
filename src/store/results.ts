import type { ComparedRow } from '../domain/compare-results.ts'
import type { PvtPoint } from '../domain/point.ts'
import { inFlowOrder } from '../domain/flow-order.ts'
import {
  type MeasurementOrigin,
  noMeasurementSources,
  noOtherSources,
  type OtherSource,
} from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'

/** A result as it is stored: with the import that brought it. */
export type StoredResult = Result & { result_id: string; import_id: string | null }

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

const selectCompared = `
  select corner, extraction, temperature, temperature_c, voltage_combo, alter_number, row_number,
      measurements_json, failed_json
    from results where job_id = $1`

/** Of each result only what a comparison looks at: half of the columns, in two thirds of the time. */
export async function findCompared(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
): Promise<ComparedRow[]> {
  const rows = await db.query(`${selectCompared} ${inKeyOrder}`, [jobId])
  return inFlowOrder(rows.map(toComparedRow), (result) => result, expected)
}

function toComparedRow(row: SqlRow): ComparedRow {
  return {
    corner: row['corner'],
    extraction: row['extraction'],
    temperature: row['temperature'],
    temperature_c: row['temperature_c'],
    voltage_combo: row['voltage_combo'],
    alter_number: row['alter_number'],
    row_number: row['row_number'],
    measurements: toRecord(row['measurements_json']),
    failed: toRecord(row['failed_json']),
  } as ComparedRow
}

/** How many results a job has. */
export async function countResults(db: Database, jobId: string): Promise<number> {
  const [row] = await db.query<{ n: number }>('select count(*) as n from results where job_id = $1', [jobId])
  return row!.n
}

export function toStoredResult(row: SqlRow): StoredResult {
  // Key by key: taking the row apart and together again took as long as the JSON.
  const result = {
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
  const isOwn = ({ file, doubtful }: OtherSource): boolean =>
    doubtful === true && file === result.mt0_file_path
  if (!result.other_sources.some(isOwn)) return result
  const others = result.other_sources.filter((other) => !isOwn(other))
  return Object.assign(result, {
    doubtful: true,
    other_sources: others.length === 0 ? noOtherSources : others,
  })
}

/** Most results have no sweep and nothing failed. */
const toRecord = (text: SqlValue | undefined): object =>
  text === '{}' ? {} : (JSON.parse(text as string) as object)
