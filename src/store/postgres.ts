import type pg from 'pg'
import { PvtError, codeOf, usageError } from '../errors.ts'
import type { Database, OpenOptions, SqlRow, SqlValue } from './database.ts'
import { migrate, tooNew, tooOld } from './migrate.ts'
import { expectedVersion } from './migration-files.ts'
import { checkParameters } from './parameters.ts'
import { connect } from './postgres-connection.ts'
import { type ServerName, explainPostgresError, parseServerUrl, serverName } from './postgres-errors.ts'
import { copyContents } from './copy-contents.ts'
import { retry } from './retry.ts'
import { openSqlite } from './sqlite.ts'
import { markAsBackup } from './sqlite-driver.ts'
import { Turns } from './turns.ts'

/**
 * Connects to the server of a `postgres://` URL (password from the URL, PGPASSWORD or ~/.pgpass), and makes the tables
 * when the database is new.
 * @throws PvtError with a database code; the password is in no message.
 */
export async function openPostgres(url: string, options: OpenOptions): Promise<Database> {
  const server = serverName(url)
  if (parseServerUrl(url) === null) {
    throw usageError(
      `the database URL of ${server.location} cannot be understood`,
      'expected postgres://user@host:port/database; write special characters of a password as %2F, or use PGPASSWORD',
    )
  }
  const client = await connect(url, server, options.connectTimeoutMs)
  const database = new PostgresDatabase(client, server)
  try {
    await ready(database, options)
    return database
  } catch (error) {
    await database.close()
    throw explainPostgresError(server, error)
  }
}

class PostgresDatabase implements Database {
  readonly dialect = 'postgres'
  readonly location: string
  readonly readOnly = false
  readonly #client: pg.Client
  readonly #server: ServerName
  readonly #turns = new Turns()

  constructor(client: pg.Client, server: ServerName) {
    this.#client = client
    this.#server = server
    this.location = server.location
  }

  async query<Row = SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    checkParameters(parameters)
    while (this.#turns.others !== null) await this.#turns.others
    const result = await this.#explained(() => this.#client.query({ text: sql, values: [...parameters] }))
    return result.rows as Row[]
  }

  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly SqlValue[])[],
  ): Promise<void> {
    await this.transaction(async () => {
      for (const chunk of chunksOf(rows, columns.length)) {
        await this.query(insertStatement(table, columns, chunk.length), chunk.flat())
      }
    })
  }

  async script(sql: string): Promise<void> {
    while (this.#turns.others !== null) await this.#turns.others
    // The server's own time limits hold (a migration lifts them); that of the client would tear the connection down.
    await this.#explained(() =>
      this.#client.query({ text: sql, query_timeout: 86_400_000 } as pg.QueryConfig),
    )
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    const passing = (error: unknown): boolean => deadlock.has(codeOf(causeOf(error)) ?? '')
    return this.#turns.take(() => retry({ attempts: 4, pauseMs: 50, passing }, () => this.#whole(work)), work)
  }

  /** A repeatable read sees the database as it was at its first query, however long it takes, and blocks nobody. */
  async backupTo(path: string): Promise<void> {
    const copy = async (): Promise<void> => {
      await this.#send('begin isolation level repeatable read read only')
      try {
        const target = await openSqlite(path, {})
        try {
          await target.transaction(() => copyContents(this, target))
        } finally {
          await target.close()
        }
      } finally {
        await this.#rollback()
      }
    }
    await this.#turns.take(copy, () => Promise.reject(new Error('no backup from inside a transaction')))
    markAsBackup(path)
  }

  async close(): Promise<void> {
    try {
      await this.#client.end()
    } catch {
      // The connection is gone already.
    }
  }

  async #whole<T>(work: () => Promise<T>): Promise<T> {
    await this.#send('begin')
    try {
      const result = await work()
      await this.#send('commit')
      return result
    } catch (error) {
      await this.#rollback()
      throw error
    }
  }

  /** The error that led here is the one to tell, not that of a connection that is gone. */
  async #rollback(): Promise<void> {
    try {
      await this.#client.query('rollback')
    } catch {
      // Without a connection the server rolls back by itself.
    }
  }

  async #send(sql: string): Promise<void> {
    const { command } = await this.#explained(() => this.#client.query(sql))
    // After a failed statement that was caught on the way, `commit` answers ROLLBACK, and without an error.
    if (sql === 'commit' && command !== 'COMMIT')
      throw new Error('the transaction had failed and was rolled back')
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explainPostgresError(this.#server, error)
    }
  }
}

const deadlock = new Set(['40001', '40P01'])

const causeOf = (error: unknown): unknown => (error instanceof PvtError ? error.cause : error)

/**
 * The limits are set by a statement and not on connecting, where a pooler (pgbouncer) refuses them. The third: a process that is stopped (Ctrl-Z) must not hold its rows for ever.
 */
const session = (lockTimeoutMs: number): string => `
  set statement_timeout = 60000;
  set lock_timeout = ${Math.max(1, Math.round(lockTimeoutMs))};
  set idle_in_transaction_session_timeout = 60000;
  set client_min_messages = warning`

const selectTables = `
  select
    to_regclass('schema_migrations')::text as ours,
    to_regclass('jobs')::text as jobs,
    to_regclass('results')::text as results`

const selectVersion =
  'select coalesce(max(version), 0) as version, max(sha256) as digest from schema_migrations'

async function ready(database: PostgresDatabase, options: OpenOptions): Promise<void> {
  const expected = expectedVersion(options.migrations)
  await database.script(session(options.lockTimeoutMs ?? 30_000))
  const version = await versionOf(database)
  if (version > expected) throw tooNew(database.location, version, expected)
  if (version === 0 && options.mustExist === true) throw notThere(database.location)
  if (options.migrate === false || version === expected) return
  if (version > 0) throw tooOld(database.location, version, expected)
  await migrate(database, options.migrations)
}

/** The schema's version; 0 when the database has no table of ours and none that looks like ours. */
async function versionOf(database: PostgresDatabase): Promise<number> {
  try {
    const [row] = await database.query<{ version: unknown }>(selectVersion)
    if (typeof row?.version === 'number') return row.version
  } catch (error) {
    if (codeOf(error) === '42P01') return versionOfNew(database)
    if (codeOf(error) !== '42703' && codeOf(error) !== '42804') throw error
  }
  // Ruby on Rails has a table of this name as well, with a text for version.
  throw foreign(database.location, 'schema_migrations')
}

async function versionOfNew(database: PostgresDatabase): Promise<number> {
  const [tables] = await database.query<Record<'ours' | 'jobs' | 'results', string | null>>(selectTables)
  // Made by somebody else since the question before.
  if (tables!.ours !== null) return versionOf(database)
  const foreigner = tables!.jobs ?? tables!.results
  if (foreigner !== null) throw foreign(database.location, foreigner)
  return 0
}

function foreign(location: string, table: string): PvtError {
  return new PvtError(
    'database_foreign',
    `${location} has a table ${table} that is not of pvt; nothing was changed`,
    'make a database for pvt alone (createdb), and name it with --db or PVT_DB',
  )
}

function notThere(location: string): PvtError {
  return new PvtError(
    'file_not_found',
    `${location} has no tables of pvt yet`,
    'name another one with --db or PVT_DB; the first job makes them: pvt job create',
  )
}

/** At most 65,535 parameters a statement (the protocol's 16 bits), and about 8 MB of text. */
function chunksOf(rows: readonly (readonly SqlValue[])[], width: number): (readonly SqlValue[])[][] {
  const chunks: (readonly SqlValue[])[][] = []
  const most = Math.min(1000, Math.max(1, Math.floor(65_535 / width)))
  let characters = Infinity
  for (const row of rows) {
    const chunk = chunks.at(-1)
    const length = row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
    if (chunk === undefined || chunk.length === most || characters + length > 8e6) {
      chunks.push([row])
      characters = length
    } else {
      chunk.push(row)
      characters += length
    }
  }
  return chunks
}

function insertStatement(table: string, columns: readonly string[], rows: number): string {
  const row = (index: number): string =>
    `(${columns.map((_, column) => `$${index * columns.length + column + 1}`).join(',')})`
  const values = Array.from({ length: rows }, (_, index) => row(index)).join(',')
  return `insert into ${table} (${columns.join(', ')}) values ${values}`
}
