/*
 * The default form of HSPICE, PrimeSim HSPICE and PrimeSim (MEASFORM=0): names up to `alter#`, then records
 * of as many values, both wrapped, each in its own way. Known from 38 real files of HSPICE A-2008.03 to
 * PrimeSim HSPICE T-2022.06; format: measure-files.md, section 1.
 */

import { readMeasureHead } from './measure-head.ts'
import type { MeasureTable } from './measure-table.ts'
import { readWrappedTable } from './measure-wrapped.ts'
import { splitLines } from './text.ts'

/**
 * Reads a file of MEASFORM=0. A record that does not fit ends the reading: what is behind it may be shifted.
 */
export function readHspiceDefault(text: string): MeasureTable {
  const lines = splitLines(text)
  return readWrappedTable(lines, readMeasureHead(lines))
}
