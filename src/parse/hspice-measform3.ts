/*
 * HSPICE's MEASFORM=3 (`*.mt0.csv`): the head as in the other forms, names joined by commas, a record a line,
 * values padded on the left inside their cell. A spreadsheet that saved the file again gave it empty cells at
 * the end of every line, the head's included. Known from 7 real files of HSPICE H-2013.03 to PrimeSim HSPICE
 * T-2022.06; format: measure-files.md, section 3.
 */

import type { TableForm } from './measure-table.ts'

export const hspiceMeasform3: TableForm = {
  separator: 'commas',
  wraps: false,
  withoutNames: null,
}
