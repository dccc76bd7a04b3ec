import { resultSources, type ResultSource } from '../domain/measurement.ts'
import { pointName } from '../domain/point.ts'
import { type Result, resultStatus } from '../domain/result.ts'
import type { SourceRow } from './read-sources.ts'

/** Two sources that tell different values for one measurement of one point. */
export interface Disagreement {
  point: string
  alter_number: number
  row_number: number
  measurement: string
  sources: Partial<Record<ResultSource, number | null>>
  /** The file of each source. */
  files: Partial<Record<ResultSource, string>>
}

export interface Merged {
  results: Result[]
  disagreements: Disagreement[]
}

/**
 * Makes one result of all rows of one point, alter and row number: the rawest source wins, the others are compared
 * with it. Rows of one file with the same key are numbered in file order.
 */
export function mergeSources(rows: readonly SourceRow[]): Merged {
  const merged: Merged = { results: [], disagreements: [] }
  for (const group of groupByKey(rows).values()) {
    const [rawest, ...others] = group
    const result = toResult(rawest!)
    merged.results.push(result)
    merged.disagreements.push(...disagreements(result, others.map(toResult)))
  }
  return merged
}

type NumberedRow = SourceRow & { row_number: number }

/** The key under which a result is stored, within its job. */
export const resultKey = (
  result: Pick<Result, 'alter_number' | 'row_number'> & Parameters<typeof pointName>[0],
): string => `${pointName(result)} ${result.alter_number} ${result.row_number}`

function groupByKey(rows: readonly SourceRow[]): Map<string, NumberedRow[]> {
  const counts = new Map<string, number>()
  const groups = new Map<string, NumberedRow[]>()
  for (const row of rows) {
    const place = `${row.source} ${pointName(row.point)} ${row.alter_number}`
    const row_number = (counts.get(place) ?? 0) + 1
    counts.set(place, row_number)
    const key = resultKey({ ...row.point, alter_number: row.alter_number, row_number })
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ ...row, row_number }])
    else group.push({ ...row, row_number })
  }
  for (const group of groups.values()) group.sort((a, b) => rank(a.source) - rank(b.source))
  return groups
}

/** 0 for the rawest source. */
export const rank = (source: ResultSource): number => resultSources.indexOf(source)

function toResult(row: NumberedRow): Result {
  return {
    ...row.point,
    alter_number: row.alter_number,
    row_number: row.row_number,
    sweep: row.sweep,
    measurements: row.measurements,
    failed: row.failed,
    status: resultStatus(row.failed),
    source: row.source,
    netlist_path: row.netlist,
    mt0_file_path: row.file,
  }
}

/**
 * Where other sources tell another number than `result`, as numbers. A measurement that a source does not have is no
 * disagreement: the flow's extraction cuts rows after 102 columns.
 */
export function disagreements(result: Result, others: readonly Result[]): Disagreement[] {
  const found: Disagreement[] = []
  for (const [measurement, value] of Object.entries(result.measurements)) {
    const different = others.filter(
      (other) => Object.hasOwn(other.measurements, measurement) && other.measurements[measurement] !== value,
    )
    if (different.length === 0) continue
    const told = [result, ...others].filter((other) => Object.hasOwn(other.measurements, measurement))
    found.push({
      point: pointName(result),
      alter_number: result.alter_number,
      row_number: result.row_number,
      measurement,
      sources: Object.fromEntries(told.map((other) => [other.source, other.measurements[measurement]!])),
      files: Object.fromEntries(told.map((other) => [other.source, other.mt0_file_path])),
    })
  }
  return found
}
