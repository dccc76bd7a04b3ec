import type { PvtPoint } from './point.ts'
import type { Provenance } from './provenance.ts'

export type ResultStatus = 'ok' | 'failed'

/** What was measured at one point and sweep row: a row of the table `results`, with its JSON columns parsed. */
export type Result = PvtPoint &
  Provenance & {
    alter_number: number
    row_number: number
    sweep: Record<string, number | string>
    measurements: Record<string, number | null>
    failed: Record<string, string>
    status: ResultStatus
    netlist_path: string | null
    /** Set where the row's file has fewer values than names, and no other one tells the row soundly. */
    doubtful?: true
  }

/** `ok` when every measurement has a value. */
export const resultStatus = (failed: Record<string, string>): ResultStatus =>
  Object.keys(failed).length === 0 ? 'ok' : 'failed'

/** Measurement names of all rows, in the order in which the rows bring them. */
export function measurementNames(results: readonly Pick<Result, 'measurements'>[]): string[] {
  const names = new Set<string>()
  for (const { measurements } of results) for (const name of Object.keys(measurements)) names.add(name)
  return [...names]
}

/** Sweep variables of all rows, in order. */
export function sweepNames(results: readonly Pick<Result, 'sweep'>[]): string[] {
  const names = new Set<string>()
  for (const { sweep } of results) for (const name of Object.keys(sweep)) names.add(name)
  return [...names]
}
