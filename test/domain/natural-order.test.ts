import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareNaturally } from '../../src/domain/natural-order.ts'

const tables = new Intl.Collator('en', { numeric: true }).compare

describe('the natural order', () => {
  test('counts numbers, and does not part large letters from small ones', () => {
    const names = ['sim_a10', 'TT/b', 'sim_a2', 'tb_bkp', 'SSG', 'sim', 'sim#1', 'Sim', 'sim_a02']
    expect([...names].sort(compareNaturally)).toEqual([...names].sort(tables))
    expect(['_a10', '_a9', '_a2'].sort(compareNaturally)).toEqual(['_a2', '_a9', '_a10'])
  })

  test.each([
    [
      'paths of the flow',
      fc.stringMatching(/^(\/?(TT|tb_bkp|ssg|SSG_ffg|typical|m40|v1min|x[0-9]{1,4}|.mt0)){1,6}$/),
    ],
    ['text of ASCII', fc.string({ unit: 'binary-ascii' })],
    ['digits and letters', fc.stringMatching(/^[01aAbB_./]{0,12}$/)],
    ['any text', fc.string({ unit: 'grapheme' })],
  ])('is that of the collation tables, for %s', (_, texts) => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareNaturally(a, b))).toBe(Math.sign(tables(a, b)))
      }),
      { numRuns: 3000 },
    )
  })
})
