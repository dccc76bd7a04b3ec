import { inFlowOrder } from '../domain/flow-order.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import type { Database } from './database.ts'
import { selectResults, type StoredResult, toStoredResult } from './results.ts'

/** Results of jobs that are too large to be read at once. */

/** About 20 MB as objects. */
const pageRows = 5_000

const selectRange = `
  ${selectResults}
    and corner = $2 and extraction = $3 and temperature = $4 and voltage_combo = $5
    and alter_number = $6 and row_number >= $7 and row_number <= $8
    order by row_number limit ${pageRows}`

/** The rows of one point and alter whose numbers lie in a range, in pages. */
export async function* pagesOfAlter(
  db: Database,
  jobId: string,
  point: PvtPoint,
  alter: number,
  [first, last]: readonly [number, number],
): AsyncGenerator<StoredResult[]> {
  const { corner, extraction, temperature, voltage_combo } = point
  let next = first
  while (next <= last) {
    const parameters = [jobId, corner, extraction, temperature, voltage_combo, alter, next, last]
    const rows = (await db.query(selectRange, parameters)).map(toStoredResult)
    if (rows.length > 0) yield rows
    if (rows.length < pageRows) return
    next = rows.at(-1)!.row_number + 1
  }
}

/** All rows of a job, or those of some of its points, in pages and in the order of the given expected points. */
export async function* pagesOfJob(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
  isWanted: (point: PvtPoint) => boolean,
): AsyncGenerator<StoredResult[]> {
  const alters = (await findAlters(db, jobId)).filter(({ point }) => isWanted(point))
  for (const { point, alter_number, last } of inFlowOrder(alters, (alter) => alter.point, expected))
    yield* pagesOfAlter(db, jobId, point, alter_number, [0, last])
}

/** A point and alter of a job, and the greatest number of its rows. */
export interface StoredAlter {
  point: PvtPoint
  alter_number: number
  last: number
}

interface AlterRow {
  corner: string
  extraction: string
  temperature: string
  voltage_combo: string
  alter_number: number
  last: number
}

const ofAlter = 'corner, extraction, temperature, voltage_combo, alter_number'

const selectAlters = `
  select ${ofAlter}, max(row_number) as last from results where job_id = $1 group by ${ofAlter} order by ${ofAlter}`

/** All points and alters of a job; read from the index alone. */
export async function findAlters(db: Database, jobId: string): Promise<StoredAlter[]> {
  return (await db.query<AlterRow>(selectAlters, [jobId])).map(toAlter)
}

const selectAltersOfPath = `
  select ${ofAlter}, max(row_number) as last from results
    where job_id = $1 and import_id in (select import_id from imports where job_id = $1 and path = $2)
    group by ${ofAlter} order by ${ofAlter}`

/** The points and alters that have rows which the imports of a path brought. */
export async function findAltersOfPath(db: Database, jobId: string, path: string): Promise<StoredAlter[]> {
  return (await db.query<AlterRow>(selectAltersOfPath, [jobId, path])).map(toAlter)
}

/** What was stored as a point is one. */
function toAlter({ corner, extraction, temperature, voltage_combo, ...rest }: AlterRow): StoredAlter {
  return { point: toPoint(corner, extraction, temperature, voltage_combo)!, ...rest }
}
