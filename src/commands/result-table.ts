import { judgeValue, type Limit } from '../domain/limit.ts'
import { pointName } from '../domain/point.ts'
import { measurementNames, type Result, sweepNames } from '../domain/result.ts'
import { summariseOne } from '../domain/summary.ts'
import { type Judge, judgeOf, worstValue } from '../domain/worst-value.ts'
import { type Cell, type Column, commonScale, fullPrecision, type Paint } from '../render/index.ts'
import { toCell } from './shared.ts'
import { verdictPaint, verdictSign } from './verdict-columns.ts'

/** A result as `results show --json` gives it. */
export function toShown(result: Result): Record<string, unknown> {
  const { corner, extraction, temperature, temperature_c, voltage_combo } = result
  return {
    point: pointName(result),
    corner,
    extraction,
    temperature,
    temperature_c,
    voltage_combo,
    alter_number: result.alter_number,
    row_number: result.row_number,
    sweep: result.sweep,
    measurements: result.measurements,
    failed: result.failed,
    status: result.status,
    source: result.source,
    mt0_file_path: result.mt0_file_path,
    source_line: result.source_line,
  }
}

/** The columns of CSV: the keys of the JSON, a column per sweep variable and per measurement in the middle. */
export const csvColumns = (results: readonly Result[]): Column<Result>[] =>
  csvColumnsOf(sweepNames(results), measurementNames(results))

/** The same for rows with these sweep variables and measurements. */
export function csvColumnsOf(sweep: readonly string[], measurements: readonly string[]): Column<Result>[] {
  const before = ['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'] as const
  return [
    ...before.map(shownColumn),
    shownColumn('alter_number'),
    shownColumn('row_number'),
    ...sweep.map(sweepColumn),
    ...measurements.map((name): Column<Result> => ({
      key: name,
      value: (row) => measured(row, name),
    })),
    ...(['status', 'source', 'mt0_file_path', 'source_line'] as const).map(shownColumn),
  ]
}

/** How the table for people shows measured values. */
export interface TableLook {
  /** Full precision instead of one unit a column. */
  raw: boolean
  /** By which the worst values are found. */
  limits: readonly Limit[]
}

/**
 * The columns of the table for people. A column has one unit, which its heading names (`del_rr [p]`); behind a value
 * stands `!` when it violates its limit, `~` when it is near it, and `*` for the worst of the column (see
 * worstValue). A failed value shows the text that stood in its place; the alter and row numbers show only where
 * there is more than one.
 */
export function tableColumns(results: readonly Result[], look: TableLook): Column<Result>[] {
  return [
    ...placeColumns(results),
    ...measurementNames(results).map((name) => measurementColumn(name, results, look)),
  ]
}

/** The first of them: what tells one row from another. */
export function placeColumns(results: readonly Result[]): Column<Result>[] {
  const alters = results.some((result) => result.alter_number !== 1)
  const rows = results.some((result) => result.row_number !== 1)
  return [
    { key: 'point', value: pointName },
    ...(alters ? [{ ...shownColumn('alter_number'), title: 'ALTER', align: 'right' as const }] : []),
    ...(rows ? [{ ...shownColumn('row_number'), title: 'ROW', align: 'right' as const }] : []),
    ...sweepNames(results).map((name) => ({ ...sweepColumn(name), title: name, align: 'right' as const })),
  ]
}

function measurementColumn(
  name: string,
  results: readonly Result[],
  { raw, limits }: TableLook,
): Column<Result> {
  const values = results.map((row) => measured(row, name))
  const scale = raw ? { prefix: '', text: fullPrecision } : commonScale(values)
  const marks = findMarks(name, results, limits)
  const room = Math.max(0, ...[...marks.values()].map(({ sign }) => sign.length))
  const text = (row: Result): string => {
    const value = failedText(row, name) ?? scale.text(measured(row, name))
    return room === 0 ? value : `${value} ${(marks.get(row)?.sign ?? '').padEnd(room)}`
  }
  return {
    key: name,
    title: scale.prefix === '' ? name : `${name} [${scale.prefix}]`,
    align: 'right',
    value: (row) => measured(row, name),
    text,
    paint: (row) => (failedText(row, name) === null ? (marks.get(row)?.paint ?? null) : 'red'),
  }
}

interface Mark {
  sign: string
  paint: Paint | null
}

/** What stands behind the values of a column that a reader should look at. */
function findMarks(name: string, results: readonly Result[], limits: readonly Limit[]): Map<Result, Mark> {
  const marks = new Map<Result, Mark>()
  const judge = judgeOf(name, limits)
  for (const row of results) {
    const value = measured(row, name)
    if (value === null) continue
    const judged = judge.limitsAt(pointName(row)).map((limit) => judgeValue(value, limit))
    const verdict = judged.includes('fail') ? 'fail' : judged.includes('near') ? 'near' : null
    if (verdict !== null) marks.set(row, { sign: verdictSign(verdict), paint: verdictPaint(verdict) })
  }
  const worst = findWorst(name, results, judge)
  if (worst !== null) {
    const { sign = '', paint = 'yellow' } = marks.get(worst) ?? {}
    marks.set(worst, { sign: `${sign}*`, paint })
  }
  return marks
}

/** Null where all values are equal: none of them is worse. */
function findWorst(name: string, results: readonly Result[], judge: Judge): Result | null {
  const { min, max } = summariseOne(name, results)
  const worst = min === max ? null : worstValue(name, results, judge)
  if (worst === null) return null
  return results.find((row) => measured(row, name) === worst.value && pointName(row) === worst.point) ?? null
}

/** Not through `toShown`: an object for every cell took half the time of a CSV. */
const shownColumn = (key: 'point' | keyof Result): Column<Result> => ({
  key,
  value: key === 'point' ? pointName : (row) => toCell(row[key]),
})

const sweepColumn = (name: string): Column<Result> => ({
  key: name,
  value: (row): Cell => (Object.hasOwn(row.sweep, name) ? row.sweep[name]! : null),
})

const measured = ({ measurements }: Result, name: string): number | null =>
  Object.hasOwn(measurements, name) ? measurements[name]! : null

function failedText({ failed }: Result, name: string): string | null {
  if (!Object.hasOwn(failed, name)) return null
  return orEmpty(failed[name]!)
}

/** A text in place of a value, so that it is seen. */
export const orEmpty = (text: string): string => (text.trim() === '' ? '(empty)' : text)
