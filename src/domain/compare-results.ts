import { type PvtPoint, pointName } from './point.ts'
import { measurementNames, type Result } from './result.ts'

/**
 * `same`: both have the value and it is the same, or within the tolerance, or failed in both. `changed`: beyond it,
 * or a number in one and failed in the other. `missing`: the base has this measurement here, the new job does not.
 * `new`: the other way round.
 */
export const changeVerdicts = ['missing', 'changed', 'new', 'same'] as const
export type ChangeVerdict = (typeof changeVerdicts)[number]

/** What is compared of a result. */
export type ComparedRow = Pick<
  Result,
  keyof PvtPoint | 'alter_number' | 'row_number' | 'measurements' | 'failed'
>

/** One value in two jobs; the first keys are those of the command's JSON. */
export interface Change {
  measurement: string
  point: string
  /** Null where it is missing or failed. */
  base: number | null
  new: number | null
  /** new − base, in the measurement's unit; null unless both are numbers. */
  difference: number | null
  /** The difference in percent of |base|; null also where the base is 0 and the new value is not. */
  percent: number | null
  verdict: ChangeVerdict
  alter_number: number
  row_number: number
  /** The text in place of a value. */
  base_failed: string | null
  new_failed: string | null
}

/**
 * How far values may lie apart and still be the same. With both, a value has changed only when it is beyond both:
 * the absolute one is for values around 0, of which a percentage says nothing.
 */
export interface Tolerance {
  /** A share of |base|, 0.01 for 1 %; at a base of 0 every difference is beyond it. Null: not asked for. */
  relative: number | null
  /** In the measurement's unit. */
  absolute: number | null
}

export const noTolerance: Tolerance = { relative: null, absolute: null }

/**
 * Every value of two jobs side by side, the largest change first: missing ones, then changed ones by |percent| (a
 * number against a failure, and a change from 0, before any percentage), new ones, the same. Equals keep the order of
 * measurements and, in each, the flow order of the base. Rows belong together by point, alter and row number. With
 * `sorted` only so many of the changed ones are in the order of their size, in front of the other ones.
 */
export function compareResults(
  base: readonly ComparedRow[],
  next: readonly ComparedRow[],
  tolerance: Tolerance,
  sorted = Infinity,
): Change[] {
  const pairs = pairRows(base, next)
  const byVerdict: Record<ChangeVerdict, Change[]> = { missing: [], changed: [], new: [], same: [] }
  for (const name of new Set([...measurementNames(base), ...measurementNames(next)])) {
    for (const pair of pairs) {
      const change = compareValue(name, pair, tolerance)
      if (change !== null) byVerdict[change.verdict].push(change)
    }
  }
  const { missing, changed, new: added, same } = byVerdict
  // The same are mostly equal numbers, in the order that they should have.
  const isOrdered = same.every(({ difference }) => difference === 0)
  return missing.concat(largestFirst(changed, sorted), added, isOrdered ? same : bySize(same))
}

/** Whether a change is a reason for exit code 7. */
export const isRegression = ({ verdict }: Pick<Change, 'verdict'>): boolean =>
  verdict === 'changed' || verdict === 'missing'

/** To find which the largest are takes a quarter of the time that it takes to sort all. */
function largestFirst(changes: readonly Change[], count: number): Change[] {
  if (count >= changes.length) return bySize(changes)
  if (count < 1) return [...changes]
  const sizes = new Float64Array(changes.length)
  for (let place = 0; place < changes.length; place += 1) sizes[place] = sizeOf(changes[place]!)
  const least = sizes.slice().sort()[changes.length - count]!
  const largest: Change[] = []
  const others: Change[] = []
  for (let place = 0; place < changes.length; place += 1) {
    const part = sizes[place]! >= least ? largest : others
    part.push(changes[place]!)
  }
  return bySize(largest).concat(others)
}

/**
 * The larger one first, equals as they come. Numbers alone are sorted natively, in half of the time that a comparison
 * function takes in a process that has just begun; each size then leads to its changes.
 */
function bySize(changes: readonly Change[]): Change[] {
  const sizes = Float64Array.from(changes, sizeOf)
  const firstOf = new Map<number, number>()
  const nextOf = new Int32Array(changes.length)
  for (let place = changes.length - 1; place >= 0; place -= 1) {
    const size = sizes[place]!
    nextOf[place] = firstOf.get(size) ?? -1
    firstOf.set(size, place)
  }
  sizes.sort()
  const ordered: Change[] = []
  for (let rank = sizes.length - 1; rank >= 0; rank -= 1) {
    if (sizes[rank] === sizes[rank + 1]) continue
    for (let place = firstOf.get(sizes[rank]!)!; place >= 0; place = nextOf[place]!)
      ordered.push(changes[place]!)
  }
  return ordered
}

/** The rows of one key; at least one is there. No tuple: to take thousands apart costs more than to compare them. */
interface Pair {
  base: ComparedRow | null
  next: ComparedRow | null
  point: string
}

function pairRows(base: readonly ComparedRow[], next: readonly ComparedRow[]): Pair[] {
  const unpaired = new Map<string, Pair>()
  const pairs = base.map((row): Pair => {
    const point = pointName(row)
    const pair = { base: row, next: null, point }
    unpaired.set(`${point} ${row.alter_number} ${row.row_number}`, pair)
    return pair
  })
  for (const row of next) {
    const point = pointName(row)
    const key = `${point} ${row.alter_number} ${row.row_number}`
    const pair = unpaired.get(key)
    if (pair === undefined) pairs.push({ base: null, next: row, point })
    else {
      pair.next = row
      unpaired.delete(key)
    }
  }
  return pairs
}

/** Null where neither job has the measurement here. */
function compareValue(measurement: string, { base, next, point }: Pair, tolerance: Tolerance): Change | null {
  const before = base === null ? undefined : valueIn(base.measurements, measurement)
  const after = next === null ? undefined : valueIn(next.measurements, measurement)
  if (before === undefined && after === undefined) return null
  const row = (base ?? next)!
  const difference = typeof before === 'number' && typeof after === 'number' ? after - before : null
  return {
    measurement,
    point,
    base: before ?? null,
    new: after ?? null,
    difference,
    percent: difference === null ? null : percentOf(difference, before!),
    verdict: judge(before, after, tolerance),
    alter_number: row.alter_number,
    row_number: row.row_number,
    base_failed: before === null ? failedText(base!, measurement) : null,
    new_failed: after === null ? failedText(next!, measurement) : null,
  }
}

/**
 * Undefined where the measurement is absent; null where it failed. By the kind of what is found, which is faster than
 * to ask first: a measurement may be called `constructor`, but what every object has is neither number nor null.
 */
function valueIn(measurements: Result['measurements'], name: string): number | null | undefined {
  const value = measurements[name]
  return typeof value === 'number' || value === null ? value : undefined
}

const failedText = ({ failed }: ComparedRow, name: string): string | null =>
  Object.hasOwn(failed, name) ? failed[name]! : null

function percentOf(difference: number, base: number): number | null {
  if (difference === 0) return 0
  return base === 0 ? null : (difference / Math.abs(base)) * 100
}

function judge(
  before: number | null | undefined,
  after: number | null | undefined,
  tolerance: Tolerance,
): ChangeVerdict {
  if (before === after) return 'same'
  if (after === undefined) return 'missing'
  if (before === undefined) return 'new'
  if (before === null || after === null) return 'changed'
  return isWithin(before, after, tolerance) ? 'same' : 'changed'
}

/**
 * Without a tolerance only equal numbers are the same. With one, what the subtraction rounds is on the value's side:
 * 1.01 is within 1 % of 1, though 1.01 − 1 is more than 0.01 in binary.
 */
function isWithin(before: number, after: number, { relative, absolute }: Tolerance): boolean {
  if (relative === null && absolute === null) return false
  const size = Math.abs(after - before)
  const rounding = 2 * Number.EPSILON * Math.max(Math.abs(before), Math.abs(after))
  return (
    (relative !== null && before !== 0 && relative > 0 && size <= relative * Math.abs(before) + rounding) ||
    (absolute !== null && absolute > 0 && size <= absolute + rounding)
  )
}

/** A change that has no percentage is larger than any that has one. */
function sizeOf({ verdict, percent }: Change): number {
  return verdict === 'changed' && percent === null ? Infinity : Math.abs(percent ?? 0)
}
