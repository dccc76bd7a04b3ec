import { withDeliveredExtractions } from '../domain/cross-extraction.ts'
import { inFlowOrder } from '../domain/flow-order.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'

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
  return inFlowOrder([...byName.values()], (point) => point, [])
}
