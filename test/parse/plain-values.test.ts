import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readColumns, readValues, toFields } from '../../src/parse/flow-table.ts'
import { readPlainValues } from '../../src/parse/plain-values.ts'

const named = (...names: string[]) => readColumns(names, 1)
const line = (text: string, terminated = true) => ({ text, number: 2, terminated })

const field = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: true }).map((value) => value.toExponential(8)) },
  { weight: 2, arbitrary: fc.constantFrom('1', '0', '-40', '+2.5', '.5', '7.', '1e3', '007') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', 'failed', '1e999', ' 1', '1 ', '0x10', '1.5', '-1', '1e', '\r', 'é'),
  },
)
const columns = fc.constantFrom(
  named('delay', 'power', 'temper', 'alter#'),
  named('swp', 'delay', 'index', 'temper', 'alter#'),
  named('delay', 'power'),
  named('__proto__', 'delay', 'alter#'),
  named('delay'),
)

describe('a row of plain numbers is read at once', () => {
  it('and says what the careful reading says, or nothing', () => {
    const cases = fc.record({
      columns,
      fields: fc.array(field, { minLength: 6, maxLength: 6 }),
      more: fc.constantFrom(-1, 0, 0, 0, 1),
      alter: fc.constantFrom('1', '1', '2.00000000e+00', '1.5'),
      tabs: fc.nat(3),
      key: fc.constantFrom('', 'TT\ttypical\t-40\tmin\t'),
      terminated: fc.boolean(),
    })
    let atOnce = 0
    fc.assert(
      fc.property(cases, ({ columns, fields, more, alter, tabs, key, terminated }) => {
        const count = columns.columns.length
        const values =
          [...fields.slice(0, count - 1), alter, '1'].slice(0, count + more).join('\t') + '\t'.repeat(tabs)
        const plain = readPlainValues(line(key + values, terminated), key.length, columns)
        if (plain === null) return
        atOnce += 1
        expect(plain).toEqual(readValues(toFields(values), columns, line(values, terminated), null))
      }),
      { numRuns: 3000 },
    )
    expect(atOnce).toBeGreaterThan(300)
  })

  it.each([
    ['1e-12\t2e-3\t25\t1', true],
    ['1e-12\t2e-3\t25\t1\t\t\t', true],
    ['1e-12\tfailed\t25\t1', false],
    ['1e-12\t\t25\t1', false],
    ['1e-12\t1e999\t25\t1', false],
    ['1e-12\t2e-3\t25\t1.5', false],
    ['1e-12\t2e-3\t25', false],
    ['1e-12\t2e-3\t25\t1\t2', false],
  ])('%j: %s', (text, isPlain) => {
    const read = readPlainValues(line(text), 0, named('delay', 'power', 'temper', 'alter#'))
    expect(read !== null).toBe(isPlain)
  })

  it('not where the file may go on', () => {
    expect(readPlainValues(line('1e-12\t1', false), 0, named('delay', 'alter#'))).toBeNull()
  })
})
