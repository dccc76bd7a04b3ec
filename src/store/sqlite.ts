import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { PvtError, codeOf } from '../errors.ts'
import type { Database, OpenOptions } from './database.ts'
import { fileSystemKind, networkNotice } from './file-system.ts'
import { migrate, tooNew, tooOld } from './migrate.ts'
import { expectedVersion } from './migration-files.ts'
import { retry } from './retry.ts'
import { SqliteDatabase, headOf } from './sqlite-database.ts'
import { type Connection, connect, connectAsAllowed, connectToCopy } from './sqlite-driver.ts'
import { explainSqliteError, walOnNetwork } from './sqlite-errors.ts'
import {
  type FileHead,
  applicationId,
  backupApplicationId,
  isOurs,
  makeEmptyFile,
  makeFolder,
  publish,
} from './sqlite-file.ts'
import { discard, removeLeftovers, unfinishedName } from './unfinished.ts'

/**
 * Opens the database file at `path`, and makes it (with its folder) when it is not there. The file is looked at
 * before SQLite sees it: one that is not ours stays as it is, to the byte.
 * @throws PvtError with a database code.
 */
export async function openSqlite(path: string, options: OpenOptions): Promise<Database> {
  const file = resolve(path)
  const expected = expectedVersion(options.migrations)
  let head = headOf(file)
  if (head.kind === 'absent' || head.kind === 'empty') {
    if (options.mustExist === true) throw notThere(file, head.kind)
    await (head.kind === 'absent' ? create(file, options) : fill(file, options))
    if (fileSystemKind(file) === 'network') options.notice?.(networkNotice(file))
    head = headOf(file)
  }
  const ours = checkHead(file, head, expected)
  const network = fileSystemKind(file) === 'network'
  if (network && ours.wal) throw walOnNetwork(file)
  const surroundings = { identity: ours.identity, network, expected }
  try {
    return await connected(connectAsAllowed(file, ours.wal, options), surroundings, options)
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_IOERR_SHMSIZE') throw explainSqliteError(file, error)
  }
  // Even to read a WAL database SQLite makes a file of 32 KiB beside it.
  const copy = connectToCopy(file, `no room in ${dirname(file)}`, options.notice)
  return connected(copy, surroundings, options)
}

/** Closes the connection when something about the database is wrong. */
async function connected(
  connection: Connection,
  surroundings: Surroundings,
  options: OpenOptions,
): Promise<Database> {
  try {
    return await ready(connection, surroundings, options)
  } catch (error) {
    connection.raw.close()
    throw error
  }
}

interface Surroundings {
  identity: string
  network: boolean
  expected: number
}

/** Sets what has to be set on every open, asks the versions again (newer ones may lie in the WAL), migrates. */
async function ready(
  connection: Connection,
  { identity, network, expected }: Surroundings,
  options: OpenOptions,
): Promise<Database> {
  const { raw, path } = connection
  raw.exec(everyOpen)
  if (!connection.readOnly) setJournal(raw, path, network)
  const ours = raw.pragma('application_id', { simple: true }) as number
  const version = raw.pragma('user_version', { simple: true }) as number
  checkHead(
    path,
    { kind: 'database', applicationId: ours, userVersion: version, wal: false, identity },
    expected,
  )
  const current = options.migrate === false || version === expected
  // A backup that is used as a database is one from now on: the next backup must not replace it.
  if (ours === backupApplicationId && options.migrate !== false && !connection.readOnly) {
    raw.pragma(`application_id = ${applicationId}`)
  }
  // Its users all have this program: an older file is migrated (after a copy of it was made) without asking.
  if (!current && connection.readOnly) throw tooOld(path, version, expected)
  // A private copy has another name; whether the file is still the same does not matter to it.
  const isFile = raw.name === path
  const database = new SqliteDatabase(connection, isFile ? identity : null, isFile && ours === applicationId)
  if (current) return database
  try {
    await migrate(database, options.migrations)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * `synchronous`: a WAL database is NORMAL after it is opened again, and that lost 4 acknowledged commits in 160 power
 * cuts, FULL none. The last two: a file that was made to harm must not run its views and triggers' functions, or
 * have SQLite read beyond a damaged cell.
 */
const everyOpen = `
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma journal_size_limit = 67108864;
  pragma trusted_schema = off;
  pragma cell_size_check = on;
`

/** The journal mode TRUNCATE is not kept in the file; WAL is. DELETE would need more for a commit to survive. */
function setJournal(raw: Sqlite.Database, path: string, network: boolean): void {
  const mode = raw.pragma('journal_mode', { simple: true })
  if (mode === 'wal') {
    if (network) throw walOnNetwork(path)
    return
  }
  try {
    raw.pragma('journal_mode = truncate')
  } catch (error) {
    // Its maker has switched it to WAL since the question, and others use it already.
    if (!busy(error)) throw error
  }
}

function checkHead(path: string, head: FileHead, expected: number): Extract<FileHead, { kind: 'database' }> {
  if (head.kind !== 'database') throw foreign(path, 'is not a database')
  if (!isOurs(head.applicationId)) throw foreign(path, 'is a database of another program')
  if (head.userVersion > expected) throw tooNew(path, head.userVersion, expected)
  return head
}

function foreign(path: string, what: string): PvtError {
  return new PvtError(
    'database_foreign',
    `${path} ${what}; nothing was changed`,
    'name a database of pvt with --db or PVT_DB; a new one is made where no file is',
  )
}

function notThere(path: string, kind: 'absent' | 'empty'): PvtError {
  return new PvtError(
    'file_not_found',
    kind === 'absent' ? `there is no database ${path}` : `${path} is an empty file, not yet a database`,
    'name another one with --db or PVT_DB; the first job makes a new one: pvt job create',
  )
}

/**
 * A new database gets its name when it is whole: switching a file that others see to WAL fails now and then in spite
 * of the busy timeout (5 of 2,720), and nobody may see half of it. Whoever is later uses the winner's.
 */
async function create(path: string, options: OpenOptions): Promise<void> {
  makeFolder(dirname(path))
  removeLeftovers(dirname(path))
  // The WAL of a database that is gone would be taken for that of the new one, and its pages into it. In a file that
  // it makes itself SQLite knows better, and throws it away.
  if (['-wal', '-journal'].some((suffix) => existsSync(path + suffix))) {
    await fill(path, options)
    return
  }
  const privateName = unfinishedName(path)
  let won: boolean | null
  try {
    makeEmptyFile(privateName)
    await fill(privateName, options)
    won = publish(privateName, path)
  } catch (error) {
    throw underItsName(error, privateName, path)
  } finally {
    discard(privateName)
  }
  // Where there are no links, the real name is made empty, and filled under SQLite's own lock.
  if (won === null) await fill(path, options)
}

/** Nobody looks for a private name. */
function underItsName(error: unknown, privateName: string, path: string): unknown {
  if (!(error instanceof PvtError)) return error
  const message = error.message.replaceAll(privateName, path)
  return new PvtError(error.code, message, error.hint?.replaceAll(privateName, path), { cause: error })
}

/** Makes an empty (or new) file a database. Safe while others do the same: each step is made under the write lock. */
async function fill(path: string, options: OpenOptions): Promise<void> {
  const raw = connect(path, { readonly: false, fileMustExist: false, timeout: options.lockTimeoutMs })
  try {
    // Both have to stand before the first table. 8 KiB pages: 12 % faster inserts.
    raw.exec(`pragma page_size = 8192; pragma auto_vacuum = incremental; ${everyOpen}`)
    raw
      .transaction(() => {
        claim(raw, path)
      })
      .immediate()
    await migrate(new SqliteDatabase({ raw, path, readOnly: false }, null), options.migrations)
    if (fileSystemKind(path) === 'local') await switchToWal(raw)
  } catch (error) {
    throw explainSqliteError(path, error)
  } finally {
    raw.close()
  }
}

function claim(raw: Sqlite.Database, path: string): void {
  const id = raw.pragma('application_id', { simple: true })
  if (id === applicationId) return
  const tables = raw.prepare('select count(*) from sqlite_master').pluck().get()
  if (id !== 0 || tables !== 0) throw foreign(path, 'is a database of another program')
  raw.pragma(`application_id = ${applicationId}`)
}

const busy = (error: unknown): boolean => codeOf(error)?.startsWith('SQLITE_BUSY') === true

/** Asks again when busy: the busy timeout does not hold for this pragma. It may stay undone: WAL is only faster. */
async function switchToWal(raw: Sqlite.Database): Promise<void> {
  try {
    await retry({ attempts: 10, pauseMs: 5, passing: busy }, () => raw.pragma('journal_mode = wal'))
  } catch (error) {
    if (!busy(error)) throw error
  }
}
