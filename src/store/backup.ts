import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf, PvtError } from '../errors.ts'
import { checkPages } from './check-files.ts'
import { removeMark } from './damage.ts'
import { copyContents } from './copy-contents.ts'
import type { Database, OpenOptions } from './database.ts'
import { openDatabase } from './open-database.ts'
import { tables } from './maintenance.ts'
import { migrationStatus } from './migrate.ts'
import { backupApplicationId, fileIdentity, isOurs, readHead, shareWithGroup } from './sqlite-file.ts'
import { discard, putInPlace, removeLeftovers, unfinishedName } from './unfinished.ts'

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
  removeLeftovers(dirname(path))
  const temporary = unfinishedName(path)
  try {
    await db.backupTo(temporary)
    const backup = await verifyBackup(temporary, 'quick_check')
    shareWithGroup(temporary)
    putInPlace(temporary, path)
    return { ...backup, path }
  } catch (error) {
    throw writeFailed(path, error)
  } finally {
    discard(temporary)
  }
}

/** What a failed copy of a database means; errors of ours pass. `path`: where the copy was to be. */
export function writeFailed(path: string, error: unknown): PvtError {
  if (error instanceof PvtError) return error
  const code = codeOf(error) ?? ''
  const full = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)
  const forbidden = ['EACCES', 'EROFS', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(code)
  return new PvtError(
    full ? 'disk_full' : forbidden ? 'permission' : 'file_error',
    `${path} cannot be written (${code === '' ? String(error) : code})`,
    'nothing was changed; look at the room and the rights there, or name another file or folder',
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
 * Checks that a file is a sound backup of this tool: its kind, its schema and its pages. A copy that was just made of
 * a database in use gets the quick check.
 *
 * @throws `file_not_found`, `database_foreign`, `database_newer`, `database_corrupt`.
 */
export async function verifyBackup(
  path: string,
  check: 'integrity_check' | 'quick_check' = 'integrity_check',
): Promise<Backup> {
  const db = await openBackup(path)
  try {
    // Not the counts that jobs keep: those can be derived again, and must not stand in a backup's way.
    const [finding] = await checkPages(db, check)
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

/**
 * What is to be said of a file that is taken for a backup: a database in use keeps what was written last in a file
 * beside it (`-wal`), and whoever copies one without the other has lost that without a sign. Null when all is well.
 */
export function incompleteCopy(path: string): string | null {
  const wal = `${path}-wal`
  const size = statSync(wal, { throwIfNoEntry: false })?.size ?? 0
  if (size > 0)
    return `${wal} lies beside it and belongs to it: it was not made by pvt backup, and something may be using it`
  const head = readHead(path)
  if (head.kind !== 'database' || !head.wal) return null
  return `${path} is a copy of a database in use, without its -wal file: what was written last may be missing; pvt backup makes whole copies`
}

/** What is wrong with the file is wrong with a backup here, and naming another database is no cure. */
async function openBackup(path: string, options: OpenOptions = {}): Promise<Database> {
  try {
    return await openDatabase({ engine: 'sqlite', path }, { ...options, mustExist: true, migrate: false })
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

/**
 * Replaces everything in a database by what a backup holds, in one transaction: others see the old contents or the
 * new ones. The file itself stays, so that no process is left with a file that is gone.
 */
export async function restoreContents(
  db: Database,
  backupPath: string,
  options: OpenOptions = {},
): Promise<void> {
  const backup = await openBackup(backupPath, options)
  try {
    const { pending } = await migrationStatus(backup, options.migrations)
    if (pending.length === 0) await replaceContents(db, backup)
    else await withPresentCopy(backup, options, (copy) => replaceContents(db, copy))
  } finally {
    await backup.close()
  }
}

async function replaceContents(db: Database, backup: Database): Promise<void> {
  await db.transaction(async () => {
    for (const table of [...tables].reverse()) await db.query(`delete from ${table}`)
    await copyContents(backup, db)
  })
}

/** An older pvt made the backup, which stays as it is: a copy of it is brought up to date, used and removed. */
async function withPresentCopy(
  backup: Database,
  options: OpenOptions,
  use: (copy: Database) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-restore-'))
  try {
    const path = join(folder, 'backup.db')
    await backup.backupTo(path)
    const copy = await openDatabase({ engine: 'sqlite', path }, options)
    try {
      await use(copy)
    } finally {
      await copy.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
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
  removeMark(path)
  return aside
}
