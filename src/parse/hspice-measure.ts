/*
 * The default form of HSPICE, PrimeSim HSPICE and PrimeSim (MEASFORM=0): names up to `alter#`, then records
 * of as many values, both wrapped, each in its own way. Known from 38 real files of HSPICE A-2008.03 to
 * PrimeSim HSPICE T-2022.06, which wrap after a number of values; format: measure-files.md, section 1.
 */

import type { TableForm } from './measure-table.ts'

export const hspiceDefault: TableForm = {
  separator: 'blanks',
  wraps: 'by count',
  withoutNames: null,
}
