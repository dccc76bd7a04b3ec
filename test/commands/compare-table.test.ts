import { expect, test } from 'vitest'
import { changeColumns } from '../../src/commands/compare-table.ts'
import { type Change } from '../../src/domain/compare-results.ts'

const change: Change = {
  ...{ measurement: 'v', point: 'TT/typical/m40/v1min', base: null, new: 31e-12 },
  ...{ difference: null, percent: null, verdict: 'changed', alter_number: 1, row_number: 1 },
  ...{ base_failed: '', new_failed: null },
}

test.each([
  ['', '(empty)'],
  ['\t', '(empty)'],
  ['failed', 'failed'],
  [null, '-'],
])('in place of a value that failed as %j the table of changes shows %j', (text, shown) => {
  const columns = changeColumns(false)
  const textOf = (key: string): string | null | undefined =>
    columns.find((column) => column.key === key)?.text?.({ ...change, base_failed: text })
  expect(textOf('base')).toBe(shown)
  expect(textOf('new')).toBe('31.00p')
  expect(textOf('difference')).toBe('-')
})
