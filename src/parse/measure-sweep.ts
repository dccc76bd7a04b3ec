import { bookkeepingNames } from '../domain/measurement.ts'
import type { Problem } from '../domain/problem.ts'
import { error, type MeasureTableRow, warning } from './measure-table.ts'
import { SeenSteps } from './seen-steps.ts'

/**
 * The rows of a table, given on as soon as it is known which leading columns are the sweep's: PARAM_COUNT tells. Where
 * it is missing (older HSPICE, Spectre) a sweep begins with `index`, and behind it stand Monte Carlo variables
 * `element@variable` of HSPICE, `temp` and `montecarlo_iteration` of Spectre; a sweep variable with any other name
 * cannot be told from a measurement. Without `index` the first column is a sweep when one alter has several records
 * that all have a number there.
 *
 * Only that last rule needs the rows: they are held back until one of them breaks it or the file ends. A file with more
 * than `mostHeld` values is judged by the rows so far, and a row behind them that breaks the rule is an error.
 */
export class SweptRows {
  #sweepNames: string[] | null
  /** Set when the rule had to be applied before the file's end: the alter of all rows so far. */
  #presumedAlter: number | null | undefined
  #rows: MeasureTableRow[] = []
  readonly #names: readonly string[]
  readonly #alterColumn: number
  readonly #steps: SeenSteps | null
  readonly #tell: (problem: Problem) => void

  constructor(names: readonly string[], paramCount: number | null, tell: (problem: Problem) => void) {
    this.#names = names
    this.#alterColumn = names.indexOf('alter#')
    this.#tell = tell
    this.#sweepNames = sweepByNames(names, paramCount, tell)
    const told = this.#sweepNames?.length ?? 0
    const keyColumns = names.flatMap((name, column) =>
      column < told || name === 'temper' || name === 'alter#' ? [column] : [],
    )
    this.#steps = told === 0 ? null : new SeenSteps(keyColumns)
  }

  /** The leading columns that are the sweep's; null while rows are held back. */
  get sweepNames(): readonly string[] | null {
    return this.#sweepNames
  }

  add(row: MeasureTableRow): void {
    this.#rows.push(row)
    if (this.#steps !== null) this.#tellRepeated(this.#steps, row)
    else if (this.#sweepNames === null) this.#judge(row)
    else if (this.#presumedAlter !== undefined) this.#tellBroken(row)
  }

  /** The rows that were added since the last call and need not be held back. */
  take(): MeasureTableRow[] {
    if (this.#sweepNames === null || this.#rows.length === 0) return []
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** To be called behind the last row. `records` counts a cut one too. */
  end(records: number): void {
    this.#sweepNames ??= records < 2 || this.#rows.length === 0 ? [] : this.#names.slice(0, 1)
  }

  #judge(row: MeasureTableRow): void {
    const first = this.#rows[0]!
    const isBroken =
      row.values[0] === null || row.values[this.#alterColumn] !== first.values[this.#alterColumn]
    if (isBroken) this.#sweepNames = []
    else if (this.#rows.length > 1 && this.#rows.length * this.#names.length > mostHeld) {
      this.#sweepNames = this.#names.slice(0, 1)
      this.#presumedAlter = first.values[this.#alterColumn] ?? null
    }
  }

  #tellBroken({ line, values, texts }: MeasureTableRow): void {
    const name = this.#names[0]!
    const alter = values[this.#alterColumn] ?? null
    const isBroken = values[0] === null || alter !== this.#presumedAlter
    if (!isBroken) return
    const found =
      values[0] === null ? `is ${texts[0] ?? ''}` : `stands beside another alter#, ${alter ?? ''},`
    const message = `${name} ${found} here, but was taken for the sweep's variable in all rows above: it may be a measurement`
    this.#tell(error(line, message))
    this.#presumedAlter = undefined
  }

  /** A step of a sweep that stands twice: a doubled line, or two runs in one file. */
  #tellRepeated(steps: SeenSteps, row: MeasureTableRow): void {
    const before = steps.find(row)
    if (before === null) return
    const { line, values, texts } = row
    const step = this.#sweepNames!.map((name, column) => `${name} ${values[column] ?? texts[column] ?? ''}`)
    this.#tell(warning(line, `the step ${step.join(', ')} stands twice: first on line ${before}`))
  }
}

/** 2 MB of numbers; a sweep without `index` and PARAM_COUNT was never seen with more than 1,000 values. */
const mostHeld = 262_144

/** The sweep as far as head and names tell it; null when the rows must. */
function sweepByNames(
  names: readonly string[],
  paramCount: number | null,
  tell: (problem: Problem) => void,
): string[] | null {
  if (paramCount !== null) {
    const most = names.filter((name) => name !== 'temper' && name !== 'alter#').length
    if (paramCount <= most) return names.slice(0, paramCount)
    const count = `PARAM_COUNT=${paramCount}, but only ${most} columns can be a sweep`
    tell(warning(1, `${count}: none is taken for one`))
    return []
  }
  if (names[0] === 'index') {
    const end = names.findIndex((name, column) => column > 0 && !isSweepVariable(name))
    return names.slice(0, end < 0 ? names.length : end)
  }
  return bookkeepingNames.includes(names[0] ?? '') ? [] : null
}

const isSweepVariable = (name: string): boolean =>
  name.includes('@') || name === 'temp' || name === 'montecarlo_iteration'
