import type { PvtPoint } from '../domain/point.ts'
import type { Result } from '../domain/result.ts'
import type { Database, SqlRow } from './database.ts'
import { findPointStates } from './derived.ts'

/** What is stored of a point, without its values. */
export type PointResult = PvtPoint & Pick<Result, 'status' | 'failed'>

const selectFailed = `
  select corner, extraction, temperature, temperature_c, voltage_combo, failed_json
    from results where job_id = $1 and status = 'failed'
    order by corner, extraction, temperature, voltage_combo, alter_number, row_number`

/**
 * The points of a job that have a result: each with whether all of it is good, and each failed row of one with the
 * texts that stand in place of numbers. A sweep of thousands of good rows is counted off, not read.
 */
export async function findPointResults(db: Database, jobId: string): Promise<PointResult[]> {
  const states = await findPointStates(db, jobId)
  if (states.every(({ status }) => status === 'ok')) return states.map((state) => ({ ...state, failed: {} }))
  const failed = await db.query(selectFailed, [jobId])
  return [...states.map((state) => ({ ...state, failed: {} })), ...failed.map(toFailed)]
}

function toFailed({ failed_json, ...point }: SqlRow): PointResult {
  return {
    ...(point as unknown as PvtPoint),
    status: 'failed',
    failed: JSON.parse(failed_json as string) as Record<string, string>,
  }
}
