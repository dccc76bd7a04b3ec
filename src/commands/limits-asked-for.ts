import type { CheckedJob } from '../domain/check-limits.ts'
import type { Limit } from '../domain/limit.ts'
import { nameMatcher, type ResultFilter } from '../domain/point-filter.ts'
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
  return limits.filter(({ measurement, point }) => {
    if (!isWanted(measurement)) return false
    return hasPoint(filtered, point) || !hasPoint(all, point)
  })
}

function hasPoint({ results, expected }: CheckedJob, glob: string | null): boolean {
  const matches = glob === null ? () => true : nameMatcher([glob])
  return [...results, ...(expected ?? [])].some((point) => matches(pointName(point)))
}
