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

export interface MeasureTableRow {
  /** 1-based line where the record begins. */
  line: number
  /** A value for each name; null where no number stood. */
  values: (number | null)[]
  /** For each null in `values` the text that stood there (`failed`, `error`), else null. */
  texts: (string | null)[]
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
