import type { MeasuredRow } from '../domain/measurement.ts'
import { PvtError } from '../errors.ts'
import { measuredColumns, toMeasuredRow } from './measured-row.ts'
import { type MeasureFile, openMeasureStream } from './measure-stream.ts'
import { emptyTable, error } from './measure-table.ts'

export { type MeasureDialect, recogniseMeasureFile } from './measure-dialect.ts'
export type { MeasureFile } from './measure-stream.ts'
export type { MeasureTable, MeasureTableRow } from './measure-table.ts'

/**
 * Reads a measure file of any dialect as a whole: `openMeasureStream` with one piece. What could not be read is in
 * `problems`, as is that the text is no measure file.
 */
export function parseMeasureFile(text: string): MeasureFile {
  const stream = openMeasureStream()
  try {
    const rows = stream.push(new TextEncoder().encode(text))
    const { file } = stream.end()
    return { ...file, rows: [...rows, ...file.rows] }
  } catch (failure) {
    if (!(failure instanceof PvtError)) throw failure
    return { dialect: null, ...emptyTable(), problems: [error(null, failure.message)] }
  }
}

/**
 * The rows of a measure file as measurements: sweep variables and bookkeeping apart, failed values with their
 * text. `alter_number` is 1 and `temper` (°C) null where the file has none.
 */
export function toMeasuredRows(file: MeasureFile): MeasuredRow[] {
  const columns = measuredColumns(file)
  return file.rows.map((row) => toMeasuredRow(row, columns))
}
