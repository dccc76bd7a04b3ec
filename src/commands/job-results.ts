import type { Context } from '../context.ts'
import type { CheckedJob } from '../domain/check-limits.ts'
import type { Job } from '../domain/job.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { ResultFilter } from '../domain/point-filter.ts'
import type { Result } from '../domain/result.ts'
import { findPoints } from '../store/points.ts'
import { findValues } from '../store/results.ts'
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

/** What is asked for of them. */
export function filterJobResults({ results, expected }: JobResults, filter: ResultFilter): JobResults {
  return {
    results: filterResults(results, filter),
    expected: expected === null ? null : filterPoints(expected, filter),
  }
}
