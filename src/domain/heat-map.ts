import type { CheckedValue, LimitCheck } from './check-limits.ts'
import { groupBy } from './group-by.ts'
import { distinctPoints, type PvtPoint, pointName } from './point.ts'
import type { Result } from './result.ts'

/** What one point comes to for one measurement. */
export interface HeatCell {
  /**
   * The worst of its rows: `fail` violates a limit; `failed` a text stands in place of a value; `missing` there is no
   * row, or no such measurement in one; `near` and `pass` by the limits; `value` no limit is about it.
   */
  state: 'fail' | 'failed' | 'missing' | 'near' | 'pass' | 'value'
  /** The value with the smallest margin; without a limit the one of largest size. Null for `failed` and `missing`. */
  value: number | null
  margin: number | null
  margin_percent: number | null
  /** What stood in place of the value, for `failed`. */
  text: string | null
  /** Whether everything that is wrong here is waived. */
  waived: boolean
  /** Where the cell stands on its map's scale, from 0 to 1; null where it has no place. */
  share: number | null
}

/** A measurement over corner and temperature (down) and extraction and voltage (across). */
export interface HeatMap {
  measurement: string
  groups: { extraction: string; voltages: string[] }[]
  /** The cells of a row in the order of the groups' voltages; null where no point is expected. */
  rows: { corner: string; temperature_c: number; cells: (HeatCell | null)[] }[]
  /** What the scale goes over: margins in percent or in the measurement's unit, or, without a limit, values. */
  scale: { of: 'margin_percent' | 'margin' | 'value'; low: number; high: number } | null
}

/**
 * A map of each measurement, in the order of the names. `points` (in flow order) are those expected or delivered;
 * several rows of a point (a sweep) become one cell, which shows the worst of them.
 */
export function heatMaps(
  measurements: readonly string[],
  points: readonly PvtPoint[],
  results: readonly Result[],
  checks: readonly LimitCheck[],
): HeatMap[] {
  const grid = toGrid(points)
  const rowsOf = groupBy(results, pointName)
  return measurements.map((measurement) => {
    const judged = groupBy(
      checks.filter(({ limit }) => limit.measurement === measurement).flatMap(({ values }) => values()),
      ({ point }) => point,
    )
    const cellAt = (point: PvtPoint): HeatCell => {
      const name = pointName(point)
      return toCell(measurement, rowsOf.get(name) ?? [], judged.get(name) ?? [])
    }
    const rows = grid.rows.map(({ points: inRow, ...row }) => ({
      ...row,
      cells: inRow.map((point) => (point === null ? null : cellAt(point))),
    }))
    const scale = scaleOf(rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null)))
    return { measurement, groups: grid.groups, rows, scale }
  })
}

/** One cell of all rows of a point and all that the limits say of them. */
export function toCell(
  measurement: string,
  rows: readonly Result[],
  judged: readonly CheckedValue[],
): HeatCell {
  const failing = judged.filter(({ verdict }) => verdict === 'fail')
  if (failing.length > 0) return judgedCell('fail', failing)
  const without = rows.filter(({ measurements }) => typeof measurements[measurement] !== 'number')
  if (rows.length === 0 || without.length > 0) {
    const text = without.map(({ failed }) => ownText(failed, measurement)).find((found) => found !== null)
    const missing = judged.filter(({ verdict }) => verdict === 'missing')
    return {
      ...{
        state: text === undefined ? 'missing' : 'failed',
        value: null,
        margin: null,
        margin_percent: null,
      },
      text: text ?? null,
      waived: missing.length > 0 && missing.every(({ waiver }) => waiver !== null),
      share: null,
    }
  }
  if (judged.length > 0) {
    return judgedCell(judged.some(({ verdict }) => verdict === 'near') ? 'near' : 'pass', judged)
  }
  const values = rows.map(({ measurements }) => measurements[measurement]!)
  const value = values.reduce((worst, other) => (Math.abs(other) > Math.abs(worst) ? other : worst))
  return {
    ...{ state: 'value', value, margin: null, margin_percent: null },
    text: null,
    waived: false,
    share: null,
  }
}

function judgedCell(state: 'fail' | 'near' | 'pass', values: readonly CheckedValue[]): HeatCell {
  // A limit with a range judges by percent, so that a narrow and a wide limit compare.
  const worst = values
    .filter(({ margin }) => margin !== null)
    .reduce((least, other) => (isWorse(other, least) ? other : least))
  return {
    ...{ state, value: worst.value, margin: worst.margin, margin_percent: worst.margin_percent, text: null },
    waived: state === 'fail' && values.every(({ waiver }) => waiver !== null),
    share: null,
  }
}

const isWorse = (one: CheckedValue, other: CheckedValue): boolean =>
  one.margin_percent !== null && other.margin_percent !== null
    ? one.margin_percent < other.margin_percent
    : one.margin! < other.margin!

const ownText = (failed: Record<string, string>, name: string): string | null =>
  Object.hasOwn(failed, name) ? failed[name]! : null

/** Over the cells that have a number; gives each its share. Violated limits are outside. */
function scaleOf(cells: readonly HeatCell[]): HeatMap['scale'] {
  const judged = cells.filter(({ state }) => state === 'pass' || state === 'near')
  const isJudged = cells.some(({ margin }) => margin !== null)
  const of = !isJudged
    ? 'value'
    : judged.every((cell) => cell.margin_percent !== null)
      ? 'margin_percent'
      : 'margin'
  const placed = isJudged ? judged : cells.filter(({ value }) => value !== null)
  const numbers = placed.map((cell) => cell[of]!)
  if (numbers.length === 0) return null
  const low = Math.min(...numbers)
  const high = Math.max(...numbers)
  // In halves: values at both ends of what a number can hold must not give an infinite width.
  const width = high / 2 - low / 2
  for (const [index, cell] of placed.entries()) {
    cell.share = width > 0 ? (numbers[index]! / 2 - low / 2) / width : 1
  }
  return { of, low, high }
}

interface Grid {
  groups: HeatMap['groups']
  rows: { corner: string; temperature_c: number; points: (PvtPoint | null)[] }[]
}

/** Corners, extractions and voltages in the order in which they first come, temperatures by degrees. */
function toGrid(points: readonly PvtPoint[]): Grid {
  const distinct = distinctPoints(points)
  const groups = [...groupBy(distinct, ({ extraction }) => extraction)].map(([extraction, of]) => ({
    extraction,
    voltages: [...new Set(of.map(({ voltage_combo }) => voltage_combo))],
  }))
  const byPlace = new Map(
    distinct.map((point) => [placeOf(point, point.extraction, point.voltage_combo), point]),
  )
  const rows = [...groupBy(distinct, ({ corner }) => corner)].flatMap(([corner, of]) =>
    [...new Set(of.map(({ temperature_c }) => temperature_c))]
      .sort((a, b) => a - b)
      .map((temperature_c) => ({
        corner,
        temperature_c,
        points: groups.flatMap(({ extraction, voltages }) =>
          voltages.map(
            (voltage) => byPlace.get(placeOf({ corner, temperature_c }, extraction, voltage)) ?? null,
          ),
        ),
      })),
  )
  return { groups, rows }
}

const placeOf = (
  { corner, temperature_c }: Pick<PvtPoint, 'corner' | 'temperature_c'>,
  extraction: string,
  voltage: string,
): string => JSON.stringify([corner, temperature_c, extraction, voltage])
