/** One row of measured values: one simulation, or one step of its sweep. */
export interface MeasuredRow {
  /** 1-based line of the file where the row begins. */
  line: number
  /** The simulator's `alter#`; 1 where the file has none. */
  alter_number: number
  /** The simulator's `temper` in degrees Celsius; null where the file has none. */
  temper: number | null
  /** Sweep variables and their values, in file order; empty without a sweep. */
  sweep: Record<string, number | string>
  /** Measured values by name, in file order; null where no number stood. */
  measurements: Record<string, number | null>
  /** For every null in `measurements` the text that stood there (`failed`, `error`, empty …). */
  failed: Record<string, string>
  /** Set where there are fewer values than names: those behind the missing one stand under wrong names. */
  doubtful?: true
}

/** Columns that every report carries and that are not measurements. */
export const bookkeepingNames: readonly string[] = ['temper', 'alter#', 'index']

/** Where a value was read, rawest first: each later one was made from the one before by the flow's scripts. */
export const resultSources = ['measure', 'report', 'creport'] as const
export type ResultSource = (typeof resultSources)[number]
