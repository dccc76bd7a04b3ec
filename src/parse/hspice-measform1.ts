/*
 * HSPICE's MEASFORM=1, which spreadsheets import: all names on one line, a record a line, separated by
 * blanks. Known from one real file of HSPICE L-2016.03 and the manual's words on MEASFORM; format:
 * measure-files.md, section 2.
 */

import { tokensOf } from './measure-dialect.ts'
import { readMeasureHead } from './measure-head.ts'
import { readLineTable } from './measure-lines.ts'
import type { MeasureTable } from './measure-table.ts'
import { splitLines } from './text.ts'

/** Reads a file of MEASFORM=1. A line that does not fit is a problem, the lines behind it are read. */
export function readHspiceMeasform1(text: string): MeasureTable {
  const lines = splitLines(text)
  return readLineTable(lines, readMeasureHead(lines), tokensOf)
}
