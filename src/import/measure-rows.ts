import type { MeasuredRow } from '../domain/measurement.ts'
import type { Problem } from '../domain/problem.ts'
import { type KnownHeads, startOf } from '../parse/known-heads.ts'
import { type MeasuredColumns, measuredColumns, toMeasuredRow } from '../parse/measured-row.ts'
import { openMeasureStream, readMeasureBytes } from '../parse/measure-stream.ts'
import type { MeasureTableRow, TableColumns } from '../parse/measure-table.ts'

/** Reads the rows of one measure file from its bytes, piece by piece. */
export class MeasureRows {
  readonly #stream = openMeasureStream()
  #columns: MeasuredColumns | null = null

  /** The rows that a piece completes. @throws `bad_input` for what is no text. */
  push(piece: Uint8Array): MeasuredRow[] {
    if (this.#stream.hasEnded) return []
    const rows = this.#stream.push(piece)
    return rows.length === 0 ? [] : this.#toRows(rows, this.#stream.columns!)
  }

  /** The lines of the records that could not be read, of those since the last call. */
  unread(): number[] {
    return this.#stream.unread()
  }

  /** To be called once behind the last piece. @throws `bad_input` for what is no text. */
  end(): { rows: MeasuredRow[]; problems: Problem[] } {
    const { file } = this.#stream.end()
    return { rows: file.rows.length === 0 ? [] : this.#toRows(file.rows, file), problems: file.problems }
  }

  #toRows(rows: readonly MeasureTableRow[], columns: TableColumns): MeasuredRow[] {
    const known = (this.#columns ??= measuredColumns(columns))
    return rows.map((row) => toMeasuredRow(row, known))
  }
}

/** What the bytes of a whole, small measure file say. @throws `bad_input` for what is no text. */
export function measureRows(
  bytes: Uint8Array,
  heads: KnownHeads,
): { rows: MeasuredRow[]; problems: Problem[] } {
  const start = startOf(bytes)
  const head = heads.find(start)
  const only = head?.isPlain === true ? head.onlyRow(start, bytes.length) : null
  if (only !== null) return { rows: [only], problems: [] }
  const file = readMeasureBytes(bytes, heads, head)
  const columns = head === null ? measuredColumns(file) : head.columnsOf(file)
  return { rows: file.rows.map((row) => toMeasuredRow(row, columns)), problems: file.problems }
}

/** The lines of records that could not be read, among a file's problems. */
export const unreadLines = (problems: readonly Problem[]): number[] =>
  problems.flatMap(({ level, line }) => (level === 'error' && line !== null ? [line] : []))
