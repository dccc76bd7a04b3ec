import { type PvtPoint, pointName } from './point.ts'
import type { Result } from './result.ts'

/** The simulation counts of a job (architecture.md, "Data"). */
export interface Tally {
  /** Points with a row and no failed measurement. */
  successful: number
  /** Points with a failed measurement, and, once the job has ended, expected points without a row. */
  failed: number
  /** Points with a row. */
  stored: number
  /** Expected points without a row. */
  missing: PvtPoint[]
}

/** Counts from the rows of a job; `ended`: nothing more will come of the missing points. */
export function tally(
  expected: readonly PvtPoint[],
  results: readonly Pick<Result, 'status' | keyof PvtPoint>[],
  ended: boolean,
): Tally {
  const names = new Set(results.map(pointName))
  const missing = expected.filter((point) => !names.has(pointName(point)))
  return tallyOf(results, { stored: names.size, missing }, ended)
}

/** The same where it is known how many points have a row, and which expected ones have none. */
export function tallyOf(
  results: readonly Pick<Result, 'status' | keyof PvtPoint>[],
  { stored, missing }: Pick<Tally, 'stored' | 'missing'>,
  ended: boolean,
): Tally {
  const unsound = new Set<string>()
  for (const result of results) if (result.status !== 'ok') unsound.add(pointName(result))
  return {
    successful: stored - unsound.size,
    failed: unsound.size + (ended ? missing.length : 0),
    stored,
    missing,
  }
}
