import type { Database, SqlRow, SqlValue } from './database.ts'
import { presentTables, type tables } from './maintenance.ts'
import { dateStages } from './stages.ts'

/** The primary key of each table, by which it is read page by page. */
const keys: Record<(typeof tables)[number], readonly string[]> = {
  jobs: ['job_id'],
  stages: ['job_id', 'stage', 'attempt'],
  points: ['job_id', 'ordinal'],
  imports: ['import_id'],
  results: ['job_id', 'corner', 'extraction', 'temperature', 'voltage_combo', 'alter_number', 'row_number'],
  summaries: ['job_id', 'measurement'],
  simulation_logs: ['job_id', 'log_path'],
  job_logs: ['job_id', 'log_number'],
  removals: ['job_id'],
  runs: ['job_id', 'run_number'],
  stage_progress: ['job_id', 'stage'],
  attempts: ['job_id', 'corner', 'extraction', 'temperature', 'voltage_combo', 'attempt'],
  dependencies: ['job_id', 'after_job_id'],
  verdicts: ['job_id', 'verdict_number'],
  limits: ['domain_path', 'version'],
  waivers: ['waiver_id'],
  delivered_changes: ['change_id'],
}

/** About 70 ms of writing, and memory that does not grow with the database. */
const pageRows = 5_000

/**
 * Copies all rows of one database, of this schema or an older one, into another, empty one, of any engine. For a consistent copy the caller holds a
 * snapshot of `from`, for one that is whole or not there a transaction of `to`.
 */
export async function copyContents(from: Database, to: Database): Promise<void> {
  for (const table of await presentTables(from)) {
    let last: SqlRow | undefined
    do {
      const rows = await nextPage(from, table, last)
      last = rows.at(-1)
      if (last !== undefined) await insertRows(to, table, rows)
    } while (last !== undefined)
  }
  // An older schema does not have what is derived.
  await dateStages(to)
}

async function nextPage(db: Database, table: keyof typeof keys, last: SqlRow | undefined): Promise<SqlRow[]> {
  const key = keys[table].join(', ')
  if (last === undefined) return db.query(`select * from ${table} order by ${key} limit ${pageRows}`)
  const places = keys[table].map((_, index) => `$${index + 1}`).join(', ')
  return db.query(
    `select * from ${table} where (${key}) > (${places}) order by ${key} limit ${pageRows}`,
    keys[table].map((column) => last[column]!),
  )
}

async function insertRows(db: Database, table: string, rows: readonly SqlRow[]): Promise<void> {
  const columns = Object.keys(rows[0]!)
  await db.insert(
    table,
    columns.map((column) => `"${column}"`),
    rows.map((row) => columns.map((column): SqlValue => row[column]!)),
  )
}
