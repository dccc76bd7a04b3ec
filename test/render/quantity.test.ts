import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, engineering, fullPrecision } from '../../src/render/index.ts'

test.each([
  [3.124e-11, '31.24p'],
  [-4.476e-4, '-447.6u'],
  [0, '0'],
  [-0, '0'],
  [1, '1.000'],
  [1.1, '1.100'],
  [125, '125.0'],
  [7467.68798, '7.468k'],
  [999.94, '999.9'],
  [999.96, '1.000k'],
  [-0.00099996, '-1.000m'],
  [2.5e-15, '2.500f'],
  [1e-18, '1.000a'],
  [1.6e-9, '1.600n'],
  [4.2e6, '4.200M'],
  [2e9, '2.000G'],
  [9.999e14, '999.9T'],
  [999.96e12, '1.000e+15'],
  [1e15, '1.000e+15'],
  [-3.3e-19, '-3.300e-19'],
  [Number.MAX_VALUE, '1.798e+308'],
  [5e-324, '4.941e-324'],
  [Number.NaN, '-'],
  [Number.POSITIVE_INFINITY, '-'],
  [null, '-'],
])('%s is written %s', (value, text) => {
  expect(engineering(value)).toBe(text)
})

test('engineering notation is never further from the value than half a unit of the fourth digit', () => {
  const scale: Record<string, number> = {
    a: -18,
    f: -15,
    p: -12,
    n: -9,
    u: -6,
    m: -3,
    k: 3,
    M: 6,
    G: 9,
    T: 12,
  }
  const read = (text: string): number => Number(text.replace(/[a-zA-Z]$/, (prefix) => `e${scale[prefix]!}`))
  const value = fc.double({ noNaN: true, min: -1e300, max: 1e300 })
  fc.assert(
    fc.property(value, (number) => {
      fc.pre(Math.abs(number) > 1e-300)
      expect(Math.abs(read(engineering(number)) / number - 1)).toBeLessThanOrEqual(5.0001e-4)
    }),
  )
})

test.each([
  [3.40366256e-11, '3.40366256e-11'],
  [0.1, '0.1'],
  [0, '0'],
  [null, '-'],
])('%s at full precision is %s', (value, text) => {
  expect(fullPrecision(value)).toBe(text)
})

test('full precision reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(fullPrecision(value)) === value).toBe(true)
    }),
  )
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [4_200_000, '4.2 MB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [7.25e12, '7.3 TB'],
  [3e18, '3000.0 PB'],
])('%d bytes are %s', (size, text) => {
  expect(bytes(size)).toBe(text)
})
