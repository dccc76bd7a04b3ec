import { type PvtPoint, pointName } from './point.ts'
import type { Result } from './result.ts'

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

/** What is summarised of a result. */
export type Measured = Pick<Result, 'measurements' | keyof PvtPoint>

/**
 * Summarises results (in flow order) per measurement, in the order of the names. Of equal extremes the first point
 * in flow order is named. Numbers are in the simulator's units; the mean is the sum over the count.
 */
export function summarise(results: readonly Measured[]): Summary[] {
  const entries = new Map<string, Summing>()
  for (const result of results) {
    const { measurements } = result
    for (const name in measurements) {
      let entry = entries.get(name)
      if (entry === undefined) entries.set(name, (entry = startSumming(name)))
      addValue(entry, result, measurements[name] ?? null)
    }
  }
  return Array.from(entries.values(), toSummary)
}

/** One measurement of the same. */
export function summariseOne(measurement: string, results: readonly Measured[]): Summary {
  const entry = startSumming(measurement)
  for (const result of results) {
    const { measurements } = result
    if (Object.hasOwn(measurements, measurement)) addValue(entry, result, measurements[measurement] ?? null)
  }
  return toSummary(entry)
}

interface Summing {
  summary: Summary
  sum: number
}

const startSumming = (measurement: string): Summing => ({
  summary: {
    measurement,
    count: 0,
    failed: 0,
    min: null,
    min_point: null,
    mean: null,
    max: null,
    max_point: null,
  },
  sum: 0,
})

function addValue(entry: Summing, point: PvtPoint, value: number | null): void {
  const { summary } = entry
  if (value === null) {
    summary.failed += 1
    return
  }
  summary.count += 1
  entry.sum += value
  if (summary.min === null || value < summary.min) {
    summary.min = value
    summary.min_point = pointName(point)
  }
  if (summary.max === null || value > summary.max) {
    summary.max = value
    summary.max_point = pointName(point)
  }
}

const toSummary = ({ summary, sum }: Summing): Summary => ({ ...summary, mean: meanOf(sum, summary) })

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
