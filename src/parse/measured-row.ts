import { bookkeepingNames, type MeasuredRow } from '../domain/measurement.ts'
import type { MeasureTableRow, TableColumns } from './measure-table.ts'

/** What the values of a table's rows are: made once a file, for all its rows. */
export interface MeasuredColumns {
  /** Sweep variables with their places in a row, in file order. */
  sweep: readonly Column[]
  /** Measurements with their places in a row, in file order. */
  measured: readonly Column[]
  /** Places of `alter#` and `temper`; -1 where the file has none. */
  alter: number
  temper: number
}

interface Column {
  name: string
  index: number
}

export function measuredColumns({ names, sweepNames }: TableColumns): MeasuredColumns {
  const swept = new Set(['index', ...sweepNames])
  const columns = names.map((name, index) => ({ name, index }))
  return {
    sweep: columns.filter(({ name }) => swept.has(name)),
    measured: columns.filter(({ name }) => !swept.has(name) && !bookkeepingNames.includes(name)),
    alter: names.indexOf('alter#'),
    temper: names.indexOf('temper'),
  }
}

/** The simulator's `alter#` of a row; 1 where the file has none. */
export function alterOf({ values }: MeasureTableRow, { alter }: MeasuredColumns): number {
  const value = values[alter]
  return value != null && Number.isSafeInteger(value) && value >= 0 ? value : 1
}

/**
 * A row as measurements: sweep variables and bookkeeping apart, failed values with their text. The loop counts: most
 * runs are over before V8 has made one of it that walks an array without an object a step.
 */
export function toMeasuredRow(row: MeasureTableRow, columns: MeasuredColumns): MeasuredRow {
  const { line, values, texts } = row
  const sweep: MeasuredRow['sweep'] = {}
  for (const { name, index } of columns.sweep) setOwn(sweep, name, values[index] ?? texts[index] ?? '')
  const measurements: MeasuredRow['measurements'] = {}
  const failed: MeasuredRow['failed'] = {}
  const { measured } = columns
  for (let at = 0; at < measured.length; at += 1) {
    const { name, index } = measured[at]!
    const value = values[index] ?? null
    setOwn(measurements, name, value)
    if (value === null) setOwn(failed, name, texts[index] ?? '')
  }
  return {
    line,
    alter_number: alterOf(row, columns),
    temper: values[columns.temper] ?? null,
    sweep,
    measurements,
    failed,
  }
}

/** Sets a property that is not on the prototype: a measurement may be called `__proto__`. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  } else object[name] = value
}
