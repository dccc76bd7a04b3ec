import { pointName } from './point.ts'
import type { Result } from './result.ts'

export interface SortOrder {
  /** A measurement, a sweep variable, or a column of the result. */
  column: string
  descending: boolean
}

/** Sorts results by a column. What has no value stands last, whatever the direction; equals keep their order. */
export function sortResults<Row extends Result>(
  results: readonly Row[],
  { column, descending }: SortOrder,
): Row[] {
  const keyed = results.map((result) => ({ result, key: keyOf(result, column) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
    const order = compare(a.key, b.key)
    return descending ? -order : order
  })
  return keyed.map(({ result }) => result)
}

function keyOf(result: Result, column: string): string | number | null {
  if (Object.hasOwn(result.measurements, column)) return result.measurements[column]!
  if (Object.hasOwn(result.sweep, column)) return result.sweep[column]!
  if (column === 'point') return pointName(result)
  // Degrees, not names: m40 stands before 85.
  if (column === 'temperature') return result.temperature_c
  const value: unknown = Reflect.get(result, column)
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

/** Numbers before texts, numbers by value, texts by code unit. */
function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
