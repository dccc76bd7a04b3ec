import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileProblem } from '../domain/problem.ts'
import type { Database } from '../store/database.ts'
import { findLastImport, type ReadFile } from '../store/imports.ts'
import { findFiles } from './find-files.ts'

/**
 * How many files of a backup came or changed since it was imported, as when it was still being written then. Looks
 * closer only where its folders were touched since: years of backups are asked every night.
 */
export async function filesSinceImport(db: Database, jobId: string, backup: string): Promise<number> {
  const last = await findLastImport(db, jobId, backup)
  if (last === null || !isTouched(backup, Date.parse(last.imported_at))) return 0
  const known = new Map((JSON.parse(last.files) as ReadFile[]).map(({ path, size }) => [path, size]))
  // Those that could not be read were told then.
  const told = new Set((JSON.parse(last.problems) as FileProblem[]).map(({ file }) => file))
  const { creport, reports, measures } = findFiles(backup)
  const paths = [...(creport === null ? [] : [creport]), ...reports, ...measures.map(({ path }) => path)]
  return paths.filter((path) => {
    const size = known.get(path)
    return size === undefined ? !told.has(path) : size !== sizeOf(path)
  }).length
}

/** Clocks of file servers differ from this machine's. */
const clockSlackMs = 3_600_000

/** The time of the last change of state: a copy cannot set it back, as it does with the time of writing. */
function isTouched(backup: string, sinceMs: number): boolean {
  const places = [backup, join(backup, 'report'), join(backup, 'report', 'creport.txt')]
  return places.some((place) => {
    const ctimeMs = statSync(place, { throwIfNoEntry: false })?.ctimeMs
    return ctimeMs !== undefined && ctimeMs > sinceMs - clockSlackMs
  })
}

const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null
