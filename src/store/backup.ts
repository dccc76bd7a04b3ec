import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, PvtError } from '../errors.ts'
import { copyContents } from './copy-contents.ts'
import type { Database } from './database.ts'
import { openDatabase } from './open-database.ts'
import { checkPages, tables } from './maintenance.ts'
import { backupApplicationId, fileIdentity, isOurs, readHead, syncFolder } from './sqlite-file.ts'

/** What a backup holds; the keys are those of `backup --json`. */
export interface Backup {
  path: string
  size_bytes: number
  schema_version: number
  jobs: number
  results: number
}

/**
 * Writes a consistent copy of the database to `path` while others go on writing: under a temporary name, checked,
 * synced, and put in place by a rename, so that at every moment there is the old backup or the new one.
 *
 * @throws `refused` when a file that is no backup of this tool lies there, or the database itself.
 */
export async function writeBackup(db: Database, path: string): Promise<Backup> {
  refuseOthersFile(db, path)
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    await db.backupTo(temporary)
    const backup = await verifyBackup(temporary)
    syncFile(temporary)
    renameSync(temporary, path)
    syncFolder(dirname(path))
    return { ...backup, path }
  } catch (error) {
    throw error instanceof PvtError ? error : writeFailed(path, error)
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(temporary + suffix, { force: true })
  }
}

function writeFailed(path: string, error: unknown): PvtError {
  const code = codeOf(error)
  return new PvtError(
    code === 'ENOSPC' ? 'disk_full' : code === 'EACCES' || code === 'EROFS' ? 'permission' : 'file_error',
    `the backup ${path} cannot be written (${code ?? String(error)})`,
    'name another file or folder',
    { cause: error },
  )
}

function refuseOthersFile(db: Database, path: string): void {
  if (!existsSync(dirname(path))) {
    throw new PvtError(
      'file_not_found',
      `there is no folder ${dirname(path)}`,
      'make it, or name another one',
    )
  }
  if (!existsSync(path)) return
  if (db.dialect === 'sqlite' && fileIdentity(path) === fileIdentity(db.location)) {
    throw new PvtError('refused', `${path} is the database itself`, 'name another file')
  }
  const head = statSync(path).isFile() ? readHead(path) : null
  const id = head?.kind === 'database' ? head.applicationId : 0
  if (id === backupApplicationId) return
  const what = isOurs(id) ? 'a database, not a backup' : 'no backup of this tool'
  throw new PvtError('refused', `${path} is there and is ${what}`, 'name another file')
}

/**
 * Checks that a file is a sound backup of this tool: its kind, its schema and its pages.
 *
 * @throws `file_not_found`, `database_foreign`, `database_newer`, `database_corrupt`.
 */
export async function verifyBackup(path: string): Promise<Backup> {
  const db = await openBackup(path)
  try {
    // Not the counts that jobs keep: those can be derived again, and must not stand in a backup's way.
    const [finding] = await checkPages(db)
    if (finding !== undefined) throw unsound(path, finding.message)
    const [counts] = await db.query<{ jobs: number; results: number; version: number }>(
      `select (select count(*) from jobs) as jobs, (select count(*) from results) as results,
        (select max(version) from schema_migrations) as version`,
    )
    return {
      path,
      size_bytes: statSync(path).size,
      schema_version: counts!.version,
      jobs: counts!.jobs,
      results: counts!.results,
    }
  } finally {
    await db.close()
  }
}

/** What is wrong with the file is wrong with a backup here, and naming another database is no cure. */
async function openBackup(path: string): Promise<Database> {
  try {
    return await openDatabase({ engine: 'sqlite', path }, { mustExist: true, migrate: false })
  } catch (error) {
    if (!(error instanceof PvtError)) throw error
    const hint = error.code === 'database_newer' ? error.hint : 'name a backup made by pvt: pvt backup list'
    const isEmpty = error.code === 'file_not_found' && existsSync(path)
    throw new PvtError(isEmpty ? 'database_foreign' : error.code, error.message, hint, { cause: error })
  }
}

const unsound = (path: string, what: string): PvtError =>
  new PvtError(
    'database_corrupt',
    `${path} is not a sound backup: ${what}`,
    'use another one: pvt backup list',
  )

/** The name of a backup made at an instant (ISO 8601 UTC): `pvt-20260131T120000Z.db`; sorts by time. */
export const backupName = (now: string): string => `pvt-${now.slice(0, 19).replace(/[-:]/g, '')}Z.db`

const ownName = /^pvt-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/

export interface ListedBackup {
  path: string
  created_at: string
  size_bytes: number
}

/** The backups in a folder, by their names, newest first. */
export function listBackups(folder: string): ListedBackup[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = ownName.exec(name)
      if (match === null) return []
      const [, year, month, day, hour, minute, second] = match
      const path = join(folder, name)
      const created_at = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
      return [{ path, created_at, size_bytes: statSync(path).size }]
    })
    .sort((a, b) => (a.path < b.path ? 1 : -1))
}

/** Removes all but the newest `keep` backups of a folder; gives back the paths that went. */
export function rotateBackups(folder: string, keep: number): string[] {
  const old = listBackups(folder).slice(keep)
  for (const { path } of old) rmSync(path)
  return old.map(({ path }) => path)
}

/**
 * Replaces everything in a database by what a backup holds, in one transaction: others see the old contents or the
 * new ones. The file itself stays, so that no process is left with a file that is gone.
 */
export async function restoreContents(db: Database, backupPath: string): Promise<void> {
  const backup = await openBackup(backupPath)
  try {
    await db.transaction(async () => {
      for (const table of [...tables].reverse()) await db.query(`delete from ${table}`)
      await copyContents(backup, db)
    })
  } finally {
    await backup.close()
  }
}

/**
 * Puts a damaged database file aside with its journals, so that a new one can be made in its place; gives back its
 * new name. The only case in which this program takes a database's name away: nobody can use the file any more.
 */
export function putAside(path: string, now: string): string {
  const aside = `${path}.damaged-${now.slice(0, 19).replace(/[-:]/g, '')}Z`
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm', '-journal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
