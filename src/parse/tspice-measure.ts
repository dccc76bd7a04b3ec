/*
 * T-Spice's `.measure`: a line `Measurement Results`, then `name = -599.3135f` a line, in engineering
 * notation. Known from one real file, which has f and u; the other scales are SPICE's. Only small letters are
 * read as a scale: T-Spice was never seen to write others, and M is a million to some programs and a
 * thousandth to others.
 */

import type { Problem } from '../domain/problem.ts'
import { type Assignment, noAssignment, readAssignment, toOneRow } from './measure-assignment.ts'
import { distinctNames } from './names.ts'
import { emptyTable, error, type MeasureTable } from './measure-table.ts'
import { parseNumber } from './number.ts'
import type { Line } from './text.ts'

/** Reads a T-Spice file as one row. A line that does not fit is a problem, the lines behind it are read. */
export function readTspice(lines: readonly Line[]): MeasureTable {
  const found: Assignment[] = []
  const problems: Problem[] = []
  let hasTitle = false
  for (const line of lines) {
    if (line.text.trim() === '') continue
    if (/^Measurement Results\s*$/.test(line.text)) {
      if (hasTitle) {
        problems.push(error(line.number, 'a second Measurement Results: from here on nothing is read'))
        break
      }
      hasTitle = true
      continue
    }
    const assignment = readAssignment(line, parseScaled)
    if (assignment === null) problems.push(noAssignment(line))
    else {
      problems.push(...assignment.problems)
      found.push(assignment)
    }
  }
  const { names, problems: repeats } = distinctNames(found)
  return { ...emptyTable(), names, rows: toOneRow(found), problems: [...problems, ...repeats] }
}

const powers: Record<string, number> = { f: -15, p: -12, n: -9, u: -6, m: -3, k: 3, meg: 6, g: 9, t: 12 }

/** `-599.3135f` is -599.3135e-15: the digits are moved as text, so that nothing is rounded twice. */
function parseScaled(text: string): number | null {
  const scaled = /^([+-]?[\d.]+)(f|p|n|u|m|k|meg|g|t)$/.exec(text)
  return parseNumber(scaled === null ? text : `${scaled[1]!}e${powers[scaled[2]!]!}`)
}
