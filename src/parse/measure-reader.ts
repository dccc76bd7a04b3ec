import { type ByteLine, longestLine, textOf } from './byte-lines.ts'
import {
  emptyTable,
  error,
  type MeasureTable,
  type MeasureTableRow,
  type TableColumns,
} from './measure-table.ts'
import type { TableHead } from './measure-table-reader.ts'
import type { Line } from './text.ts'

/** Reads the lines of a measure file in turn, and gives its rows as they are complete. */
export interface MeasureReader {
  /** Takes the next line; false ends the reading. */
  take: (line: ByteLine) => boolean
  /** Is told that the next line is longer than any that is read; nothing is read behind it. */
  tooLong: (number: number) => void
  /** The names of the values in rows; null while there are none or their meaning is open. */
  readonly columns: TableColumns | null
  /** What stands above the records of a table, once it was read; null for other forms. */
  readonly tableHead: TableHead | null
  /** The rows that were completed since the last call. */
  rows: () => MeasureTableRow[]
  /** The lines of the records that could not be read, of those since the last call; the file goes on behind them. */
  unread: () => number[]
  /** What was read; its rows are those that were not given yet. */
  end: () => MeasureTable
}

/**
 * A reader for the forms that tell one row by many lines: they are collected and read at the end. A file too large for
 * that is refused: the forms write a line a value, and no run of theirs was seen with more than 10,000.
 */
export function readAtEnd(read: (lines: readonly Line[]) => MeasureTable): MeasureReader {
  const lines: Line[] = []
  let size = 0
  let refused: string | null = null
  return {
    take: (line) => {
      size += line.end - line.start + 1
      if (size > mostCollected) {
        refused = `this form is read up to ${mostCollected} bytes, and the file is larger: nothing is read`
        return false
      }
      lines.push({ text: textOf(line), number: line.number, terminated: line.terminated })
      return true
    },
    tooLong: (number) => {
      refused = `line ${number} is longer than ${longestLine} bytes, the most that is read: nothing is read`
    },
    columns: null,
    tableHead: null,
    rows: () => [],
    unread: () => [],
    end: () => (refused === null ? read(lines) : { ...emptyTable(), problems: [error(null, refused)] }),
  }
}

const mostCollected = 33_554_432
