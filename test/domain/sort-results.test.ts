import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/domain/result.ts'
import { sortResults } from '../../src/domain/sort-results.ts'
import { aPoint, aResult } from '../store/jobs.ts'

const result = (path: string, fields: Partial<Result> = {}): Result =>
  aResult(aPoint(), { mt0_file_path: path, measurements: {}, ...fields })
const sorted = (results: readonly Result[], column: string, descending = false): string =>
  sortResults(results, { column, descending })
    .map(({ mt0_file_path }) => mt0_file_path)
    .join(' ')
const measured = (path: string, value: number | null): Result =>
  result(path, { measurements: { vout: value } })

describe('results sorted by a column', () => {
  const values = [measured('five', 5), measured('none', null), measured('minus', -3), result('lacks')]

  it('stand by value, and without a value last in both directions', () => {
    expect(sorted(values, 'vout')).toBe('minus five none lacks')
    expect(sorted(values, 'vout', true)).toBe('five minus none lacks')
  })

  it('keep their order where they are equal', () => {
    const equals = [measured('a', 1), measured('b', 0), measured('c', 1), measured('d', 0)]
    expect(sorted(equals, 'vout')).toBe('b d a c')
    expect(sorted(equals, 'vout', true)).toBe('a c b d')
  })

  it.each<[string, Partial<Result>[], string]>([
    ['temperature', [{ temperature_c: 125 }, { temperature_c: -40 }, { temperature_c: 85 }], '1 2 0'],
    ['temperature_c', [{ temperature_c: 125 }, { temperature_c: -40 }, { temperature_c: 85 }], '1 2 0'],
    ['corner', [{ corner: 'b' }, { corner: 'C' }, { corner: 'a' }], '1 2 0'],
    ['point', [{ corner: 'b' }, { corner: 'c' }, { corner: 'a' }], '2 0 1'],
    ['alter_number', [{ alter_number: 10 }, { alter_number: 9 }], '1 0'],
    ['netlist_path', [{ netlist_path: null }, { netlist_path: 'x' }], '1 0'],
    ['step', [{ sweep: { step: 'on' } }, { sweep: { step: 10 } }, { sweep: { step: 9 } }], '2 1 0'],
    [
      'corner',
      [
        { measurements: { corner: 2 }, corner: 'a' },
        { measurements: { corner: 1 }, corner: 'b' },
      ],
      '1 0',
    ],
    ['nonsense', [{}, {}], '0 1'],
    ['toString', [{}, {}], '0 1'],
    ['measurements', [{}, {}], '0 1'],
  ])('by %s: %o stand as %s', (column, rows, order) => {
    expect(
      sorted(
        rows.map((fields, index) => result(String(index), fields)),
        column,
      ),
    ).toBe(order)
  })

  it('are the same results, in ascending order', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ noNaN: true }))), (list) => {
        const results = list.map((value, index) => measured(String(index), value))
        const after = sortResults(results, { column: 'vout', descending: false })
        expect(new Set(after)).toEqual(new Set(results))
        const numbers = after
          .map(({ measurements }) => measurements['vout']!)
          .filter((value) => value !== null)
        for (const [index, value] of numbers.entries()) {
          expect(value >= (numbers[index - 1] ?? -Infinity)).toBe(true)
        }
        expect(after.slice(numbers.length).every(({ measurements }) => measurements['vout'] === null)).toBe(
          true,
        )
      }),
    )
  })
})
