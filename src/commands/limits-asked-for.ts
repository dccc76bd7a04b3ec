import type { CheckedJob } from '../domain/check-limits.ts'
import type { Limit } from '../domain/limit.ts'
import { isForAllPoints, nameMatcher, type ResultFilter } from '../domain/point-filter.ts'
import { pointName } from '../domain/point.ts'

/**
 * The limits that are about what a filter leaves of a job. One whose points were all filtered out has nothing to say;
 * one that no point of the job matches stays, because it checks nothing.
 */
export function limitsAskedFor(
  limits: readonly Limit[],
  all: CheckedJob,
  filtered: CheckedJob,
  filter: ResultFilter,
): Limit[] {
  const isWanted = nameMatcher(filter.measure)
  const wanted = limits.filter(({ measurement }) => isWanted(measurement))
  if (isForAllPoints(filter)) return wanted
  const [left, known] = [pointsOf(filtered), pointsOf(all)]
  return wanted.filter(({ point }) => {
    const matches = nameMatcher(point === null ? [] : [point])
    return left.some(matches) || !known.some(matches)
  })
}

const pointsOf = ({ results, expected }: CheckedJob): string[] => [
  ...new Set([...results, ...(expected ?? [])].map(pointName)),
]
