import type { LimitCheck, Verdict } from './check-limits.ts'
import type { Result } from './result.ts'

/**
 * Measurements, the one to look at first in front: with violated limits, then with missing or failed values, waived
 * ones, near ones, those that hold, and those without a limit. Of equals the one with the smallest margin in percent,
 * then the one with more failed values; else they keep their order.
 */
export function worstFirst(
  measurements: readonly string[],
  results: readonly Pick<Result, 'failed'>[],
  checks: readonly Pick<LimitCheck, 'limit' | 'verdict' | 'worst'>[],
): string[] {
  const failed = new Map<string, number>()
  for (const row of results) {
    for (const name of Object.keys(row.failed)) failed.set(name, (failed.get(name) ?? 0) + 1)
  }
  const places = measurements.map((name) => {
    const ofName = checks.filter(({ limit }) => limit.measurement === name)
    const count = failed.get(name) ?? 0
    const unjudged = count > 0 ? 'incomplete' : 'unjudged'
    const ranks = ofName.map(({ verdict }) => order.indexOf(verdict))
    const margins = ofName.map(({ worst }) => worst?.margin_percent ?? Infinity)
    return {
      name,
      failed: count,
      rank: ofName.length === 0 ? order.indexOf(unjudged) : Math.min(...ranks),
      margin: Math.min(Infinity, ...margins),
    }
  })
  return places
    .sort((a, b) => a.rank - b.rank || compareMargins(a.margin, b.margin) || b.failed - a.failed)
    .map(({ name }) => name)
}

const order: readonly (Verdict | 'unjudged')[] = ['fail', 'incomplete', 'waived', 'near', 'pass', 'unjudged']

/** Infinity less infinity would be no number. */
const compareMargins = (a: number, b: number): number => (a === b ? 0 : a - b)
