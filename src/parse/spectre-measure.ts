/*
 * Spectre's horizontal `.mt0` (`mt_format=horizontal`, its default): `$ Simulator: spectre (ver. …)`, `.title
 * '…'`, names up to `alter#` and records of as many values, tokens one blank apart and lines broken at 80
 * bytes. A swept run begins with `index` and its sweep variables. Known from 27 real files of Spectre 15.1
 * and 19.1 and Cadence's description of mt_format; format: measure-files.md, section 4.
 */

import { readMeasureHead } from './measure-head.ts'
import { type MeasureTable, warning } from './measure-table.ts'
import { readWrappedTable } from './measure-wrapped.ts'
import { splitLines } from './text.ts'

/**
 * Reads a horizontal `.mt0`. A record that does not fit ends the reading: what is behind it may be shifted.
 */
export function readSpectreHorizontal(text: string): MeasureTable {
  const lines = splitLines(text)
  const head = readMeasureHead(lines)
  const isHeadOnly = head.end === lines.length && head.fields.title !== null
  if (!isHeadOnly) return readWrappedTable(lines, head)
  const problems = [warning(null, 'no names below the title: the run has no measures')]
  return { ...head.fields, names: [], sweepNames: [], rows: [], problems }
}
