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

export function tally(
  expected: readonly PvtPoint[],
  results: readonly Pick<Result, 'status' | keyof PvtPoint>[],
  ended: boolean,
): Tally {
  const sound = new Map<string, boolean>()
  for (const result of results) {
    const name = pointName(result)
    sound.set(name, (sound.get(name) ?? true) && result.status === 'ok')
  }
  const missing = expected.filter((point) => !sound.has(pointName(point)))
  const successful = [...sound.values()].filter(Boolean).length
  return {
    successful,
    failed: sound.size - successful + (ended ? missing.length : 0),
    stored: sound.size,
    missing,
  }
}
