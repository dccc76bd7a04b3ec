import { type PvtPoint, pointName } from '../domain/point.ts'
import { addToTotals, emptyTotals, type PointTotals } from '../domain/point-totals.ts'
import type { Database } from '../store/database.ts'
import { findImportedFiles } from '../store/imports.ts'
import { findAlters, findAltersOfPath, pagesOfAlter } from '../store/result-pages.ts'
import type { StoredResult } from '../store/results.ts'
import type { IsDoubtful } from './doubts.ts'
import type { ImportSession } from './import-session.ts'

/** Hands the rows to the session that earlier imports of the path brought and that no file tells any more. */
export async function findVanished(
  db: Database,
  jobId: string,
  path: string,
  session: ImportSession,
  isDoubtful: IsDoubtful,
): Promise<void> {
  const ids = session.earlier
  let ofPath: ReadonlySet<string> | null = null
  for (const { point, alter_number, last } of await findAltersOfPath(db, jobId, path)) {
    const seen = session.seen.get(`${pointName(point)} ${alter_number}`) ?? 0
    if (last <= seen) continue
    for await (const page of pagesOfAlter(db, jobId, point, alter_number, [seen + 1, last])) {
      await session.leave(page.filter((row) => !ids.has(row.import_id ?? '') && hasValueOf(row, ids)))
      const gone = page.filter(
        (row) => ids.has(row.import_id ?? '') && !filesOf(row).some((file) => isDoubtful(file, row, false)),
      )
      if (gone.some(({ other_sources }) => other_sources.length > 0))
        ofPath ??= await findImportedFiles(db, jobId, path)
      const files = ofPath ?? new Set<string>()
      await session.vanish(gone.map((row) => ({ row, told_by: rowTellerElsewhere(row, ids, files) })))
    }
  }
}

/** Whether one of these imports brought a value of another one's row. */
const hasValueOf = ({ import_id, measurement_sources }: StoredResult, ids: ReadonlySet<string>): boolean =>
  import_id !== null && Object.values(measurement_sources).some((origin) => ids.has(origin.import_id ?? ''))

/** All that have told a row. */
const filesOf = ({ mt0_file_path, other_sources, measurement_sources }: StoredResult): string[] => [
  mt0_file_path,
  ...[...other_sources, ...Object.values(measurement_sources)].map(({ file }) => file),
]

/** A file that tells a row, too, and that no import of the path has read: another path has brought the row as well. */
function rowTellerElsewhere(
  { other_sources, measurement_sources }: StoredResult,
  ids: ReadonlySet<string>,
  ofPath: ReadonlySet<string>,
): string | null {
  const taken = Object.values(measurement_sources).find(
    ({ import_id }) => import_id !== null && !ids.has(import_id),
  )
  return (taken ?? other_sources.find(({ file }) => !ofPath.has(file)))?.file ?? null
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
