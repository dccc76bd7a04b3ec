import type { Job } from '../../src/domain/job.ts'
import type { LoadedConfiguration } from '../../src/import/load-configuration.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { jobColumns, toSql } from '../../src/store/jobs.ts'
import { dateStages } from '../../src/store/stages.ts'

/** Rows of the tables for filling a database by the ten thousand, past the rules that a single job goes through. */
export const insertJobRows = (db: Database, rows: readonly SqlValue[][]): Promise<void> =>
  db.insert('jobs', [...jobColumns.map((column) => `"${column}"`), 'config_text', 'config_sha256'], rows)

export function toJobRow(job: Job, { snapshot }: LoadedConfiguration): SqlValue[] {
  const values = jobColumns.map((column) => toSql(job[column]))
  return [...values, snapshot.config_text, snapshot.config_sha256]
}

/** `rows` are job_id, stage, attempt, status, started_at, finished_at, elapsed_seconds, exit_code, message. */
export async function insertStageRows(db: Database, rows: readonly SqlValue[][]): Promise<void> {
  await db.insert('stages', stageColumns, rows)
  for (const job of new Set(rows.map(([jobId]) => jobId as string))) await dateStages(db, job)
}

const stageColumns = [
  ...['job_id', 'stage', 'attempt', 'status'],
  ...['started_at', 'finished_at', 'elapsed_seconds', 'exit_code', 'message'],
]

/** `rows` are job_id, log_number, logged_at, level, source, message. */
export const insertLogRows = (db: Database, rows: readonly SqlValue[][]): Promise<void> =>
  db.insert('job_logs', ['job_id', 'log_number', 'logged_at', 'level', 'source', 'message'], rows)

/** In the form of a UUID of version 4; `pick` gives a whole number below its argument. */
export function seededId(pick: (count: number) => number): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => pick(16).toString(16)).join('')
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`
}
