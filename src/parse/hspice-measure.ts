import { readMeasureHead } from './measure-head.ts'
import type { MeasureTable } from './measure-table.ts'
import { readWrappedTable } from './measure-wrapped.ts'
import { splitLines } from './text.ts'

/**
 * Reads the default form of HSPICE, PrimeSim HSPICE and PrimeSim (MEASFORM=0): names up to `alter#`, then records of
 * as many values, both wrapped, each in its own way. Known from some hundred real files of HSPICE A-2008.03 to
 * PrimeSim HSPICE W-2024.09; format: measure-files.md, section 1.
 */
export function readHspiceDefault(text: string): MeasureTable {
  const lines = splitLines(text)
  return readWrappedTable(lines, readMeasureHead(lines))
}
