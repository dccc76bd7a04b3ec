import { withDeliveredExtractions } from '../domain/cross-extraction.ts'
import { compareFlowOrder } from '../domain/flow-order.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'

/**
 * The points to expect of a job: those that are known, or else what a whole run attempted; `known` itself when all
 * stays. Only reports and measure files tell what was attempted, one of each a point; creport.txt alone, which holds
 * only the delivered ones, leaves the expectation unknown.
 */
export function expectedPoints(
  known: readonly PvtPoint[],
  attempted: readonly PvtPoint[],
  delivered: readonly PvtPoint[],
  wholeRun: boolean,
): readonly PvtPoint[] {
  if (known.length > 0) return withDeliveredExtractions(known, [...attempted, ...delivered])
  if (!wholeRun || attempted.length === 0) return known
  const byName = new Map(attempted.map((point) => [pointName(point), point]))
  return [...byName.values()].sort(compareFlowOrder)
}

export interface Coverage {
  /** Expected points without a result; null where the expected points can't be known. */
  missing: PvtPoint[] | null
  /** Points with a result that are not expected. */
  unexpected: PvtPoint[]
}

/** `stored`: every point that has a result, by its name. */
export function coverage(expected: readonly PvtPoint[], stored: ReadonlyMap<string, PvtPoint>): Coverage {
  if (expected.length === 0) return { missing: null, unexpected: [] }
  const wanted = new Set(expected.map(pointName))
  return {
    missing: expected.filter((point) => !stored.has(pointName(point))),
    unexpected: [...stored].filter(([name]) => !wanted.has(name)).map(([, point]) => point),
  }
}

/** Delivered points that nobody expected: the configuration is another one, or the job is. */
export function unexpectedProblem(path: string, unexpected: readonly PvtPoint[]): FileProblem[] {
  const [first] = unexpected
  if (first === undefined) return []
  const count = unexpected.length === 1 ? '1 point is' : `${unexpected.length} points are`
  const message = `${count} not among the job's expected ones, for example ${pointName(first)}: is it another configuration's run?`
  return [{ file: path, line: null, level: 'warning', message }]
}
