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

const ofPoint = 'corner, extraction, temperature, voltage_combo'

const selectPoints = `select ${ofPoint} from results where job_id = $1 group by ${ofPoint} order by ${ofPoint}`

const selectBehind = `
  ${selectResults}
    and corner = $2 and extraction = $3 and temperature = $4 and voltage_combo = $5
    and (alter_number, row_number) > ($6, $7)
    order by alter_number, row_number limit ${pageRows}`

/**
 * All rows of a job, or those of some of its points, in pages and in the order of the given expected points. Point by
 * point: a job may have a row each of 100,000 alters, and a query for each took a minute on a server.
 */
export async function* pagesOfJob(
  db: Database,
  jobId: string,
  expected: readonly PvtPoint[],
  isWanted: (point: PvtPoint) => boolean,
): AsyncGenerator<StoredResult[]> {
  const stored = (await db.query<PointRow>(selectPoints, [jobId])).map(toStoredPoint).filter(isWanted)
  for (const point of inFlowOrder(stored, (own) => own, expected)) yield* pagesOfPoint(db, jobId, point)
}

async function* pagesOfPoint(db: Database, jobId: string, point: PvtPoint): AsyncGenerator<StoredResult[]> {
  const { corner, extraction, temperature, voltage_combo } = point
  let [alter, row] = [Number.MIN_SAFE_INTEGER, 0]
  for (;;) {
    const parameters = [jobId, corner, extraction, temperature, voltage_combo, alter, row]
    const rows = (await db.query(selectBehind, parameters)).map(toStoredResult)
    if (rows.length > 0) yield rows
    if (rows.length < pageRows) return
    ;({ alter_number: alter, row_number: row } = rows.at(-1)!)
  }
}

type PointRow = Omit<PvtPoint, 'temperature_c'>

/** What was stored as a point is one. */
const toStoredPoint = ({ corner, extraction, temperature, voltage_combo }: PointRow): PvtPoint =>
  toPoint(corner, extraction, temperature, voltage_combo)!

/** A point and alter of a job, and the greatest number of its rows. */
export interface StoredAlter {
  point: PvtPoint
  alter_number: number
  last: number
}

type AlterRow = PointRow & Pick<StoredAlter, 'alter_number' | 'last'>

const ofAlter = `${ofPoint}, alter_number`

const selectAlters = `
  select ${ofAlter}, max(row_number) as last from results where job_id = $1 group by ${ofAlter} order by ${ofAlter}`

/** All points and alters of a job; read from the index alone. */
export async function findAlters(db: Database, jobId: string): Promise<StoredAlter[]> {
  return (await db.query<AlterRow>(selectAlters, [jobId])).map(toAlter)
}

const selectAltersOfPath = `
  select ${ofAlter}, max(row_number) as last from results
    where job_id = $1
      and (measurement_sources_json is not null
        or import_id in (select import_id from imports where job_id = $1 and path = $2))
    group by ${ofAlter} order by ${ofAlter}`

/** The points and alters that have rows which the imports of a path brought, or perhaps some of their values. */
export async function findAltersOfPath(db: Database, jobId: string, path: string): Promise<StoredAlter[]> {
  return (await db.query<AlterRow>(selectAltersOfPath, [jobId, path])).map(toAlter)
}

const toAlter = ({ alter_number, last, ...point }: AlterRow): StoredAlter => ({
  point: toStoredPoint(point),
  alter_number,
  last,
})
