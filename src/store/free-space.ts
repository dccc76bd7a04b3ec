import { accessSync, constants, statSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PvtError } from '../errors.ts'
import type { Database } from './database.ts'

/** Bytes on the disk, without what SQLite keeps in its write-ahead log. */
export async function databaseSize(db: Database): Promise<number> {
  if (db.dialect === 'postgres') {
    const [row] = await db.query<{ size: number }>('select pg_database_size(current_database()) as size')
    return row!.size
  }
  return Number(await pragma(db, 'page_count')) * Number(await pragma(db, 'page_size'))
}

export async function pragma(
  db: Database,
  name: 'journal_mode' | 'page_count' | 'page_size' | 'freelist_count',
): Promise<string> {
  const [row] = await db.query(`pragma ${name}`)
  return String(Object.values(row ?? {})[0])
}

/** Whether a SQLite file has pages that {@link giveSpaceBack} could give back. */
export const hasFreeSpace = async (db: Database): Promise<boolean> =>
  db.dialect === 'sqlite' && Number(await pragma(db, 'freelist_count')) > 0

/** How long one step of an upkeep may keep others from writing; the pause after it is no shorter. */
export const stepMs = 10

/**
 * Others take the write lock in between: twice as long as the step took, for SQLite's waiters only look now and then,
 * after 1, 2, 5, 10, 15, 20, 25 ms.
 */
export const pauseAfter = (milliseconds: number): Promise<void> => sleep(Math.max(20, 2 * milliseconds))

/**
 * Does an upkeep of many steps while SQLite's write-ahead log is brought into the file after each step
 * ({@link bringIn}). By itself SQLite waits for 1,000 pages, 8 MB, and has whoever commits then write and sync them all:
 * mostly one of the others, who only wants to mark a stage.
 *
 * Nor does a step wait for the disk while it has the write lock: with WAL its contents are synced when they are brought
 * in. A power cut may bring back what the last step took away, whole, and the next cleanup takes it again.
 */
export async function inSmallPortions<T>(db: Database, work: () => Promise<T>): Promise<T> {
  if (db.dialect !== 'sqlite') return work()
  const isWal = (await pragma(db, 'journal_mode')) === 'wal'
  await db.script(`pragma wal_autocheckpoint = 0; ${isWal ? 'pragma synchronous = normal' : ''}`)
  try {
    return await work()
  } finally {
    await db.script('pragma wal_autocheckpoint = 1000; pragma synchronous = full')
  }
}

/** Brings what the steps so far have written into a SQLite file, as far as others who read allow; nobody waits. */
export async function bringIn(db: Database): Promise<void> {
  if (db.dialect === 'sqlite') await db.query('pragma wal_checkpoint(passive)')
}

/**
 * Gives the free pages of a SQLite file back to the file system, in steps of about 10 ms with longer pauses between: in one go
 * other writers wait for 1.6 s at 3.6 GB. A server reuses its space by itself. `beforeStep` may end it by throwing.
 */
export async function giveSpaceBack(db: Database, beforeStep: () => Promise<void> = nothing): Promise<void> {
  if (db.dialect !== 'sqlite') return
  let pages = 50
  for (;;) {
    const free = Number(await pragma(db, 'freelist_count'))
    if (free === 0) return
    await beforeStep()
    const start = performance.now()
    await db.script(`pragma incremental_vacuum(${pages})`)
    const took = performance.now() - start
    await bringIn(db)
    // A file without incremental auto-vacuum keeps its free pages.
    if (Number(await pragma(db, 'freelist_count')) >= free) return
    await pauseAfter(took)
    if (took > stepMs) pages = Math.max(10, Math.floor(pages / 2))
    else if (took < stepMs / 2) pages = Math.min(500, pages * 2)
  }
}

const nothing = async (): Promise<void> => undefined

/**
 * Writes the whole database anew without its free space. Others wait until it is done (33 s for 3.6 GB), on a server
 * table by table.
 */
export async function rewriteWhole(db: Database, tables: readonly string[]): Promise<void> {
  if (db.dialect === 'postgres') {
    const [limit] = await db.query<{ value: string }>(`select current_setting('statement_timeout') as value`)
    await db.script('set statement_timeout = 0')
    for (const table of tables) await db.script(`vacuum full ${table}`)
    await db.query(`select set_config('statement_timeout', $1, false)`, [limit!.value])
    return
  }
  await db.script('vacuum')
  // The new contents went through the write-ahead log, which is as large as they are.
  await db.script('pragma wal_checkpoint(truncate)')
}

/**
 * SQLite's VACUUM writes the contents twice: to a temporary file, and to the journal beside the database. A server
 * does not tell how much room it has.
 * @throws `disk_full` when there is not that much room; nothing was written then.
 */
export async function checkRoomToRewrite(db: Database): Promise<void> {
  if (db.dialect !== 'sqlite') return
  const size = await databaseSize(db)
  const beside = dirname(db.location)
  const temporary = temporaryFolder() ?? beside
  const oneDisk = statSync(beside).dev === statSync(temporary).dev
  const needs: [string, number][] = oneDisk
    ? [[beside, 2 * size]]
    : [
        [beside, size],
        [temporary, size],
      ]
  for (const [folder, bytes] of needs) {
    const free = freeBytes(folder)
    if (free >= bytes) continue
    throw new PvtError(
      'disk_full',
      `--vacuum needs ${megabytes(bytes)} in ${folder}, where ${megabytes(free)} are free`,
      'nothing was removed; make room, or leave --vacuum out: space is given back in small steps too',
    )
  }
}

/** Where SQLite puts its temporary files (https://sqlite.org/tempfiles.html, "Temporary File Storage Locations"). */
function temporaryFolder(): string | undefined {
  const { SQLITE_TMPDIR, TMPDIR } = process.env
  return [SQLITE_TMPDIR, TMPDIR, '/var/tmp', '/usr/tmp', '/tmp'].find(isWritableFolder)
}

function isWritableFolder(path: string | undefined): path is string {
  if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
