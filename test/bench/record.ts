import type { Database, SqlValue } from '../../src/store/database.ts'

/** A statement as any driver can run it: `?1` or `?` stand for the values; `rows` are values for a run each. */
export type Statement = { sql: string; values: readonly SqlValue[] } | { sql: string; rows: SqlValue[][] }

/** A database that writes down what is asked of it before it does it. */
export interface RecordingDatabase {
  database: Database
  /** The statements since the last call, `begin immediate` and `commit` included. */
  take: () => Statement[]
}

export function recordingDatabase(inner: Database): RecordingDatabase {
  let statements: Statement[] = []
  let depth = 0
  const note = (sql: string, values: readonly SqlValue[] = []): void => {
    statements.push({ sql: sql.replaceAll(/\$(\d+)/g, '?$1'), values })
  }
  const inTransaction = async <T>(work: () => Promise<T>): Promise<T> => {
    if (depth === 0) note('begin immediate')
    depth += 1
    try {
      return await work()
    } finally {
      depth -= 1
      if (depth === 0) note('commit')
    }
  }
  const database: Database = {
    dialect: inner.dialect,
    location: inner.location,
    readOnly: inner.readOnly,
    query: (sql, parameters) => {
      note(sql, parameters)
      return inner.query(sql, parameters)
    },
    insert: (table, columns, rows, onConflict = '') =>
      inTransaction(() => {
        const places = columns.map(() => '?').join(', ')
        const sql = `insert into ${table} (${columns.join(', ')}) values (${places}) ${onConflict}`
        statements.push({ sql, rows: rows.map((row) => [...row]) })
        return inner.insert(table, columns, rows, onConflict)
      }),
    transaction: (work) => inTransaction(() => inner.transaction(work)),
    script: () => Promise.reject(new Error('a script has no single statements to replay')),
    backupTo: () => Promise.reject(new Error('a backup has no statements to replay')),
    close: () => inner.close(),
  }
  const take = (): Statement[] => {
    const taken = statements
    statements = []
    return taken
  }
  return { database, take }
}
