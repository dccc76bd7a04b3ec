import type pg from 'pg'
import { PvtError, codeOf, usageError } from '../errors.ts'
import type { Database, OpenOptions, SqlRow, SqlValue } from './database.ts'
import { checkParameters } from './parameters.ts'
import { connect } from './postgres-connection.ts'
import {
  type ServerName,
  explainPostgresError,
  isConnectionLost,
  parseServerUrl,
  serverName,
  uncertain,
} from './postgres-errors.ts'
import { copyContents } from './copy-contents.ts'
import { chunksOf, insertStatement } from './postgres-insert.ts'
import { makeReady } from './postgres-schema.ts'
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
  const client = await connect(url, server, { timeoutMs: options.connectTimeoutMs })
  const begin = session(options.lockTimeoutMs ?? 30_000)
  const database = new PostgresDatabase(client, server, async () => {
    const next = await connect(url, server, { again: true })
    await next.query(begin)
    return next
  })
  try {
    await database.script(begin)
    await makeReady(database, options)
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
  #client: pg.Client
  readonly #server: ServerName
  readonly #connectAgain: () => Promise<pg.Client>
  readonly #turns = new Turns()

  /** `connectAgain`: a new connection with the same settings, for when the server ends this one. */
  constructor(client: pg.Client, server: ServerName, connectAgain: () => Promise<pg.Client>) {
    this.#client = client
    this.#server = server
    this.#connectAgain = connectAgain
    this.location = server.location
  }

  async query<Row = SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    checkParameters(parameters)
    while (this.#turns.others !== null) await this.#turns.others
    const ask = (): Promise<pg.QueryResult> =>
      this.#explained(() => this.#client.query({ text: sql, values: [...parameters] }))
    const result = await (!this.#turns.inside && isRead(sql) ? this.#twice(ask) : ask())
    return result.rows as Row[]
  }

  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly SqlValue[])[],
    onConflict = '',
  ): Promise<void> {
    await this.transaction(async () => {
      for (const chunk of chunksOf(rows, columns.length)) {
        const sql = `${insertStatement(table, columns, chunk.length)} ${onConflict}`
        await this.query(sql, chunk.flat())
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
    const whole = (): Promise<T> => retry({ attempts: 4, pauseMs: 50, passing }, () => this.#whole(work))
    return this.#turns.take(() => this.#twice(whole), work)
  }

  /** A repeatable read sees the database as it was at its first query, however long it takes, and blocks nobody. */
  async backupTo(path: string): Promise<void> {
    const copy = async (): Promise<void> => {
      await this.#send('begin isolation level repeatable read read only')
      try {
        const target = await openSqlite(path, {})
        try {
          // A copy is made of what is there, also of rows that have lost their job.
          await target.script('pragma foreign_keys = off')
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
    let committing = false
    try {
      const result = await work()
      committing = true
      await this.#send('commit')
      return result
    } catch (error) {
      await this.#rollback()
      throw committing && isConnectionLost(error) ? uncertain(this.location, null) : error
    }
  }

  /** What changes nothing, or was rolled back for certain, is done once more when the server was only restarted. */
  async #twice<T>(work: () => Promise<T>): Promise<T> {
    const client = this.#client
    try {
      return await work()
    } catch (error) {
      if (!isConnectionLost(error)) throw error
    }
    // Queries side by side lose one connection, and share the next.
    if (client === this.#client) await this.#replace(client)
    return work()
  }

  #replacing: Promise<void> | null = null

  #replace(client: pg.Client): Promise<void> {
    const replace = async (): Promise<void> => {
      client.end().catch(() => undefined)
      try {
        this.#client = await this.#connectAgain()
      } finally {
        this.#replacing = null
      }
    }
    return (this.#replacing ??= replace())
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

const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql)

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
