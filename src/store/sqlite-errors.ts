import { PvtError, codeOf, messageOf } from '../errors.ts'
import { corrupt, damageIn } from './damage.ts'
import {
  diskFull,
  explainFileError,
  freeMegabytes,
  shellWord,
  explainPermission,
  lockHolders,
} from './file-system.ts'

/**
 * What SQLite says, as the user sees it; the error itself when it is no fault of the surroundings (a broken
 * constraint, a mistake in the SQL). `path`: the database file. Codes: sqlite.org/rescode.html.
 */
export function explainSqliteError(path: string, error: unknown): unknown {
  if (error instanceof PvtError) return error
  const code = codeOf(error)
  if (code === null) return error
  const options = { cause: error }
  // A trigger or view that somebody else put there, and that SQLite does not let do as it likes (trusted_schema).
  if (/^unsafe use of /.test(messageOf(error))) return strangeSchema(path, messageOf(error), options)
  const kind = Object.keys(explanations).find((prefix) => code.startsWith(prefix))
  return kind === undefined ? error : explanations[kind]!(path, `${messageOf(error)}, ${code}`, options)
}

const strangeSchema: Explain = (path, detail, options) =>
  new PvtError(
    'database_foreign',
    `${path} has a trigger or a view that is none of pvt's (${detail})`,
    'somebody has added it: look with pvt db check, and drop it, or restore a backup',
    options,
  )

export function walOnNetwork(path: string, options?: ErrorOptions): PvtError {
  return new PvtError(
    'wal_on_network',
    `${path}: this database was made on a local disk, in WAL mode, which loses data on a network file system`,
    'move it back to a local disk; or, while nobody uses it: ' +
      `sqlite3 ${shellWord(path)} 'pragma locking_mode=exclusive; pragma journal_mode=delete'; many hosts: use PostgreSQL`,
    options,
  )
}

type Explain = (path: string, detail: string, options: ErrorOptions) => PvtError

/** By the start of the code, the first that fits: SQLite adds the finer cause at its end. */
const explanations: Record<string, Explain> = {
  SQLITE_BUSY: (path, _detail, options) => locked(path, options),
  SQLITE_LOCKED: (path, _detail, options) => locked(path, options),
  SQLITE_PROTOCOL: (path, _detail, options) => locked(path, options),
  SQLITE_FULL: (path, _detail, options) => diskFull(path, options),
  // A quota or `ulimit -f` is reported as a write error, not as a full disk.
  SQLITE_IOERR_WRITE: (path, _detail, options) => diskFull(path, options),
  SQLITE_IOERR_SHMSIZE: (path, _detail, options) => diskFull(path, options),
  SQLITE_IOERR_SHMMAP: (path, _detail, options) => walOnNetwork(path, options),
  SQLITE_IOERR_CORRUPTFS: corrupt,
  SQLITE_IOERR: (path, detail, options) =>
    new PvtError(
      'database_unreachable',
      `${path}: the disk failed (${detail}); whether the last change is stored is not certain`,
      'look when the disk works again (pvt history, pvt job log), and repeat the command if the change is not there',
      options,
    ),
  SQLITE_READONLY_DBMOVED: (path) => replaced(path),
  SQLITE_READONLY: (path, _detail, options) => explainReadOnly(path, options),
  SQLITE_PERM: (path, _detail, options) => explainPermission(path, options),
  SQLITE_CANTOPEN: (path, _detail, options) => explainCannotOpen(path, options),
  SQLITE_CORRUPT: corrupt,
  SQLITE_NOTADB: corrupt,
}

export function replaced(path: string): PvtError {
  return new PvtError(
    'database_unreachable',
    `${path} was deleted or replaced while this command used it; its changes may be lost`,
    'repeat the command; replace a database with pvt restore only',
  )
}

export function locked(path: string, options?: ErrorOptions): PvtError {
  const holders = lockHolders(path)
  return new PvtError(
    'database_locked',
    `${path}: the database is locked by ${holders.length === 0 ? 'another process' : holders.join(', ')}`,
    'try again; a process that was stopped (Ctrl-Z) or a database shell with an open transaction holds the lock',
    options,
  )
}

/** A database in which damage was found is opened for reading only, whatever its file's mode. */
function explainReadOnly(path: string, options: ErrorOptions): PvtError {
  const damage = damageIn(path)
  // A private copy is read where there is no room.
  if (damage === null)
    return freeMegabytes(path) === 0 ? diskFull(path, options) : explainPermission(path, options)
  return corrupt(path, `${damage}; nothing is written until pvt db check finds it sound`, options)
}

/** SQLite gives no reason for this one: find the component of the path that cannot be used. */
function explainCannotOpen(path: string, options: ErrorOptions): PvtError {
  const permission = explainPermission(path, options)
  if (!permission.message.endsWith(`denied to user ${process.geteuid?.() ?? 'unknown'}`)) return permission
  return explainFileError(path, options.cause)
}
