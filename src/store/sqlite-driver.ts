import { randomBytes } from 'node:crypto'
import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { PvtError, codeOf, messageOf } from '../errors.ts'
import { damageIn } from './damage.ts'
import type { OpenOptions } from './database.ts'
import { allowed, explainFileError } from './file-system.ts'
import { programFolder } from './program-folder.ts'
import { abortsOnCollection, type Driver, keepObjects } from './kept-objects.ts'
import { explainSqliteError } from './sqlite-errors.ts'
import { backupApplicationId } from './sqlite-file.ts'

/** An open file. */
export interface Connection {
  raw: Sqlite.Database
  path: string
  readOnly: boolean
}

/** Connects to an existing file for writing, or only for reading when it may not be written. */
export function connectAsAllowed(
  path: string,
  wal: boolean,
  { lockTimeoutMs: timeout, notice }: OpenOptions,
): Connection {
  const readOnly = !allowed(path, constants.W_OK) || damageIn(path) !== null
  // A WAL database that nobody has open needs its folder to be writable even for reading.
  if (wal && !allowed(dirname(path), constants.W_OK) && !existsSync(`${path}-shm`)) {
    return connectToCopy(path, `${dirname(path)} may not be written`, notice)
  }
  return { raw: connect(path, { readonly: readOnly, fileMustExist: true, timeout }), path, readOnly }
}

/**
 * A copy for this command alone, to read where SQLite cannot make the files that it needs for reading. Its names go
 * at once: the open files stay readable until they are closed. `notice` is told, with the reason.
 */
export function connectToCopy(path: string, reason: string, notice: OpenOptions['notice']): Connection {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-read-'))
  try {
    const copy = join(folder, `${randomBytes(4).toString('hex')}.db`)
    for (const suffix of ['', '-wal']) {
      if (!existsSync(path + suffix)) continue
      copyFileSync(path + suffix, copy + suffix, constants.COPYFILE_FICLONE)
      // The copy has the mode of a file that may only be read.
      chmodSync(copy + suffix, 0o600)
    }
    useRollbackJournal(copy)
    const raw = connect(copy, { readonly: true, fileMustExist: true })
    raw.pragma('user_version')
    notice?.(`${reason}: a private copy of the database is read`)
    return { raw, path, readOnly: true }
  } catch (error) {
    throw codeOf(error)?.startsWith('E') === true ? explainFileError(path, error) : error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits 30 seconds for a lock: under 1 ms latency 5 seconds failed 4 of 256 times, 30 never. */
export function connect(path: string, options: Sqlite.Options): Sqlite.Database {
  // The driver takes its compiled part itself, too, which its types do not say.
  const nativeBinding = loadedDriver() as unknown as string
  try {
    return new Sqlite(path, { ...options, timeout: options.timeout ?? 30_000, nativeBinding })
  } catch (error) {
    throw explainSqliteError(path, error)
  }
}

/** Takes a file that nobody else has open out of WAL mode, which no network file system may hold. */
export function useRollbackJournal(path: string): void {
  alone(path, (raw) => raw.pragma('journal_mode = delete'))
}

/** Makes a fresh copy of a database a backup: marked as one, and able to lie on any file system. */
export function markAsBackup(path: string): void {
  alone(path, (raw) => {
    raw.pragma('journal_mode = delete')
    // Whoever is at work is so in the database, and an older schema has no locks.
    const hasLocks = raw.prepare(`select 1 from sqlite_schema where name = 'locks'`).get() !== undefined
    if (hasLocks) raw.exec('delete from locks')
    raw.pragma(`application_id = ${backupApplicationId}`)
  })
}

function alone(path: string, work: (raw: Sqlite.Database) => void): void {
  const raw = connect(path, { fileMustExist: true })
  try {
    work(raw)
  } finally {
    raw.close()
  }
}

/** The compiled part of better-sqlite3, loaded once. */
let driver: Driver | undefined

/**
 * better-sqlite3 searches for its compiled part in a dozen places, 3 ms at the first open, unless it is told; and
 * `require` looks for the package that the part belongs to, which takes longer than loading it.
 */
function loadedDriver(): Driver {
  try {
    return (driver ??= loadDriver())
  } catch (error) {
    throw error instanceof PvtError ? error : unusable(error)
  }
}

function loadDriver(): Driver {
  const part = { exports: {} }
  process.dlopen(part, driverFile())
  const loaded = part.exports as Driver
  if (abortsOnCollection(process.versions.node)) keepObjects(loaded)
  return loaded
}

function driverFile(): string {
  const compiled = join('build', 'Release', 'better_sqlite3.node')
  const near = join(programFolder(), '..', 'node_modules', 'better-sqlite3', compiled)
  if (existsSync(near)) return near
  const require = createRequire(join(programFolder(), 'pvt.cjs'))
  const root = dirname(require.resolve('better-sqlite3/package.json'))
  const file = join(root, compiled)
  if (existsSync(file)) return file
  throw new PvtError(
    'driver_unavailable',
    `the database driver better-sqlite3 has no compiled part in ${root}: its install script has not run`,
    'install pvt with npm install --allow-scripts=better-sqlite3, or run npm rebuild better-sqlite3',
  )
}

function unusable(error: unknown): PvtError {
  const text = messageOf(error)
  const built = /NODE_MODULE_VERSION/.test(text)
  return new PvtError(
    'driver_unavailable',
    built
      ? `the database driver better-sqlite3 was built for another version of Node.js; this is ${process.version}`
      : `the database driver better-sqlite3 cannot be loaded: ${text.split('\n')[0]!}`,
    'run pvt with the Node.js it was installed with, or install it again (npm rebuild better-sqlite3)',
    { cause: error },
  )
}
