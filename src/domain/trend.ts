import type { Job } from './job.ts'
import type { Limit } from './limit.ts'
import type { Summary } from './summary.ts'
import { limitOf, worstExtreme } from './worst-value.ts'

type TrendJob = Pick<Job, 'job_id' | 'name' | 'status' | 'created_at'>

/** A measurement in one job: a row of `trend`. */
export interface TrendRow extends TrendJob, Omit<Summary, 'measurement'> {
  /** See worstExtreme: by the domain's newest limits, else by size. */
  worst: number | null
  worst_point: string | null
  /** To the limit; null without one. */
  margin: number | null
}

/** A row a job, in the order of the jobs; one without the measurement has a count of 0. */
export function toTrendRow(
  { job_id, name, status, created_at }: TrendJob,
  measurement: string,
  summary: Summary | null,
  limits: readonly Limit[],
): TrendRow {
  const { count, failed, ...extremes } = summary ?? absent
  const worst = worstExtreme(extremes, limitOf(measurement, limits))
  return {
    ...{ job_id, name, status, created_at, count, failed },
    ...{ min: extremes.min, min_point: extremes.min_point, mean: extremes.mean },
    ...{ max: extremes.max, max_point: extremes.max_point },
    worst: worst?.value ?? null,
    worst_point: worst?.point ?? null,
    margin: worst?.margin ?? null,
  }
}

const absent: Omit<Summary, 'measurement'> = {
  ...{ count: 0, failed: 0, min: null, min_point: null, mean: null, max: null, max_point: null },
}
