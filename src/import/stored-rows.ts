import { type PvtPoint, pointName } from '../domain/point.ts'
import { addToTotals, emptyTotals, type PointTotals } from '../domain/point-totals.ts'
import type { Database } from '../store/database.ts'
import { findAlters, findAltersOfPath, pagesOfAlter } from '../store/result-pages.ts'
import type { ImportSession } from './import-session.ts'

/** Hands the rows to the session that earlier imports of the path brought and that no file tells any more. */
export async function findVanished(
  db: Database,
  jobId: string,
  path: string,
  session: ImportSession,
  isDoubtful: (file: string) => boolean,
): Promise<void> {
  const ids = session.earlier
  for (const { point, alter_number, last } of await findAltersOfPath(db, jobId, path)) {
    const seen = session.seen.get(`${pointName(point)} ${alter_number}`) ?? 0
    if (last <= seen) continue
    for await (const page of pagesOfAlter(db, jobId, point, alter_number, [seen + 1, last])) {
      await session.vanish(
        page.filter((row) => ids.has(row.import_id ?? '') && !isDoubtful(row.mt0_file_path)),
      )
    }
  }
}

/** The totals of all points of a job of many rows: counted while they were stored, or read again. */
export async function totalsOf(
  db: Database,
  jobId: string,
  session: ImportSession,
  before: readonly { point: PvtPoint }[],
): Promise<PointTotals[]> {
  const stored = new Set(before.map(({ point }) => pointName(point)))
  const totals = new Map([...session.totals].filter(([name]) => !stored.has(name)))
  for (const { point, alter_number, last } of await findAlters(db, jobId)) {
    const name = pointName(point)
    if (!stored.has(name)) continue
    const known = totals.get(name) ?? emptyTotals(point)
    totals.set(name, known)
    for await (const page of pagesOfAlter(db, jobId, point, alter_number, [0, last])) {
      for (const row of page) addToTotals(known, row)
    }
  }
  return [...totals.values()]
}
