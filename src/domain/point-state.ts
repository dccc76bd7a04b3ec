import type { Attempt, AttemptState } from './attempt.ts'
import { inFlowOrder } from './flow-order.ts'
import { groupBy } from './group-by.ts'
import { distinctPoints, parseTemperature, type PvtPoint, pointName } from './point.ts'
import type { Result, ResultStatus } from './result.ts'

/** What became of a point: `expected` is one of which nothing was seen yet. */
export type PointProgress = AttemptState | 'expected'

/** A value that another simulation of the same point gave otherwise; null for none. */
export interface ChangedValue {
  measurement: string
  /** The simulation that gave `after`. */
  attempt: number
  before: number | null
  after: number | null
}

/** A point with what its simulations came to and what of them is stored. */
export type PointState = PvtPoint & {
  /** Of the newest simulation; null where nobody saw one and it is not to come any more. */
  state: PointProgress | null
  /** How many simulations of it were seen. */
  attempts: number
  /** Of the newest simulation: see Attempt. */
  farm_id: string | null
  checked: string | null
  started_at_local: string | null
  elapsed_seconds: number | null
  /** What is stored of it; `missing` once the job has ended without it, null while it may yet come. */
  result: ResultStatus | 'missing' | null
  /** Which values changed from one simulation to the next. */
  changed: ChangedValue[]
  /** The texts that stand in place of numbers: in the stored result, else in the newest simulation. */
  failed: Record<string, string>
}

/** What is known of a job's points. */
export interface SeenPoints {
  /** In flow order. */
  expected: readonly PvtPoint[]
  /** Those of a point by number. */
  attempts: readonly Attempt[]
  /** One or more of a point. */
  results: readonly (PvtPoint & Pick<Result, 'status' | 'failed'>)[]
  /** Whether the job has ended. */
  ended: boolean
}

/**
 * The state of every expected point, in flow order, and of those that were seen although nobody expected them, behind.
 * Where the job has results or has ended, and no simulation of it was seen, it was not followed: the state is null.
 */
export function pointStates({ expected, attempts, results, ended }: SeenPoints): PointState[] {
  const simulated = groupBy(attempts.flatMap(toPlaced), pointName)
  const stored = groupBy(results, pointName)
  const seen = distinctPoints<PvtPoint>([...expected, ...[...simulated.values(), ...stored.values()].flat()])
  const isOver = ended && attempts.length === 0
  return inFlowOrder(seen, (point) => point, expected).map((point) => {
    const name = pointName(point)
    const rows = stored.get(name) ?? []
    const own = simulated.get(name) ?? []
    const newest = own.at(-1)
    const { corner, extraction, temperature, temperature_c, voltage_combo } = point
    return {
      ...{ corner, extraction, temperature, temperature_c, voltage_combo },
      state: newest?.state ?? (rows.length > 0 || isOver ? null : 'expected'),
      attempts: own.length,
      farm_id: newest?.farm_id ?? null,
      checked: newest?.checked ?? null,
      elapsed_seconds: newest?.elapsed_seconds ?? null,
      started_at_local: newest?.started_at_local ?? null,
      result: resultOf(rows, ended),
      changed: changedValues(own),
      failed: rows.length > 0 ? failedTexts(rows) : { ...newest?.failed },
    }
  })
}

/** Whether somebody should look at it: the newest simulation failed, or what is stored is not whole. */
export const isFailedPoint = ({ state, result }: Pick<PointState, 'state' | 'result'>): boolean =>
  state === 'failed' || result === 'failed' || result === 'missing'

/** A simulation with its place among the points; none for a temperature that is not one. */
export function toPlaced(attempt: Attempt): (PvtPoint & Attempt)[] {
  const { corner, extraction, temperature, ...rest } = attempt
  const temperature_c = parseTemperature(temperature)
  return temperature_c === null ? [] : [{ corner, extraction, temperature, temperature_c, ...rest }]
}

function resultOf(rows: readonly Pick<Result, 'status'>[], ended: boolean): ResultStatus | 'missing' | null {
  if (rows.length === 0) return ended ? 'missing' : null
  return rows.some(({ status }) => status === 'failed') ? 'failed' : 'ok'
}

/** Of several rows of a point the first text of each measurement. */
const failedTexts = (rows: readonly Pick<Result, 'failed'>[]): Record<string, string> =>
  Object.fromEntries(rows.flatMap(({ failed }) => Object.entries(failed)).reverse())

/**
 * What changed between simulations of a point that measured something, each compared with the one before it. A value
 * that one of them does not have is null there. The order is that of the simulations, then of their measurements.
 */
export function changedValues(
  attempts: readonly Pick<Attempt, 'attempt' | 'measurements'>[],
): ChangedValue[] {
  const measured = attempts.flatMap(({ attempt, measurements }) =>
    measurements === null ? [] : [{ attempt, measurements: new Map(Object.entries(measurements)) }],
  )
  return measured.slice(1).flatMap(({ attempt, measurements }, index) => {
    const earlier = measured[index]!.measurements
    return [...new Set([...measurements.keys(), ...earlier.keys()])].flatMap((measurement) => {
      const before = earlier.get(measurement) ?? null
      const after = measurements.get(measurement) ?? null
      return before === after ? [] : [{ measurement, attempt, before, after }]
    })
  })
}
