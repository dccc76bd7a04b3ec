/*
 * Xyce's `.mt0 .ms0 .ma0`: `NAME = 1.234567e+00` a line, without a head; one row a file, because .STEP gives
 * each step a file. A measurement in continuous mode (TRAN_CONT …) stands once for each time it was found,
 * under one name: the second is read as `NAME#2`, the third as `NAME#3`. A FOUR measure is a table and no
 * number: it is skipped by name. Known from the 223 measure files of Xyce's own regression suite; format:
 * measure-files.md, section 6.
 */

import type { Problem } from '../domain/problem.ts'
import { type Assignment, noAssignment, readAssignment, toOneRow } from './measure-assignment.ts'
import { isComment, tokensOf } from './measure-dialect.ts'
import { distinctNames } from './names.ts'
import { emptyTable, type MeasureTable, warning } from './measure-table.ts'
import { parseNumber } from './number.ts'
import type { Line } from './text.ts'

/** Reads a Xyce file as one row. A line that does not fit is a problem, the lines behind it are read. */
export function readXyce(lines: readonly Line[]): MeasureTable {
  const found: Found[] = []
  const problems: Problem[] = []
  let isInTable = false
  for (const line of lines) {
    if (line.text.trim() === '' || (found.length === 0 && isComment(line.text))) continue
    if (isInTable && isTableLine(line.text)) continue
    const table = /^\s*(\S+):\s+No\. Harmonics:/.exec(line.text)?.[1]
    isInTable = table !== undefined
    if (table !== undefined) {
      const message = `${table} is a Fourier table, which has no single value: it is skipped`
      problems.push(warning(line.number, message))
      continue
    }
    const failed = /^\s*([^\s=]+):\s+(FAILED)\s*$/.exec(line.text)
    const assignment =
      failed === null
        ? readAssignment(line)
        : { name: failed[1]!, line: line.number, value: null, text: failed[2]!, problems: [] }
    if (assignment === null) problems.push(noAssignment(line))
    else {
      problems.push(...assignment.problems)
      found.push({ ...assignment, source: line.text })
    }
  }
  return {
    ...emptyTable(),
    names: distinctNames(found).names,
    rows: toOneRow(found),
    problems: [...problems, ...doubtfulRepeats(found)],
  }
}

interface Found extends Assignment {
  /** Its line as it stands. */
  source: string
}

/** `Harmonic Frequency Magnitude …`, or the six numbers of a harmonic. */
function isTableLine(text: string): boolean {
  const tokens = tokensOf(text)
  return (
    tokens[0] === 'Harmonic' || (tokens.length === 6 && tokens.every((token) => parseNumber(token) !== null))
  )
}

/**
 * Continuous measurements repeat their name on the lines that follow each other. Repeated farther away it is
 * another measurement of the same name; with the same line again that line may be doubled.
 */
function doubtfulRepeats(found: readonly Found[]): Problem[] {
  const seen = new Map<string, number>()
  return found.flatMap(({ name, line, source }, index) => {
    const firstLine = seen.get(name)
    if (firstLine === undefined) {
      seen.set(name, line)
      return []
    }
    const before = found[index - 1]!
    if (before.name !== name)
      return [warning(line, `the name ${name} stands again: first on line ${firstLine}`)]
    if (before.source !== source) return []
    return [warning(line, `${name} stands twice with the same values: perhaps a doubled line`)]
  })
}
