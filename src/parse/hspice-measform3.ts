/*
 * HSPICE's MEASFORM=3 (`*.mt0.csv`): the head as in the other forms, names joined by commas, a record a line,
 * values padded on the left inside their cell. A spreadsheet that saved the file again gave it empty cells at
 * the end of every line, the head's included. Known from 7 real files of HSPICE H-2013.03 to PrimeSim HSPICE
 * T-2022.06; format: measure-files.md, section 3.
 */

import { isHeadLine } from './measure-dialect.ts'
import { readMeasureHead } from './measure-head.ts'
import { readLineTable } from './measure-lines.ts'
import type { MeasureTable } from './measure-table.ts'
import { splitLines } from './text.ts'

/** Reads a file of MEASFORM=3. A line that does not fit is a problem, the lines behind it are read. */
export function readHspiceMeasform3(text: string): MeasureTable {
  const lines = splitLines(text).map((line) =>
    isHeadLine(line.text) ? { ...line, text: line.text.replace(emptyCells, '') } : line,
  )
  return readLineTable(lines, readMeasureHead(lines), cellsOf)
}

const emptyCells = /(?<![,\s])[,\s]+$/

function cellsOf(text: string): string[] {
  const cells = text.split(',').map((cell) => cell.trim())
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1)
}
