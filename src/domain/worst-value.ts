import { type Limit, margin } from './limit.ts'
import { type Measured, summarise, type Summary } from './summary.ts'

/** The worst value of a measurement in a job. */
export interface Worst {
  value: number
  point: string
  /** To the limit that it was judged by; null without one. */
  margin: number | null
}

type Extremes = Pick<Summary, 'min' | 'min_point' | 'max' | 'max_point'>

/**
 * The worst of a measurement's values, which is always one of its extremes: the one with the smallest margin to the
 * limit; without a limit the one of larger size, and of equals the maximum. Null without values.
 */
export function worstExtreme(
  { min, min_point, max, max_point }: Extremes,
  limit: Limit | null,
): Worst | null {
  if (min === null || max === null) return null
  const low: Worst = { value: min, point: min_point!, margin: limit === null ? null : margin(min, limit) }
  const high: Worst = { value: max, point: max_point!, margin: limit === null ? null : margin(max, limit) }
  if (low.margin === null || high.margin === null) return -min > max ? low : high
  return low.margin < high.margin ? low : high
}

/** The limit that judges a measurement as a whole: the first that is for every point. */
export function limitOf(measurement: string, limits: readonly Limit[]): Limit | null {
  return limits.find((limit) => limit.measurement === measurement && limit.point === null) ?? null
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
    const limit = limitOf(measurement, limits)
    const worst = (of: Map<string, Summary>): Worst | null => {
      const summary = of.get(measurement)
      return summary === undefined ? null : worstExtreme(summary, limit)
    }
    const [one, other] = [worst(before), worst(after)]
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
