import { hostname } from 'node:os'
import { minutesSince, type Run, silentMinutes } from '../domain/run.ts'
import type { Database, SqlValue } from './database.ts'
import { isProcessGone } from './process-identity.ts'

const columns = [
  ...(['job_id', 'run_number', 'kind', 'command', 'cwd', 'host', 'boot_id', 'pid', 'process_start'] as const),
  ...(['watcher_pid', 'watcher_start', 'started_at', 'seen_at', 'ended_at', 'exit_code', 'signal'] as const),
  ...(['output_path', 'output_bytes', 'output_head', 'output_tail'] as const),
  ...(['errors_path', 'errors_bytes', 'errors_head', 'errors_tail'] as const),
] satisfies readonly (keyof Run)[]

const columnList = columns.join(', ')

const selectRun = `select ${columnList} from runs where job_id = $1 order by run_number desc limit 1`

const selectOpenRuns = `
  select ${columns.map((column) => `r.${column}`).join(', ')}, j.name, j."user", j.domain_path
  from runs r join jobs j on j.job_id = r.job_id
  where r.ended_at is null and j.status in ('queued', 'running')
  order by r.started_at, r.job_id`

const upsertRun = `
  insert into runs (${columnList}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
  on conflict (job_id, run_number) do update set
    ${columns
      .slice(2)
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')}`

const selectOpenOfJob = `select ${columnList} from runs where job_id = $1 and ended_at is null`

const closeRun = 'update runs set ended_at = seen_at where job_id = $1 and run_number = $2'

const selectOutputPaths = `
  select job_id, output_path, errors_path from runs
  where host = $1 and (output_path is not null or errors_path is not null)
    and job_id = coalesce(cast($2 as text), job_id)
  order by job_id, run_number`

type RunRow = Omit<Run, 'command'> & { command: string | null }

const toRun = ({ command, ...row }: RunRow): Run => ({
  ...row,
  command: command === null ? null : (JSON.parse(command) as string[]),
})

/** The newest run of a job; null for a job that nobody followed. */
export async function findRun(db: Database, jobId: string): Promise<Run | null> {
  const [row] = await db.query<RunRow>(selectRun, [jobId])
  return row === undefined ? null : toRun(row)
}

/** A run that has not ended, of a job that has not either, with what tells people which job it is. */
export type OpenRun = Run & { name: string; user: string; domain_path: string }

/** All runs that have not ended, the oldest first. */
export async function findOpenRuns(db: Database): Promise<OpenRun[]> {
  const rows = await db.query<RunRow & Pick<OpenRun, 'name' | 'user' | 'domain_path'>>(selectOpenRuns)
  return rows.map((row) => ({ ...row, ...toRun(row) }))
}

/** The files that a run's output was kept in. */
export type OutputPaths = Pick<Run, 'job_id' | 'output_path' | 'errors_path'>

/** Those of the runs on a host: of a job, or of all. */
export function findOutputPaths(db: Database, host: string, jobId: string | null): Promise<OutputPaths[]> {
  return db.query<OutputPaths>(selectOutputPaths, [host, jobId])
}

/** Stores a run, new or changed. */
export async function saveRun(db: Database, run: Run): Promise<void> {
  await db.query(
    upsertRun,
    columns.map((column): SqlValue => {
      const value = run[column]
      return Array.isArray(value) ? JSON.stringify(value) : value
    }),
  )
}

/**
 * Ends the runs of a job that nobody will end any more, at the time when they were last seen: all that are open, or
 * those that are over.
 */
export async function closeRuns(
  db: Database,
  jobId: string,
  isOver: (run: Run) => boolean = () => true,
): Promise<void> {
  for (const run of (await db.query<RunRow>(selectOpenOfJob, [jobId])).map(toRun))
    if (isOver(run)) await db.query(closeRun, [jobId, run.run_number])
}

/**
 * Whether a run goes on: on this host its process is asked for (the flow's, or pvt's while that is not known); on
 * another one it must have been seen within `silentMinutes`.
 */
export function isAlive(run: Run, now: string): boolean {
  if (run.host !== hostname()) return minutesSince(run.seen_at, now) < silentMinutes
  const [pid, process_start] =
    run.pid === null ? [run.watcher_pid, run.watcher_start] : [run.pid, run.process_start]
  return !isProcessGone({ pid, process_start })
}
