/**
 * What a measurement has to keep to: one row of a limits file. Numbers are in the base unit of the simulator's values
 * (seconds, amperes), whatever unit the file was written in. At least one of `min` and `max` is given, and
 * min ≤ typ ≤ max.
 */
export interface Limit {
  measurement: string
  min: number | null
  typ: number | null
  max: number | null
  /** The base unit, `s`; null where the file names none. */
  unit: string | null
  /** A glob over point names; null: every point. */
  point: string | null
  /** A value this close to a limit is `near`: percent of the limit's range. */
  near: number
  /** 1-based line of the file. */
  line: number
}

/** Percent of the range, for a limit that says nothing else. */
export const defaultNear = 5

type Bounds = Pick<Limit, 'min' | 'typ' | 'max'>

/**
 * How far a value is on the right side: the smaller of `value − min` and `max − value`, in the measurement's unit;
 * negative when the limit is violated, 0 for a value on the limit itself, which passes. A side that is not limited
 * does not count.
 */
export function margin(value: number, { min, max }: Bounds): number {
  const above = min === null ? Infinity : value - min
  const below = max === null ? Infinity : max - value
  return Math.min(above, below)
}

/**
 * What 100 % of a margin is. Limited on both sides: `max − min`. On one side: the limit's size, |limit|; and where
 * that is 0, |typ|. Null where this gives 0 too, or no number: such a limit has no percentages, and no value is near
 * it, only inside or outside.
 */
export function limitRange({ min, typ, max }: Bounds): number | null {
  const range = min !== null && max !== null ? max - min : Math.abs(min ?? max ?? 0) || Math.abs(typ ?? 0)
  return range > 0 && Number.isFinite(range) ? range : null
}

/** A margin in percent of the limit's range; null where the limit has none. */
export function marginPercent(margin: number, bounds: Bounds): number | null {
  const range = limitRange(bounds)
  return range === null ? null : (margin / range) * 100
}

/** What a value comes to; see judgeMargin. */
export function judgeValue(value: number, limit: Limit): 'pass' | 'near' | 'fail' {
  const left = margin(value, limit)
  return judgeMargin(left, marginPercent(left, limit), limit)
}

/** `near`: inside, but less than `near` percent of the range away from the limit. */
export function judgeMargin(
  margin: number,
  percent: number | null,
  { near }: Pick<Limit, 'near'>,
): 'pass' | 'near' | 'fail' {
  if (margin < 0) return 'fail'
  return percent !== null && percent < near ? 'near' : 'pass'
}
