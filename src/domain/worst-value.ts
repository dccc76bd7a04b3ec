import { type Limit, margin } from './limit.ts'
import { nameMatcher } from './point-filter.ts'
import { pointName } from './point.ts'
import { type Measured, summarise, summariseOne, type Summary } from './summary.ts'

/** The worst value of a measurement in a job. */
export interface Worst {
  value: number
  point: string
  /** To the limit that it was judged by; null without one. */
  margin: number | null
}

type Extremes = Pick<Summary, 'min' | 'min_point' | 'max' | 'max_point'>

/** How limits judge the values of one measurement. */
export interface Judge {
  /** The smallest margin to the limits that are for the point; null where none is. */
  margin: (value: number, point: string) => number | null
  /** The limits that are for the point. */
  limitsAt: (point: string) => Limit[]
  /** Whether a limit is for some points only: then the worst value need not be an extreme. */
  isByPoint: boolean
}

/** A judge by those of the limits that are for the measurement; a margin is in its base units. */
export function judgeOf(measurement: string, limits: readonly Limit[]): Judge {
  const own = limits
    .filter((limit) => limit.measurement === measurement)
    .map((limit) => ({ limit, matches: limit.point === null ? () => true : nameMatcher([limit.point]) }))
  const limitsAt = (point: string): Limit[] =>
    own.filter(({ matches }) => matches(point)).map(({ limit }) => limit)
  return {
    margin: (value, point) => {
      const margins = limitsAt(point).map((limit) => margin(value, limit))
      return margins.length === 0 ? null : Math.min(...margins)
    },
    limitsAt,
    isByPoint: own.some(({ limit }) => limit.point !== null),
  }
}

/**
 * The worse one of a measurement's extremes: the one with the smaller margin to the limits; without limits the one of
 * larger size, and of equals the maximum. Null without values. Where no limit is by point, no other value is worse.
 */
export function worstExtreme({ min, min_point, max, max_point }: Extremes, judge: Judge): Worst | null {
  if (min === null || max === null) return null
  const low: Worst = { value: min, point: min_point!, margin: judge.margin(min, min_point!) }
  const high: Worst = { value: max, point: max_point!, margin: judge.margin(max, max_point!) }
  if (low.margin === null && high.margin === null) return -min > max ? low : high
  return (low.margin ?? Infinity) < (high.margin ?? Infinity) ? low : high
}

/**
 * The worst of a measurement's values, the first of equals: the one with the smallest margin to the limits for its
 * point. Points without a limit count only where no point has one: then the value of largest size.
 */
export function worstValue(measurement: string, results: readonly Measured[], judge: Judge): Worst | null {
  const extreme = (): Worst | null => worstExtreme(summariseOne(measurement, results), judge)
  if (!judge.isByPoint) return extreme()
  let worst: Worst | null = null
  for (const row of results) {
    const value = Object.hasOwn(row.measurements, measurement) ? row.measurements[measurement]! : null
    if (value === null) continue
    const point = pointName(row)
    const left = judge.margin(value, point)
    if (left !== null && (worst === null || left < worst.margin!)) worst = { value, point, margin: left }
  }
  return worst ?? extreme()
}

/** What became of a measurement's worst value between two jobs. */
export interface WorstChange {
  measurement: string
  base_worst: number | null
  base_point: string | null
  new_worst: number | null
  new_point: string | null
  /** Whether another point is the worst now; null unless both jobs have values. */
  moved: boolean | null
}

/** One line a measurement, in the order of the names. `limits` judge both jobs. */
export function compareWorst(
  base: readonly Measured[],
  next: readonly Measured[],
  limits: readonly Limit[],
): WorstChange[] {
  const before = new Map(summarise(base).map((summary) => [summary.measurement, summary]))
  const after = new Map(summarise(next).map((summary) => [summary.measurement, summary]))
  return [...new Set([...before.keys(), ...after.keys()])].map((measurement) => {
    const judge = judgeOf(measurement, limits)
    const worst = (results: readonly Measured[], summary: Summary | undefined): Worst | null => {
      if (summary === undefined) return null
      return judge.isByPoint ? worstValue(measurement, results, judge) : worstExtreme(summary, judge)
    }
    const [one, other] = [worst(base, before.get(measurement)), worst(next, after.get(measurement))]
    return {
      measurement,
      base_worst: one?.value ?? null,
      base_point: one?.point ?? null,
      new_worst: other?.value ?? null,
      new_point: other?.point ?? null,
      moved: one === null || other === null ? null : one.point !== other.point,
    }
  })
}
