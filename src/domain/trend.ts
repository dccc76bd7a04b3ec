import type { Job } from './job.ts'
import type { Summary } from './summary.ts'
import type { Worst } from './worst-value.ts'

type TrendJob = Pick<Job, 'job_id' | 'name' | 'status' | 'created_at'>

/** A measurement in one job: a row of `trend`. */
export interface TrendRow extends TrendJob, Omit<Summary, 'measurement'> {
  /** See worstValue: by the domain's newest limits, else by size. */
  worst: number | null
  worst_point: string | null
  /** To the limit; null without one. */
  margin: number | null
}

/** A measurement in one job, as it is stored or as its rows tell. */
export interface TrendValues {
  summary: Summary
  worst: Worst | null
}

/** A row a job; one without the measurement has a count of 0. */
export function toTrendRow(
  { job_id, name, status, created_at }: TrendJob,
  values: TrendValues | null,
): TrendRow {
  const { count, failed, ...extremes } = values?.summary ?? absent
  const worst = values?.worst ?? null
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
