import { type PvtPoint, pointName } from './point.ts'
import type { Result } from './result.ts'
import { meanOf, type Summary } from './summary.ts'

/** What a summary needs of the rows of one point, so that the rows themselves need not be kept. */
export interface PointTotals {
  point: PvtPoint
  /** `failed` when one of its rows is. */
  status: Result['status']
  measurements: Map<string, MeasurementTotals>
}

interface MeasurementTotals {
  count: number
  failed: number
  sum: number
  min: number
  max: number
}

/** Of a point without a row so far. */
export const emptyTotals = (point: PvtPoint): PointTotals => ({
  point,
  status: 'ok',
  measurements: new Map(),
})

/** Adds a row of the point. */
export function addToTotals(
  totals: PointTotals,
  { status, measurements }: Pick<Result, 'status' | 'measurements'>,
): void {
  if (status === 'failed') totals.status = 'failed'
  for (const name of Object.keys(measurements)) addValue(totals, name, measurements[name]!)
}

function addValue({ measurements }: PointTotals, name: string, value: number | null): void {
  let totals = measurements.get(name)
  if (totals === undefined) {
    totals = { count: 0, failed: 0, sum: 0, min: Infinity, max: -Infinity }
    measurements.set(name, totals)
  }
  if (value === null) {
    totals.failed += 1
    return
  }
  totals.count += 1
  totals.sum += value
  if (value < totals.min) totals.min = value
  if (value > totals.max) totals.max = value
}

/**
 * The summaries of points in flow order, as `summarise` makes them of their rows. Only the mean may differ, in its last
 * digit: the sum is one of sums.
 */
export function summariseTotals(points: readonly PointTotals[]): Summary[] {
  const summaries = new Map<string, { summary: Summary; sum: number }>()
  for (const { point, measurements } of points) {
    for (const [measurement, totals] of measurements) {
      let entry = summaries.get(measurement)
      if (entry === undefined) {
        entry = { summary: emptySummary(measurement), sum: 0 }
        summaries.set(measurement, entry)
      }
      const { summary } = entry
      summary.failed += totals.failed
      if (totals.count === 0) continue
      summary.count += totals.count
      entry.sum += totals.sum
      if (summary.min === null || totals.min < summary.min) {
        summary.min = totals.min
        summary.min_point = pointName(point)
      }
      if (summary.max === null || totals.max > summary.max) {
        summary.max = totals.max
        summary.max_point = pointName(point)
      }
    }
  }
  return [...summaries.values()].map(({ summary, sum }) => ({ ...summary, mean: meanOf(sum, summary) }))
}

const emptySummary = (measurement: string): Summary => ({
  measurement,
  count: 0,
  failed: 0,
  min: null,
  min_point: null,
  mean: null,
  max: null,
  max_point: null,
})
