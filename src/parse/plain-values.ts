import type { MeasuredRow } from '../domain/measurement.ts'
import type { Problem } from '../domain/problem.ts'
import { parseAlterNumber } from './alter-number.ts'
import type { FlowColumns, Places, ReadRow } from './flow-table.ts'
import { setOwn } from './measured-row.ts'
import { plainFloat } from './number.ts'
import type { Line } from './text.ts'

/**
 * A data line, from `start` on, that holds a plain number for each name and nothing but tabs behind, as nearly all do;
 * null for anything else, however slight: `readValues` knows what to make of it. One expression for the line takes a
 * third of the time of one for each field.
 */
export function readPlainValues(
  { text, number, terminated }: Line,
  start: number,
  { columns, places }: Pick<FlowColumns, 'columns' | 'places'>,
): (ReadRow & { row: MeasuredRow }) | null {
  plainNumbers.lastIndex = start
  const found = terminated ? plainNumbers.exec(text) : null
  if (found === null) return null
  const fields = found[1]!.split('\t')
  if (fields.length !== columns.length) return null
  const alterText = fields[places.alter] ?? null
  const alterNumber = alterText === null ? 1 : parseAlterNumber(alterText)
  if (alterNumber === null) return null
  const row = toPlainRow(fields, columns, places, { line: number, alterNumber })
  return row && { row, problems: noProblems, alterText }
}

/** A row of texts that are numbers; null where one is too large for a double. */
function toPlainRow(
  fields: readonly string[],
  columns: readonly string[],
  places: Places,
  { line, alterNumber }: { line: number; alterNumber: number },
): MeasuredRow | null {
  const sweep = {}
  const measurements = {}
  if (!addNumbers(measurements, fields, columns, places.measured)) return null
  if (!addNumbers(sweep, fields, columns, places.sweep)) return null
  const temper = places.temper < 0 ? null : Number(fields[places.temper])
  if (temper !== null && !Number.isFinite(temper)) return null
  return { line, alter_number: alterNumber, temper, sweep, measurements, failed: {} }
}

/** Whether all are finite; those before one that is not are set. The loop counts, as in `toMeasuredRow`. */
function addNumbers(
  target: Record<string, number>,
  fields: readonly string[],
  columns: readonly string[],
  places: readonly number[],
): boolean {
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at]!
    const value = Number(fields[place])
    if (!Number.isFinite(value)) return false
    setOwn(target, columns[place]!, value)
  }
  return true
}

/** Numbers as `parseNumber` takes them. */
const plainNumbers = new RegExp(`((?:${plainFloat}\\t)*${plainFloat})\\t*$`, 'y')
const noProblems: readonly Problem[] = []
