import { pointName } from '../domain/point.ts'
import { measurementNames, type Result, sweepNames } from '../domain/result.ts'
import { type Cell, type Column, engineering, fullPrecision } from '../render/index.ts'
import { toCell } from './shared.ts'

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
export function csvColumns(results: readonly Result[]): Column<Result>[] {
  const before = ['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo']
  return [
    ...before.map(shownColumn),
    shownColumn('alter_number'),
    shownColumn('row_number'),
    ...sweepNames(results).map(sweepColumn),
    ...measurementNames(results).map((name): Column<Result> => ({
      key: name,
      value: (row) => measured(row, name),
    })),
    ...['status', 'source', 'mt0_file_path', 'source_line'].map(shownColumn),
  ]
}

/**
 * The columns of the table for people. A failed value shows the text that stood in its place; the alter and row
 * numbers show only where there is more than one.
 */
export function tableColumns(results: readonly Result[], raw: boolean): Column<Result>[] {
  const alters = results.some((result) => result.alter_number !== 1)
  const rows = results.some((result) => result.row_number !== 1)
  const text = raw ? fullPrecision : engineering
  return [
    { key: 'point', value: pointName },
    ...(alters ? [{ ...shownColumn('alter_number'), title: 'ALTER', align: 'right' as const }] : []),
    ...(rows ? [{ ...shownColumn('row_number'), title: 'ROW', align: 'right' as const }] : []),
    ...sweepNames(results).map((name) => ({ ...sweepColumn(name), title: name, align: 'right' as const })),
    ...measurementNames(results).map((name): Column<Result> => ({
      key: name,
      title: name,
      align: 'right',
      value: (row) => measured(row, name),
      text: (row) => failedText(row, name) ?? text(measured(row, name)),
      paint: (row) => (failedText(row, name) === null ? null : 'red'),
    })),
  ]
}

const shownColumn = (key: string): Column<Result> => ({ key, value: (row) => toCell(toShown(row)[key]) })

const sweepColumn = (name: string): Column<Result> => ({
  key: name,
  value: (row): Cell => (Object.hasOwn(row.sweep, name) ? row.sweep[name]! : null),
})

const measured = ({ measurements }: Result, name: string): number | null =>
  Object.hasOwn(measurements, name) ? measurements[name]! : null

function failedText({ failed }: Result, name: string): string | null {
  if (!Object.hasOwn(failed, name)) return null
  return failed[name]!.trim() === '' ? '(empty)' : failed[name]!
}
