import { expect, it } from 'vitest'
import { parseNumber } from '../../src/parse/number.ts'

it.each([
  ['4.991e-05', 4.991e-5],
  ['0.', 0],
  ['.5', 0.5],
  ['+2.5E+01', 25],
  ['-1.32571152e-04', -1.32571152e-4],
  ['1', 1],
  ['007', 7],
  ['1e-400', 0],
])('%s is a number', (text, value) => {
  expect(parseNumber(text)).toBe(value)
})

it.each([
  ...['', ' ', '.', '+', 'e5', '1e', '1e+', '12abc', '1.2.3', '0x10', 'nan', 'inf', '-Infinity', 'failed'],
  ...[' 1', '1 ', '1\n', '1,5', '1_000', '1f', '1.0D-05', '1e999', '−1', '١'],
])('%j is no number', (text) => {
  expect(parseNumber(text)).toBeNull()
})

it('a long text of digits with a letter behind is refused at once', () => {
  expect(parseNumber(`${'1'.repeat(1_000_000)}x`)).toBeNull()
})
