import { jobStatuses, type JobStatus } from '../domain/job.ts'
import { percentile } from '../domain/percentile.ts'
import { type StageName, stageNames } from '../domain/stage.ts'
import type { Database } from './database.ts'

/** How long something took, in seconds. */
export interface Durations {
  count: number
  median_seconds: number | null
  p90_seconds: number | null
}

/** The jobs of one user, domain or simulator. */
export interface Share {
  jobs: number
  completed: number
  failed: number
  simulations_stored: number
}

/** The answer of `pvt stats`. */
export interface Statistics {
  since: string | null
  jobs: number
  by_status: Record<JobStatus, number>
  /** Completed jobs among the completed and failed ones, 0 to 1; null when there are none. */
  success_rate: number | null
  job_times: Durations
  stage_times: (Durations & { stage: StageName })[]
  simulations_stored: number
  by_user: (Share & { user: string })[]
  by_domain: (Share & { domain_path: string })[]
  by_simulator: (Share & { simulator: string | null })[]
}

/** Statistics of the jobs created since an instant (ISO 8601 UTC; null for all). */
export async function findStatistics(db: Database, since: string | null): Promise<Statistics> {
  const by_status = await countByStatus(db, since)
  const judged = by_status.completed + by_status.failed
  const by_user = await shares<{ user: string }>(db, 'user', since)
  return {
    since,
    jobs: Object.values(by_status).reduce((sum, count) => sum + count, 0),
    by_status,
    success_rate: judged === 0 ? null : by_status.completed / judged,
    job_times: await jobTimes(db, since),
    stage_times: await stageTimes(db, since),
    simulations_stored: by_user.reduce((sum, { simulations_stored }) => sum + simulations_stored, 0),
    by_user,
    by_domain: await shares<{ domain_path: string }>(db, 'domain_path', since),
    by_simulator: await shares<{ simulator: string | null }>(db, 'simulator', since),
  }
}

/** An empty text stands before every time. */
const from = (since: string | null): string => since ?? ''

async function countByStatus(db: Database, since: string | null): Promise<Record<JobStatus, number>> {
  const rows = await db.query<{ status: JobStatus; jobs: number }>(
    'select status, count(*) as jobs from jobs where created_at >= $1 group by status',
    [from(since)],
  )
  const counts = new Map(rows.map(({ status, jobs }) => [status, jobs]))
  return Object.fromEntries(jobStatuses.map((status) => [status, counts.get(status) ?? 0])) as Record<
    JobStatus,
    number
  >
}

/** Groups by a column of `jobs` (a name of this file, never a user's text); most jobs first, equals by name. */
async function shares<Key>(
  db: Database,
  column: 'user' | 'domain_path' | 'simulator',
  since: string | null,
): Promise<(Share & Key)[]> {
  const rows = await db.query<Share & Key>(
    `select "${column}", count(*) as jobs,
        sum(case when status = 'completed' then 1 else 0 end) as completed,
        sum(case when status = 'failed' then 1 else 0 end) as failed,
        sum(stored_simulations) as simulations_stored
      from jobs where created_at >= $1 group by "${column}"`,
    [from(since)],
  )
  const name = (row: Share & Key): string => (row as unknown as Record<string, string | null>)[column] ?? ''
  return rows.sort((a, b) => b.jobs - a.jobs || (name(a) < name(b) ? -1 : 1))
}

async function jobTimes(db: Database, since: string | null): Promise<Durations> {
  const rows = await db.query<{ elapsed_seconds: number }>(
    `select elapsed_seconds from jobs
      where status = 'completed' and elapsed_seconds is not null and created_at >= $1`,
    [from(since)],
  )
  return toDurations(rows.map(({ elapsed_seconds }) => elapsed_seconds))
}

async function stageTimes(db: Database, since: string | null): Promise<(Durations & { stage: StageName })[]> {
  const rows = await db.query<{ stage: StageName; elapsed_seconds: number }>(
    `select stages.stage, stages.elapsed_seconds from stages join jobs on jobs.job_id = stages.job_id
      where stages.status = 'done' and stages.elapsed_seconds is not null and jobs.created_at >= $1`,
    [from(since)],
  )
  return stageNames.map((stage) => ({
    stage,
    ...toDurations(rows.filter((row) => row.stage === stage).map(({ elapsed_seconds }) => elapsed_seconds)),
  }))
}

const toDurations = (seconds: readonly number[]): Durations => ({
  count: seconds.length,
  median_seconds: percentile(seconds, 0.5),
  p90_seconds: percentile(seconds, 0.9),
})
