import { dirname } from 'node:path'
import { writeFailed } from './backup.ts'
import { checkPages, type Finding, shareFiles } from './check-files.ts'
import type { Database } from './database.ts'
import { corrupt, removeMark } from './damage.ts'
import { lockJob, updateJob } from './jobs.ts'
import { checkDatabase, jobTables } from './maintenance.ts'
import { findPoints } from './points.ts'
import { saveDerived } from './derived.ts'
import { findResults } from './results.ts'
import { dateStages } from './stages.ts'
import { discard, putInPlace, removeLeftovers, unfinishedName } from './unfinished.ts'

/** Something that a repair did; the keys are those of `db check --repair --json`. */
export interface Repair {
  kind: Finding['kind']
  /** The job that it is about; null for the database as a whole. */
  job_id: string | null
  message: string
}

/**
 * Mends what can be derived again: indexes, rows that belong to no job, the counts and summaries of jobs. Writes a copy
 * of the database as it was to `copyPath` first.
 *
 * @throws `database_corrupt` when pages are damaged: nothing is changed, and the hint tells how to save the contents.
 */
export async function repairDatabase(
  db: Database,
  findings: readonly Finding[],
  copyPath: string,
): Promise<Repair[]> {
  const pages = findings.filter(({ kind }) => kind === 'integrity')
  const lost = pages.find(({ message }) => !isOfIndex(message))
  if (lost !== undefined) throw corrupt(db.location, lost.message)
  await copyAsItIs(db, copyPath)
  const done: Repair[] = pages.length === 0 ? [] : await rebuildIndexes(db)
  // Only now can everything be read.
  for (const { kind, job_id } of await checkDatabase(db, { full: true })) {
    if (kind === 'mode' && !done.some((repair) => repair.kind === 'mode'))
      for (const file of shareFiles(db.location))
        done.push({ kind, job_id: null, message: `${file} shared with the group of its folder` })
    if (kind === 'foreign_key') done.push(...(await removeOrphans(db)))
    if ((kind === 'count' || kind === 'summary') && !done.some((repair) => repair.job_id === job_id))
      done.push(...(await deriveAgain(db, job_id!)))
  }
  return done
}

/** What SQLite says when an index disagrees with its table; the table itself is whole then. */
const isOfIndex = (message: string): boolean =>
  /^(row \d+ missing from index|wrong # of entries in index|non-unique entry in index)/.test(message)

/** Not through a backup: that has to be sound, and this database is not. */
async function copyAsItIs(db: Database, path: string): Promise<void> {
  removeLeftovers(dirname(path))
  const unfinished = unfinishedName(path)
  try {
    await db.backupTo(unfinished)
    putInPlace(unfinished, path)
  } catch (error) {
    throw writeFailed(path, error)
  } finally {
    discard(unfinished)
  }
}

async function rebuildIndexes(db: Database): Promise<Repair[]> {
  await db.script('reindex')
  const [finding] = await checkPages(db)
  if (finding !== undefined) throw corrupt(db.location, finding.message)
  removeMark(db.location)
  return [{ kind: 'integrity', job_id: null, message: 'all indexes made anew' }]
}

async function removeOrphans(db: Database): Promise<Repair[]> {
  const done: Repair[] = []
  for (const table of jobTables) {
    const rows = await db.query(
      `delete from ${table}
        where not exists (select 1 from jobs where jobs.job_id = ${table}.job_id) returning job_id`,
    )
    if (rows.length > 0) {
      const message = `${rows.length} rows of ${table} removed that belonged to no job`
      done.push({ kind: 'foreign_key', job_id: null, message })
    }
  }
  return done
}

async function deriveAgain(db: Database, jobId: string): Promise<Repair[]> {
  return db.transaction(async () => {
    const job = await lockJob(db, jobId)
    // Removed since it was looked at.
    if (job === null) return []
    const points = await findPoints(db, jobId)
    if (points.length > 0) await updateJob(db, job, { total_simulations: points.length })
    await saveDerived(db, job, points, await findResults(db, jobId, points))
    await dateStages(db, jobId)
    return [{ kind: 'count', job_id: jobId, message: 'counts and summaries derived again from its results' }]
  })
}
