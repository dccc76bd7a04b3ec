import type { PvtPoint } from '../domain/point.ts'
import type { Database } from './database.ts'

/** The points that a job is expected to deliver, in flow order; empty where they are not known. */
export async function findPoints(db: Database, jobId: string): Promise<PvtPoint[]> {
  return db.query<PvtPoint>(
    `select corner, extraction, temperature, temperature_c, voltage_combo
      from points where job_id = $1 order by ordinal`,
    [jobId],
  )
}

/** Puts other expected points in the place of a job's. */
export async function replacePoints(db: Database, jobId: string, points: readonly PvtPoint[]): Promise<void> {
  await db.query('delete from points where job_id = $1', [jobId])
  await insertPoints(db, jobId, points)
}

/** Stores the expected points of a job that has none yet; `points` are in flow order. */
export async function insertPoints(db: Database, jobId: string, points: readonly PvtPoint[]): Promise<void> {
  await db.insert(
    'points',
    ['job_id', 'ordinal', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
    points.map((point, index) => [
      jobId,
      index + 1,
      point.corner,
      point.extraction,
      point.temperature,
      point.temperature_c,
      point.voltage_combo,
    ]),
  )
}
