import { judgeMargin, type Limit, margin, marginPercent } from './limit.ts'
import { nameMatcher } from './point-filter.ts'
import { type PvtPoint, pointName } from './point.ts'
import type { Result } from './result.ts'
import { isInForce, type Waiver } from './waiver.ts'

/**
 * What a limit, or a whole job, comes to. The worst counts, in this order: `fail` a value violates its limit;
 * `incomplete` no such value, but one is missing; `waived` there would be one of both, and every one is waived;
 * `near` a value is close to its limit; `pass`.
 */
export const verdicts = ['pass', 'near', 'waived', 'incomplete', 'fail'] as const
export type Verdict = (typeof verdicts)[number]

/** A value that a limit is about, or the place where it should be. */
export interface CheckedValue {
  point: string
  /** Null for an expected point without a row. */
  alter_number: number | null
  row_number: number | null
  /** Null when it is missing: no row, no such measurement in the row, or a text in its place. */
  value: number | null
  margin: number | null
  margin_percent: number | null
  verdict: 'pass' | 'near' | 'fail' | 'missing'
  /** The waiver that accepts it, for `fail` and `missing`. */
  waiver: Waiver | null
}

/** A limit with all that was found about it. */
export interface LimitCheck {
  limit: Limit
  /**
   * Every row, then every expected point without a row, each in flow order: all that a page needs to draw it. Found
   * anew at each call: those of 10,000 limits over 488 points would take 1.5 GB.
   */
  values: () => CheckedValue[]
  /** The value with the smallest margin, waived or not; of equals the first in flow order. */
  worst: CheckedValue | null
  /** Values that violate the limit, waived ones included. */
  failing: number
  /** Values that are close to the limit. */
  near: number
  /** Values that are numbers. */
  count: number
  /** Values that should be there: one a row, and one for each expected point without a row. Null: not known. */
  expected: number | null
  /** Rows without the value, and expected points without a row; waived ones included. */
  missing: number
  /** How many of the failing and missing ones are waived. */
  waived: number
  /** The waivers that accept them. */
  waivers: Waiver[]
  verdict: Verdict
}

export interface CheckedJob {
  /** In flow order. */
  results: readonly Result[]
  /** The expected points, in flow order; null where they are not known. */
  expected: readonly PvtPoint[] | null
}

/**
 * Holds results against limits, a check a limit, in their order. Every row of a sweep counts. A value that failed or
 * is absent is never a pass, and neither is a limit that no value was found for. `now` decides which waivers count.
 */
export function checkLimits(
  limits: readonly Limit[],
  job: CheckedJob,
  waivers: readonly Waiver[],
  now: string,
): LimitCheck[] {
  const inForce = waivers.filter((waiver) => isInForce(waiver, now))
  const points = job.results.map(pointName)
  const missingPoints = pointsWithoutRow(job)
  return limits.map((limit) => {
    const matches = limit.point === null ? null : nameMatcher([limit.point])
    const findWaiver = waiverFinder(inForce.filter(({ measurement }) => measurement === limit.measurement))
    const findValues = (): CheckedValue[] => {
      const values: CheckedValue[] = []
      for (const [index, point] of points.entries()) {
        if (matches === null || matches(point))
          values.push(checkRow(job.results[index]!, point, limit, findWaiver))
      }
      for (const point of missingPoints) {
        if (matches === null || matches(point)) values.push(missingAt(point, null, null, findWaiver))
      }
      return values
    }
    return toCheck(limit, findValues, job.expected !== null)
  })
}

/** The worst verdict of all; `incomplete` for none, because nothing was checked. */
export function overallVerdict(checks: readonly Pick<LimitCheck, 'verdict'>[]): Verdict {
  if (checks.length === 0) return 'incomplete'
  return verdicts.findLast((verdict) => checks.some((check) => check.verdict === verdict))!
}

/** Whether a verdict is a reason for exit code 7. */
export const isFinding = (verdict: Verdict): boolean => verdict === 'fail' || verdict === 'incomplete'

function pointsWithoutRow({ results, expected }: CheckedJob): string[] {
  const delivered = new Set(results.map(pointName))
  return (expected ?? []).map(pointName).filter((name) => !delivered.has(name))
}

type FindWaiver = (point: string) => Waiver | null

/** Called for every value of a job: each object is written out, for copying one took half of the time. */
function checkRow(row: Result, point: string, limit: Limit, findWaiver: FindWaiver): CheckedValue {
  const { alter_number, row_number, measurements } = row
  const value = Object.hasOwn(measurements, limit.measurement) ? measurements[limit.measurement]! : null
  if (value === null) return missingAt(point, alter_number, row_number, findWaiver)
  const left = margin(value, limit)
  const percent = marginPercent(left, limit)
  const verdict = judgeMargin(left, percent, limit)
  const waiver = verdict === 'fail' ? findWaiver(point) : null
  return { point, alter_number, row_number, value, margin: left, margin_percent: percent, verdict, waiver }
}

function missingAt(
  point: string,
  alter_number: number | null,
  row_number: number | null,
  findWaiver: FindWaiver,
): CheckedValue {
  return {
    point,
    alter_number,
    row_number,
    value: null,
    margin: null,
    margin_percent: null,
    verdict: 'missing',
    waiver: findWaiver(point),
  }
}

function waiverFinder(waivers: readonly Waiver[]): FindWaiver {
  const matchers = waivers.map((waiver) => ({
    waiver,
    matches: waiver.point === null ? () => true : nameMatcher([waiver.point]),
  }))
  return (point) => matchers.find(({ matches }) => matches(point))?.waiver ?? null
}

function toCheck(limit: Limit, findValues: () => CheckedValue[], expectedIsKnown: boolean): LimitCheck {
  const values = findValues()
  const those = (verdict: CheckedValue['verdict']): CheckedValue[] =>
    values.filter((value) => value.verdict === verdict)
  const [failing, missing, near] = [those('fail'), those('missing'), those('near')]
  const accepted = [...failing, ...missing].filter(({ waiver }) => waiver !== null)
  const isOpen = ({ waiver }: CheckedValue): boolean => waiver === null
  const verdict = (): Verdict => {
    if (failing.some(isOpen)) return 'fail'
    if (missing.some(isOpen) || values.length === 0) return 'incomplete'
    if (accepted.length > 0) return 'waived'
    return near.length > 0 ? 'near' : 'pass'
  }
  return {
    limit,
    values: findValues,
    worst: worstOf(values),
    failing: failing.length,
    near: near.length,
    count: values.length - missing.length,
    expected: expectedIsKnown ? values.length : null,
    missing: missing.length,
    waived: accepted.length,
    waivers: [...new Set(accepted.map(({ waiver }) => waiver!))],
    verdict: verdict(),
  }
}

function worstOf(values: readonly CheckedValue[]): CheckedValue | null {
  let worst: CheckedValue | null = null
  for (const value of values) {
    if (value.margin !== null && (worst === null || value.margin < worst.margin!)) worst = value
  }
  return worst
}
