import { bounded } from '../domain/size-limits.ts'
import { PvtError } from '../errors.ts'
import type { Database } from './database.ts'
import { lockJob } from './jobs.ts'

export const logLevels = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogEntry {
  logged_at: string
  level: LogLevel
  /** Who wrote it: `pvt` for what the program records itself, else the user. */
  source: string
  message: string
}

const insertEntry = `
  insert into job_logs (job_id, log_number, logged_at, level, source, message)
  select $1, coalesce(max(log_number), 0) + 1, $2, $3, $4, $5 from job_logs where job_id = $1`

/** Adds to a job's log. Call it in a transaction that holds the job (lockJob): the number is the next one. */
export async function insertLogEntry(db: Database, jobId: string, entry: LogEntry): Promise<void> {
  await db.query(insertEntry, [
    ...[jobId, entry.logged_at, entry.level],
    ...[entry.source, bounded(entry.message)],
  ])
}

/** Adds to a job's log, by itself. @throws `job_not_found` when the job went in the meantime. */
export async function addLogEntry(db: Database, jobId: string, entry: LogEntry): Promise<void> {
  await db.transaction(async () => {
    if ((await lockJob(db, jobId)) === null)
      throw new PvtError('job_not_found', `job ${jobId} is not there any more`)
    await insertLogEntry(db, jobId, entry)
  })
}

/** The newest `limit` entries of at least the given level, oldest first. */
export async function findLogEntries(
  db: Database,
  jobId: string,
  level: LogLevel,
  limit: number,
): Promise<LogEntry[]> {
  const levels = logLevels.slice(logLevels.indexOf(level))
  const entries = await db.query<LogEntry>(
    `select logged_at, level, source, message from job_logs
      where job_id = $1 and level in (${levels.map((_, index) => `$${index + 3}`).join(', ')})
      order by log_number desc limit $2`,
    [jobId, limit, ...levels],
  )
  return entries.reverse()
}
