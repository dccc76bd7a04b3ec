import type { Context } from '../context.ts'
import type { CheckedJob } from '../domain/check-limits.ts'
import type { ComparedJob } from '../domain/compare-jobs.ts'
import type { ComparedRow } from '../domain/compare-results.ts'
import type { Job } from '../domain/job.ts'
import { distinctPoints, type PvtPoint } from '../domain/point.ts'
import type { ResultFilter } from '../domain/point-filter.ts'
import type { Result } from '../domain/result.ts'
import { findPoints } from '../store/points.ts'
import { findCompared, findValues } from '../store/results.ts'
import { findSimulationLogs } from '../store/simulation-logs.ts'
import { findNewestVerdict } from '../store/verdicts.ts'
import { filterPoints, filterResults } from './result-filter.ts'

/** The results of a job and the points that it expects, in flow order; null where they are not known. */
export interface JobResults extends CheckedJob {
  results: Result[]
  expected: PvtPoint[] | null
}

export async function loadJobResults(context: Context, { job_id }: Pick<Job, 'job_id'>): Promise<JobResults> {
  const db = await context.database()
  const points = await findPoints(db, job_id)
  return { results: await findValues(db, job_id, points), expected: points.length === 0 ? null : points }
}

/** The same of a job that is only compared. */
export interface ComparedResults {
  results: ComparedRow[]
  expected: PvtPoint[] | null
}

export async function loadCompared(context: Context, { job_id }: Job): Promise<ComparedResults> {
  const db = await context.database()
  const points = await findPoints(db, job_id)
  return { results: await findCompared(db, job_id, points), expected: points.length === 0 ? null : points }
}

/** What is asked for of them. */
export function filterJobResults<Row extends ComparedRow>(
  { results, expected }: { results: readonly Row[]; expected: PvtPoint[] | null },
  filter: ResultFilter,
): { results: Row[]; expected: PvtPoint[] | null } {
  return {
    results: filterResults(results, filter),
    expected: expected === null ? null : filterPoints(expected, filter),
  }
}

/** What a comparison looks at besides the values. */
export async function toCompared(
  context: Context,
  job: Job,
  { results, expected }: ComparedResults,
): Promise<ComparedJob> {
  const db = await context.database()
  const verdict = await findNewestVerdict(db, job.job_id)
  const logs = await findSimulationLogs(db, job.job_id)
  const versions = logs.flatMap(({ simulator, simulator_version: version }) =>
    version === null ? [] : [simulator === null ? version : `${simulator} ${version}`],
  )
  return {
    job,
    points: expected ?? distinctPoints(results),
    limitsVersion: verdict?.limits_version ?? null,
    simulatorVersion: versions.length === 0 ? null : [...new Set(versions)].sort().join(', '),
  }
}
