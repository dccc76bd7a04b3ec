import { codeOf } from '../errors.ts'

export type SqlValue = string | number | null
export type SqlRow = Record<string, SqlValue>
export type Dialect = 'sqlite' | 'postgres'

/**
 * The one door to a database. One connection a process. All SQL above it is one text for both engines, with `$1`
 * placeholders; times are ISO 8601 UTC text, identifiers text made by the program. Big integers, `numeric` and
 * booleans come back as numbers (true is 1) from both.
 */
export interface Database {
  readonly dialect: Dialect
  /** For people: the file's path, or the server as host:port/database; never a user or a password. */
  readonly location: string
  /** The file (or the folder of a WAL file) may not be written: reading works, a write is a `permission` error. */
  readonly readOnly: boolean
  /**
   * Runs one statement; all its rows (never a cursor: nothing is held open while a caller prints).
   * @throws PvtError `bad_input` for a text with a NUL character; the engine's own error for a broken constraint
   * ({@link isKeyClash}); PvtError with a database code for what the user can do something about.
   */
  query<Row = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]>
  /**
   * Inserts all rows or none, in as few round trips as the engine likes; `rows` are in the order of `columns`.
   * `onConflict` (`on conflict (…) do update set …`) says what becomes of a row that is there already; then no two of
   * `rows` may have the same key, which PostgreSQL refuses.
   */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly SqlValue[])[],
    onConflict?: string,
  ): Promise<void>
  /** Runs several statements without parameters (migrations); no time limit. */
  script(sql: string): Promise<void>
  /**
   * Runs `work` whole or not at all. SQLite takes the write lock at once (`begin immediate`: a deferred transaction
   * that reads and then writes fails in spite of the busy timeout). PostgreSQL runs `work` again after a deadlock or a
   * lost connection, so it must not change anything outside the database. A nested call joins; calls side by side take turns.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /**
   * Writes a consistent copy of the database as a new SQLite file while others go on writing. The file is in rollback
   * journal mode, so that it can lie on any file system.
   */
  backupTo(path: string): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Refuse to make a database that is not there yet (`file_not_found`). */
  mustExist?: boolean
  /** `false`: open an older schema as it is, for `db status` and `db migrate`. Otherwise a file is migrated (its only
   * users have this program), and a server's database, which others share, is `database_older`. */
  migrate?: boolean
  /** How long SQLite waits for a lock, and PostgreSQL for a lock; default 30 seconds. */
  lockTimeoutMs?: number
  /** How long to wait for a server to take the connection; default 5 seconds. */
  connectTimeoutMs?: number
  /** Is told what the user should know about the way the database was opened or made, a sentence each. */
  notice?: (message: string) => void
  /** A folder of migrations in place of the program's own, for tests. */
  migrations?: string
}

/** Whether an insert or update failed because another row has the same key; true for both engines' own errors. */
export function isKeyClash(error: unknown): boolean {
  const code = codeOf(error)
  return code === '23505' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE'
}
