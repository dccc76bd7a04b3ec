import { type PvtPoint, pointName } from './point.ts'
import { measurementNames, type Result } from './result.ts'

/** One measurement over all points of a job: a row of the table `summaries`. */
export interface Summary {
  measurement: string
  /** Values that are numbers. */
  count: number
  /** Values that are none: `failed`, `error`, empty. */
  failed: number
  min: number | null
  min_point: string | null
  mean: number | null
  max: number | null
  max_point: string | null
}

/**
 * Summarises results (in flow order) per measurement, in the order of the names. Of equal extremes the first point
 * in flow order is named. Numbers are in the simulator's units; the mean is the sum over the count.
 */
export function summarise(results: readonly Pick<Result, 'measurements' | keyof PvtPoint>[]): Summary[] {
  return measurementNames(results).map((measurement) => summariseOne(measurement, results))
}

/** One measurement of the same. */
export function summariseOne(
  measurement: string,
  results: readonly Pick<Result, 'measurements' | keyof PvtPoint>[],
): Summary {
  const summary: Summary = {
    measurement,
    count: 0,
    failed: 0,
    min: null,
    min_point: null,
    mean: null,
    max: null,
    max_point: null,
  }
  let sum = 0
  for (const result of results) {
    if (!Object.hasOwn(result.measurements, measurement)) continue
    const value = result.measurements[measurement] ?? null
    if (value === null) {
      summary.failed += 1
      continue
    }
    summary.count += 1
    sum += value
    if (summary.min === null || value < summary.min) {
      summary.min = value
      summary.min_point = pointName(result)
    }
    if (summary.max === null || value > summary.max) {
      summary.max = value
      summary.max_point = pointName(result)
    }
  }
  return { ...summary, mean: meanOf(sum, summary) }
}

/** Rounding must not put the mean beside the values, nor a sum beyond the largest number make it no number. */
export function meanOf(sum: number, { count, min, max }: Summary): number | null {
  if (min === null || max === null) return null
  const mean = Number.isFinite(sum) ? sum / count : min / 2 + max / 2
  return Math.min(max, Math.max(min, mean))
}

/**
 * How far the values lie apart: (max − min) / |mean| in percent; null without values, and where the mean is 0 and a
 * percentage says nothing.
 */
export function spreadPercent({ min, max, mean }: Summary): number | null {
  if (min === null || max === null || mean === null) return null
  if (min === max) return 0
  return mean === 0 ? null : ((max - min) / Math.abs(mean)) * 100
}
