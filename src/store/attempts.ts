import type { Attempt, AttemptState } from '../domain/attempt.ts'
import { pointName } from '../domain/point.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'

const keyColumns = ['corner', 'extraction', 'temperature', 'voltage_combo', 'attempt'] as const

/** What stays when a later look knows nothing of it: the flow deletes its logs and measure files. */
const keptColumns = [
  'checked',
  'farm_id',
  'log_path',
  'started_at_local',
  'elapsed_seconds',
  'cpu_seconds',
  'peak_memory_mb',
] as const

const columns = [
  'job_id',
  ...keyColumns,
  'state',
  ...keptColumns,
  'measurements_json',
  'failed_json',
  'seen_at',
] as const

/** Values and failed texts come from one measure file: they are replaced, or kept, together. */
const isUnmeasured = 'excluded.measurements_json is null and excluded.failed_json is null'

const newValues: readonly (readonly [column: string, value: string])[] = [
  ['state', 'excluded.state'],
  ...keptColumns.map((column) => [column, `coalesce(excluded.${column}, attempts.${column})`] as const),
  ...['measurements_json', 'failed_json'].map(
    (column) =>
      [column, `case when ${isUnmeasured} then attempts.${column} else excluded.${column} end`] as const,
  ),
]

/** A row that says nothing new is not written: `seen_at` is when the attempt was last seen to change. */
const onConflict = `
  on conflict (job_id, ${keyColumns.join(', ')}) do update set
    ${newValues.map(([column, value]) => `${column} = ${value}`).join(',\n    ')},
    seen_at = excluded.seen_at
  where ${newValues.map(([column, value]) => `attempts.${column} is distinct from ${value}`).join('\n    or ')}`

/**
 * Stores simulations of a job's points, new or changed. What is known of a stored one stays where the new row has
 * null; its state is replaced, whatever it was. Of two rows for the same attempt the last one counts.
 */
export async function saveAttempts(db: Database, jobId: string, attempts: readonly Attempt[]): Promise<void> {
  const last = new Map(attempts.map((attempt) => [`${pointName(attempt)} ${attempt.attempt}`, attempt]))
  // In the order of their key, so that two writers of one job do not wait for each other in a circle.
  const ordered = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attempt]) => attempt)
  await db.insert(
    'attempts',
    columns,
    ordered.map((attempt) => toRow(jobId, attempt)),
    onConflict,
  )
}

function toRow(jobId: string, attempt: Attempt): SqlValue[] {
  return [
    jobId,
    ...keyColumns.map((column) => attempt[column]),
    attempt.state,
    ...keptColumns.map((column) => attempt[column]),
    attempt.measurements && JSON.stringify(attempt.measurements),
    attempt.failed && JSON.stringify(attempt.failed),
    attempt.seen_at,
  ]
}

const selectAttempts = `
  select ${columns.slice(1).join(', ')}
    from attempts where job_id = $1
    order by ${keyColumns.join(', ')}`

/** Every simulation of a job's points: those of a point follow each other, by number. */
export async function findAttempts(db: Database, jobId: string): Promise<Attempt[]> {
  return (await db.query(selectAttempts, [jobId])).map(toAttempt)
}

function toAttempt({ measurements_json, failed_json, seen_at, ...row }: SqlRow): Attempt {
  return {
    ...(row as unknown as Omit<Attempt, 'measurements' | 'failed' | 'seen_at'>),
    measurements: parsed(measurements_json),
    failed: parsed(failed_json),
    seen_at: seen_at as string,
  }
}

const parsed = <Value>(text: SqlValue | undefined): Record<string, Value> | null =>
  typeof text === 'string' ? (JSON.parse(text) as Record<string, Value>) : null

/** How many simulations are in a state. */
export interface AttemptCount {
  state: AttemptState
  count: number
  /** When the first and the last of them got into it, as far as pvt saw it: ISO 8601 UTC. */
  first_seen_at: string
  last_seen_at: string
}

const countStates = `
  select state, count(*) as count, min(seen_at) as first_seen_at, max(seen_at) as last_seen_at
    from attempts where job_id = $1
    group by state order by state`

/** The simulations of a job by state, without reading them one by one; states that none is in are left out. */
export async function countAttempts(db: Database, jobId: string): Promise<AttemptCount[]> {
  return db.query<AttemptCount>(countStates, [jobId])
}
