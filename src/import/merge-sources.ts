import { combine, type Disagreement, disagreements } from '../domain/combine-results.ts'
import type { MeasuredRow } from '../domain/measurement.ts'
import { pointName } from '../domain/point.ts'
import {
  joinOtherSources,
  noMeasurementSources,
  noOtherSources,
  type OtherSource,
  rank as rawestFirst,
  type Rank,
  rankOf,
} from '../domain/provenance.ts'
import { type Result, resultStatus } from '../domain/result.ts'
import { lackingIn, tellingOf, toOtherSource } from '../domain/telling.ts'
import type { SourceRow } from './read-sources.ts'
import { RowNumbers } from './row-numbers.ts'

export interface Merged {
  results: Result[]
  disagreements: Disagreement[]
  /** What the sources tell of each result, the winner's first; left out where each is from one source. */
  tellings?: (readonly Result[])[]
}

/**
 * Makes one result of all rows of one point, alter and row number: the source of the lowest rank wins, the others are
 * compared with it, and what only they tell is added with its own provenance. Rows of one file with the same key are
 * numbered in file order; `numbers` knows the rows that could not be read.
 */
export function mergeSources(
  rows: readonly SourceRow[],
  rank: Rank = rawestFirst,
  numbers: RowNumbers = new RowNumbers(),
): Merged {
  const merged: Merged = { results: [], disagreements: [], tellings: [] }
  for (const group of groupByKey(rows, numbers).values()) mergeRow(group, rank, merged)
  return merged
}

/**
 * Merges the tellings of one row by several sources into `merged`. Of the tellings themselves only what each was told
 * counts afterwards: the winner's may be the result.
 */
export function mergeRow(tellings: Result[], rank: Rank, merged: Merged): void {
  merged.tellings?.push(tellings)
  if (tellings.length === 1) {
    merged.results.push(tellings[0]!)
    return
  }
  sortByRank(tellings, rank)
  const [winner, ...others] = tellings as [Result, ...Result[]]
  if (others.every((other) => tellsTheSame(winner, other))) {
    const told = others.map((other) => asAgreeing(other, winner))
    merged.results.push(
      Object.assign(winner, { other_sources: joinOtherSources(winner.other_sources, told) }),
    )
    return
  }
  const combining = { rank, newer: 'winner', loserImport: null } as const
  const combined = others.reduce((result, other) => combine(result, other, combining), winner)
  const other_sources = joinOtherSources(
    winner.other_sources,
    others.map((other) => toOtherSource(tellingOf(other, null), { ...combined, import_id: null })),
  )
  merged.results.push(Object.assign(combined, { other_sources }))
  for (const disagreement of disagreements(winner, others)) merged.disagreements.push(disagreement)
}

/** Mostly two of two sources: sorting them costs more than to see that they stand right. */
function sortByRank(tellings: Result[], rank: Rank): void {
  const ranks = tellings.map((telling) => rankOf(telling, rank))
  if (ranks.some((one, index) => one > (ranks[index + 1] ?? one)))
    tellings.sort((a, b) => rankOf(a, rank) - rankOf(b, rank))
}

/** Whether another source tells nothing but what the winner does, as nearly all do: one look at each value. */
function tellsTheSame(winner: Result, other: Result): boolean {
  if (winner.measurement_sources !== noMeasurementSources) return false
  const { measurements } = winner
  // A name of the prototype gives what is no value.
  for (const name in other.measurements) if (measurements[name] !== other.measurements[name]) return false
  return true
}

function asAgreeing(
  { source, mt0_file_path, source_line, measurements, doubtful }: Result,
  winner: Result,
): OtherSource {
  const agreeing: OtherSource = { source, file: mt0_file_path, line: source_line, agrees: true }
  const told = doubtful === true ? { ...agreeing, doubtful } : agreeing
  const isWhole = Object.keys(measurements).length === Object.keys(winner.measurements).length
  return isWhole ? told : { ...told, lacks: lackingIn(measurements, winner) }
}

/** The key under which a result is stored, within its job. */
export const resultKey = (
  result: Pick<Result, 'alter_number' | 'row_number'> & Parameters<typeof pointName>[0],
): string => `${pointName(result)} ${result.alter_number} ${result.row_number}`

/** The tellings of each row, by its key. */
export function groupByKey(rows: readonly SourceRow[], numbers: RowNumbers): Map<string, Result[]> {
  const groups = new Map<string, Result[]>()
  for (const row of rows) {
    const name = pointName(row.point)
    const result = toResult(row, numbers.next(row, row, name))
    const key = `${name} ${row.alter_number} ${result.row_number}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [result])
    else group.push(result)
  }
  return groups
}

export const toResult = (row: SourceRow, row_number: number): Result => measuredResult(row, row, row_number)

/** A row of a file as a result. */
export function measuredResult(
  row: MeasuredRow,
  { point, source, file, netlist }: Pick<SourceRow, 'point' | 'source' | 'file' | 'netlist'>,
  row_number: number,
): Result {
  const { corner, extraction, temperature, temperature_c, voltage_combo } = point
  const result: Result = {
    corner,
    extraction,
    temperature,
    temperature_c,
    voltage_combo,
    alter_number: row.alter_number,
    row_number,
    sweep: row.sweep,
    measurements: row.measurements,
    failed: row.failed,
    status: resultStatus(row.failed),
    source,
    netlist_path: netlist,
    mt0_file_path: file,
    source_line: row.line,
    other_sources: noOtherSources,
    measurement_sources: noMeasurementSources,
  }
  return row.doubtful === true ? Object.assign(result, { doubtful: true } as const) : result
}
