import type { Problem } from '../domain/problem.ts'

/** What the reader of any dialect gives. */
export interface MeasureTable {
  /** As it stands in the file, odd bytes included; null when the file has none. */
  title: string | null
  /** The simulator, `PrimeSim HSPICE`. */
  source: string | null
  /** Its version, `W-2024.09 linux64`. */
  version: string | null
  /** PARAM_COUNT: how many leading columns belong to the sweep; null in older files. */
  paramCount: number | null
  /** All columns in file order, each different: sweep, measurements, `temper`, `alter#`. */
  names: string[]
  /** The leading columns that are the sweep's. */
  sweepNames: string[]
  rows: MeasureTableRow[]
  problems: Problem[]
}

/** What the values of a table's rows are. */
export interface TableColumns {
  /** All columns in file order, each different. */
  readonly names: readonly string[]
  /** The leading columns that are the sweep's. */
  readonly sweepNames: readonly string[]
}

export interface MeasureTableRow {
  /** 1-based line where the record begins. */
  line: number
  /** A value for each name; null where no number stood. */
  values: readonly (number | null)[]
  /** For each null in `values` the text that stood there (`failed`, `error`), else null. */
  texts: readonly (string | null)[]
}

/** How a form writes a table: the names, then a record of as many values for each simulation. */
export interface TableForm {
  /** What stands between names and between values. */
  separator: 'blanks' | 'commas'
  /**
   * Whether names and records are wrapped, each in its own way: then tokens are counted, a record begins on a new line
   * and ends at a line end, and one that does not fit ends the reading, because everything behind it may be shifted.
   * Otherwise a line that does not fit is a problem and the lines behind it are read. `by count`: as many tokens on a
   * line in all records of a file; `by length`: as many as a line of some bytes takes.
   */
  wraps: false | 'by count' | 'by length'
  /** What to say of a file that ends behind its title; null where the names may not be missing. */
  withoutNames: string | null
}

export const error = (line: number | null, message: string): Problem => ({ line, level: 'error', message })
export const warning = (line: number | null, message: string): Problem => ({
  line,
  level: 'warning',
  message,
})

/** The table of a file without a head, names and rows. */
export const emptyTable = (): MeasureTable => ({
  title: null,
  source: null,
  version: null,
  paramCount: null,
  names: [],
  sweepNames: [],
  rows: [],
  problems: [],
})
