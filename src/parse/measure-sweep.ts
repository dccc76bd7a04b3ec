import { bookkeepingNames } from '../domain/measurement.ts'
import type { Problem } from '../domain/problem.ts'
import { type MeasureTableRow, warning } from './measure-table.ts'

/**
 * Which leading columns are the sweep's: PARAM_COUNT tells. Where it is missing (older HSPICE, Spectre) a
 * sweep begins with `index`, and behind it stand Monte Carlo variables `element@variable` of HSPICE, `temp`
 * and `montecarlo_iteration` of Spectre; a sweep variable with any other name cannot be told from a
 * measurement. Without `index` the first column is a sweep when one alter has several records that all have a
 * number there. `records` counts a cut one too.
 */
export function sweepColumns(
  names: readonly string[],
  rows: readonly MeasureTableRow[],
  records: number,
  paramCount: number | null,
): { sweepNames: string[]; problems: Problem[] } {
  if (paramCount !== null) {
    const most = names.filter((name) => name !== 'temper' && name !== 'alter#').length
    if (paramCount <= most) {
      const sweepNames = names.slice(0, paramCount)
      return { sweepNames, problems: repeatedSteps(names, sweepNames, rows) }
    }
    const count = `PARAM_COUNT=${paramCount}, but only ${most} columns can be a sweep`
    return { sweepNames: [], problems: [warning(1, `${count}: none is taken for one`)] }
  }
  if (names[0] === 'index') {
    const end = names.findIndex((name, column) => column > 0 && !isSweepVariable(name))
    const sweepNames = names.slice(0, end < 0 ? names.length : end)
    return { sweepNames, problems: repeatedSteps(names, sweepNames, rows) }
  }
  if (records < 2 || bookkeepingNames.includes(names[0] ?? '')) return { sweepNames: [], problems: [] }
  const alter = names.indexOf('alter#')
  const alters = new Set(rows.map((row) => row.values[alter]))
  const isSweep = rows.every((row) => row.values[0] !== null) && alters.size === 1
  return { sweepNames: isSweep ? names.slice(0, 1) : [], problems: [] }
}

const isSweepVariable = (name: string): boolean =>
  name.includes('@') || name === 'temp' || name === 'montecarlo_iteration'

/** A step of a sweep that stands twice: a doubled line, or two runs in one file. */
function repeatedSteps(
  names: readonly string[],
  sweepNames: readonly string[],
  rows: readonly MeasureTableRow[],
): Problem[] {
  if (sweepNames.length === 0) return []
  const keyColumns = names.flatMap((name, column) =>
    column < sweepNames.length || name === 'temper' || name === 'alter#' ? [column] : [],
  )
  const lines = new Map<string, number>()
  return rows.flatMap(({ line, values, texts }) => {
    const key = keyColumns.map((column) => values[column] ?? texts[column]).join(' ')
    const before = lines.get(key)
    if (before === undefined) {
      lines.set(key, line)
      return []
    }
    const step = sweepNames.map((name, column) => `${name} ${values[column] ?? texts[column] ?? ''}`)
    return [warning(line, `the step ${step.join(', ')} stands twice: first on line ${before}`)]
  })
}
