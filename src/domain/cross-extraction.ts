import { type PvtPoint, pointName } from './point.ts'

/**
 * The expected points with the names that this run's scripts gave the extractions of the cross corners: older scripts
 * wrote `rcworst_CCworst_T` where newer ones write `cworst_CCworst_T`, and config.cfg tells neither. A name that was
 * delivered as expected stays.
 */
export function withDeliveredExtractions(
  expected: readonly PvtPoint[],
  delivered: readonly PvtPoint[],
): readonly PvtPoint[] {
  const expectedNames = crossNames(expected)
  const deliveredNames = crossNames(delivered)
  const others = deliveredNames.filter((name) => !expectedNames.includes(name))
  const renamed = new Map(
    expectedNames
      .filter((name) => !deliveredNames.includes(name))
      .flatMap((name) => {
        const other = others.find((candidate) => kindOf(candidate) === kindOf(name))
        return other === undefined ? [] : [[name, other] as const]
      }),
  )
  if (renamed.size === 0) return expected
  const points = expected.map((point) => ({
    ...point,
    extraction: renamed.get(point.extraction) ?? point.extraction,
  }))
  // A run of other corners is another configuration, whatever its names.
  const names = new Set(points.map(pointName))
  return delivered.every((point) => names.has(pointName(point))) ? points : expected
}

function crossNames(points: readonly PvtPoint[]): string[] {
  const names = new Set<string>()
  for (const { extraction } of points) if (extraction !== 'typical') names.add(extraction)
  return [...names]
}

/** Which end of the parasitics an extraction's name tells: whatever the scripts call it. */
export const kindOf = (extraction: string): 'worst' | 'best' | null =>
  extraction.includes('worst') ? 'worst' : extraction.includes('best') ? 'best' : null
