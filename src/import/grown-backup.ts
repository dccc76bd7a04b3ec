import { type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileProblem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { findLastImport, type ReadFile } from '../store/imports.ts'
import { findWhatIsThere } from './find-files.ts'

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
  return filesOf(backup).filter((path) => {
    const size = known.get(path)
    return size === undefined ? !told.has(path) : size !== sizeOf(path)
  }).length
}

/** None of a backup that may not be read any more: it has its job. */
function filesOf(backup: string): string[] {
  try {
    const { creport, reports, measures } = findWhatIsThere(backup)
    return [...(creport === null ? [] : [creport]), ...reports, ...measures.map(({ path }) => path)]
  } catch (error) {
    if (error instanceof PvtError) return []
    throw error
  }
}

/** Clocks of file servers differ from this machine's. */
const clockSlackMs = 3_600_000

/** The time of the last change of state: a copy cannot set it back, as it does with the time of writing. */
function isTouched(backup: string, sinceMs: number): boolean {
  const places = [backup, join(backup, 'report'), join(backup, 'report', 'creport.txt')]
  return places.some((place) => (statOf(place)?.ctimeMs ?? 0) > sinceMs - clockSlackMs)
}

const sizeOf = (path: string): number | null => statOf(path)?.size ?? null

/** Null for what is gone, and for what may not be looked at any more. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
