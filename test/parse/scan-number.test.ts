import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNumber } from '../../src/parse/number.ts'
import { type ScanEnd, scanNumber, scanPrefix } from '../../src/parse/scan-number.ts'

/** Scans the text inside other bytes, so that a look beyond its ends would show. */
function scan(text: string): number {
  const bytes = new TextEncoder().encode(`9${text}9`)
  return scanNumber(bytes, 1, bytes.length - 1)
}

/** Tells -0 from 0, which `===` does not. */
const isSame = (text: string): boolean => Object.is(scan(text), parseNumber(text) ?? NaN)

const digits = fc.oneof(
  fc.nat({ max: 9 }).map(String),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 15n + 10n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  fc.constantFrom('', '0', '00', '000123', '999999999999999', '1000000000000000', '9007199254740993'),
)
const sign = fc.constantFrom('', '', '-', '+')

/** Numbers as simulators write them, at the edges of the fast ways, and far beyond. */
const written = fc
  .tuple(
    sign,
    digits,
    fc.constantFrom('', '.'),
    digits,
    fc.constantFrom('', 'e', 'E'),
    sign,
    fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 400 })).map(String),
  )
  .map(([s, whole, dot, decimals, e, powerSign, power]) =>
    [s, whole, dot, dot === '' ? '' : decimals, e, ...(e === '' ? [] : [powerSign, power])].join(''),
  )

describe('scanNumber is what parseNumber is', () => {
  it.each([
    ...['0', '-0', '0.', '-0.0e5', '.5', '+2.5E+01', '4.991e-05', '007', '1e22', '1e23', '1e-22', '1e-23'],
    ...['5e-324', '-4.9406564584124654e-324', '2.4703282292062327e-324', '2.2250738585072011e-308'],
    ...['1.7976931348623157e308', '1.7976931348623159e308', '1e999', '-1e999', '0e999', '1e-400'],
    ...['9007199254740993', '999999999999999e22', '999999999999999e-44', '1e-44', '1e-45', '3e-23'],
    ...[
      '',
      '.',
      '+',
      '-',
      'e5',
      '1e',
      '1e+',
      '1e+-5',
      '12abc',
      '1.2.3',
      '0x10',
      'nan',
      'inf',
      '1f',
      '1.0D-05',
    ],
    ...['--1', '+-1', '1-', '1e5.', '1e5e5', ' 1', '1 ', '1,5', '1_000', '−1', '١', 'é', '1\u00a0'],
    `0.${'0'.repeat(100_000)}1e1000001`,
    `${'1'.repeat(400)}e-390`,
    `1e${'0'.repeat(300)}5`,
    `${'0'.repeat(300)}1.5`,
    `1${'0'.repeat(300)}e-300`,
  ])('%s', (text) => {
    expect(scan(text)).toBe(parseNumber(text) ?? NaN)
  })

  it('for numbers of all lengths and powers', () => {
    fc.assert(fc.property(written, isSame), { numRuns: 200_000 })
  })

  it('for all doubles, however many of their digits are written', () => {
    const shapes: ((value: number, count: number) => string)[] = [
      (value) => String(value),
      (value, count) => value.toExponential(count),
      (value, count) => value.toPrecision(count + 1),
      (value, count) => value.toExponential(Math.min(count, 14)).replace('e-', 'E-0'),
    ]
    const double = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(double, fc.nat({ max: 18 }), fc.constantFrom(...shapes), (value, count, shape) =>
        isSame(shape(value, count)),
      ),
      { numRuns: 100_000 },
    )
  })

  it('for the small numbers that have a division of their own, and those in the middle of two doubles', () => {
    const small = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), fc.integer({ min: 20, max: 48 }))
    fc.assert(
      fc.property(small, ([mantissa, power]) => isSame(`${mantissa}e-${power}`)),
      { numRuns: 200_000 },
    )
    // The decimal of 15 digits nearest to the middle of two doubles, which is hardest to round.
    const middle = fc.tuple(fc.double({ min: 1e-30, max: 1e-9, noNaN: true }), fc.nat({ max: 14 }))
    fc.assert(
      fc.property(middle, ([value, count]) => isSame((value * (1 + 2 ** -53)).toExponential(count))),
      { numRuns: 50_000 },
    )
  })

  it('for any text', () => {
    const soup = fc.array(fc.constantFrom(...'0123456789+-.eE x'.split(/(?:)/)), { maxLength: 12 })
    fc.assert(
      fc.property(soup, (parts) => isSame(parts.join(''))),
      { numRuns: 100_000 },
    )
  })
})

it.each([
  ['1.5 2', 1.5, 3],
  ['1.5e', 1.5, 3],
  ['1.5e+x', 1.5, 3],
  ['2,3', 2, 1],
  ['-.5abc', -0.5, 3],
  ['failed', NaN, 0],
])('scanPrefix of %j is %d and ends at %i', (text, value, at) => {
  const scanEnd: ScanEnd = { at: -1 }
  const bytes = new TextEncoder().encode(text)
  expect(scanPrefix(bytes, 0, bytes.length, scanEnd)).toBe(value)
  expect(scanEnd.at).toBe(at)
})
