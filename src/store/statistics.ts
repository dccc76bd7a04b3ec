import { jobStatuses, type JobStatus } from '../domain/job.ts'
import { between, percentile, type PercentilePlace, percentilePlace } from '../domain/percentile.ts'
import { type StageName, stageNames } from '../domain/stage.ts'
import type { Database } from './database.ts'

/** How long something took, in seconds. */
export interface Durations {
  count: number
  median_seconds: number | null
  p90_seconds: number | null
}

export type StageTimes = Durations & { stage: StageName }

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
  stage_times: StageTimes[]
  simulations_stored: number
  by_user: (Share & { user: string })[]
  by_domain: (Share & { domain_path: string })[]
  by_simulator: (Share & { simulator: string | null })[]
}

/** Statistics of the jobs created since an instant (ISO 8601 UTC; null for all). */
export async function findStatistics(db: Database, since: string | null): Promise<Statistics> {
  const byUser = await countGroups<{ user: string }>(db, ['user'], since)
  const byPlace = await countGroups<{ domain_path: string; simulator: string | null }>(
    db,
    ['domain_path', 'simulator'],
    since,
  )
  const by_status = countByStatus(byUser)
  const judged = by_status.completed + by_status.failed
  const jobs = sumOf(byUser, (group) => group.jobs)
  return {
    since,
    jobs,
    by_status,
    success_rate: judged === 0 ? null : by_status.completed / judged,
    job_times: await jobTimes(db, since),
    stage_times: await stageTimes(db, since, jobs),
    simulations_stored: sumOf(byUser, ({ simulations_stored }) => simulations_stored),
    by_user: shares(byUser, ({ user }) => user).map(([user, share]) => ({ user, ...share })),
    by_domain: shares(byPlace, (group) => group.domain_path).map(([domain_path, share]) => ({
      domain_path,
      ...share,
    })),
    by_simulator: shares(byPlace, (group) => group.simulator).map(([simulator, share]) => ({
      simulator,
      ...share,
    })),
  }
}

/** An empty text stands before every time. */
const from = (since: string | null): string => since ?? ''

interface Group {
  status: JobStatus
  jobs: number
  simulations_stored: number
}

/**
 * Counts the jobs by state and by columns of `jobs` (names of this file, never a user's text). By expressions, because
 * SQLite would go by a column's own index and read each whole row.
 */
async function countGroups<Key>(
  db: Database,
  columns: readonly ('user' | 'domain_path' | 'simulator')[],
  since: string | null,
): Promise<(Group & Key)[]> {
  const keys = ['status', ...columns].map((column) => `"${column}" || '' as "${column}"`)
  return db.query(
    `select ${keys.join(', ')}, count(*) as jobs, sum(stored_simulations) as simulations_stored
      from jobs where created_at >= $1 group by ${keys.map((_, index) => index + 1).join(', ')}`,
    [from(since)],
  )
}

function countByStatus(groups: readonly Group[]): Record<JobStatus, number> {
  const count = (status: JobStatus): number =>
    sumOf(
      groups.filter((group) => group.status === status),
      ({ jobs }) => jobs,
    )
  return Object.fromEntries(jobStatuses.map((status) => [status, count(status)])) as Record<JobStatus, number>
}

/** Adds groups of the same name up; most jobs first, equals by name. */
function shares<Named extends Group, Name extends string | null>(
  groups: readonly Named[],
  nameOf: (group: Named) => Name,
): [Name, Share][] {
  const found = new Map<Name, Share>()
  for (const group of groups) {
    const name = nameOf(group)
    const share = found.get(name) ?? { jobs: 0, completed: 0, failed: 0, simulations_stored: 0 }
    share.jobs += group.jobs
    if (group.status === 'completed' || group.status === 'failed') share[group.status] += group.jobs
    share.simulations_stored += group.simulations_stored
    found.set(name, share)
  }
  return [...found].sort(([a, one], [b, other]) => other.jobs - one.jobs || ((a ?? '') < (b ?? '') ? -1 : 1))
}

const sumOf = (groups: readonly Group[], valueOf: (group: Group) => number): number =>
  groups.reduce((sum, group) => sum + valueOf(group), 0)

async function jobTimes(db: Database, since: string | null): Promise<Durations> {
  const rows = await db.query<{ elapsed_seconds: number }>(
    // An expression, for the reason of countGroups.
    `select elapsed_seconds from jobs
      where status || '' = 'completed' and elapsed_seconds is not null and created_at >= $1`,
    [from(since)],
  )
  return toDurations(rows.map(({ elapsed_seconds }) => elapsed_seconds))
}

/**
 * The times of the stages of jobs that were created since an instant. Of few jobs each one's stages are looked up; of
 * many, all stages are counted off in their index, which takes the same time for one job and for all (a sixth of a
 * second for 100,000).
 */
async function stageTimes(db: Database, since: string | null, jobs: number): Promise<StageTimes[]> {
  if (since === null) return countedOff(db, from(since))
  const [row] = await db.query<{ count: number }>('select count(*) as count from jobs')
  return jobs < row!.count / fewJobs ? lookedUp(db, since) : countedOff(db, since)
}

const fewJobs = 10

async function lookedUp(db: Database, since: string): Promise<StageTimes[]> {
  const rows = await db.query<{ stage: StageName; elapsed_seconds: number }>(
    // `cross` is for SQLite, which would begin with the stages, of which there are more.
    `select stages.stage, stages.elapsed_seconds from jobs cross join stages
      where stages.job_id = jobs.job_id and jobs.created_at >= $1
        and stages.status = 'done' and stages.elapsed_seconds is not null`,
    [since],
  )
  const times = new Map(stageNames.map((stage): [StageName, number[]] => [stage, []]))
  for (const { stage, elapsed_seconds } of rows) times.get(stage)!.push(elapsed_seconds)
  return [...times].map(([stage, seconds]) => ({ stage, ...toDurations(seconds) }))
}

const finished = "stage = $1 and status = 'done' and elapsed_seconds is not null and job_created_at >= $2"

async function countedOff(db: Database, since: string): Promise<StageTimes[]> {
  const times: StageTimes[] = []
  for (const stage of stageNames) {
    const [row] = await db.query<{ count: number }>(
      `select count(*) as count from stages where ${finished}`,
      [stage, since],
    )
    const { count } = row!
    const [median_seconds, p90_seconds] = [
      await stageTime(db, [stage, since], percentilePlace(count, 0.5)),
      await stageTime(db, [stage, since], percentilePlace(count, 0.9)),
    ]
    times.push({ stage, count, median_seconds, p90_seconds })
  }
  return times
}

async function stageTime(
  db: Database,
  [stage, since]: [StageName, string],
  place: PercentilePlace,
): Promise<number | null> {
  const rows = await db.query<{ elapsed_seconds: number }>(
    `select elapsed_seconds from stages where ${finished} order by elapsed_seconds limit 2 offset $3`,
    [stage, since, place.below],
  )
  return between(
    rows.map(({ elapsed_seconds }) => elapsed_seconds),
    place,
  )
}

const toDurations = (seconds: readonly number[]): Durations => ({
  count: seconds.length,
  median_seconds: percentile(seconds, 0.5),
  p90_seconds: percentile(seconds, 0.9),
})
