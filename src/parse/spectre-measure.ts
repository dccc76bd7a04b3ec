/*
 * Spectre's horizontal `.mt0` (`mt_format=horizontal`, its default): `$ Simulator: spectre (ver. …)`, `.title
 * '…'`, names up to `alter#` and records of as many values, tokens one blank apart and lines broken at 80
 * bytes, so that each record is wrapped in its own way. A swept run begins with `index` and its sweep variables.
 * Known from 27 real files of Spectre 15.1 and 19.1 and Cadence's description of mt_format; format:
 * measure-files.md, section 4.
 */

import type { TableForm } from './measure-table.ts'

export const spectreHorizontal: TableForm = {
  separator: 'blanks',
  wraps: 'by length',
  withoutNames: 'no names below the title: the run has no measures',
}
