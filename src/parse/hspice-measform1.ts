/*
 * HSPICE's MEASFORM=1, which spreadsheets import: all names on one line, a record a line, separated by
 * blanks. Known from one real file of HSPICE L-2016.03 and the manual's words on MEASFORM; format:
 * measure-files.md, section 2.
 */

import type { TableForm } from './measure-table.ts'

export const hspiceMeasform1: TableForm = {
  separator: 'blanks',
  wraps: false,
  withoutNames: null,
}
