import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toPoint } from '../../src/domain/point.ts'
import { measurementNames, resultStatus, sweepNames } from '../../src/domain/result.ts'
import { spreadPercent, summarise } from '../../src/domain/summary.ts'

type Measured = Parameters<typeof summarise>[0][number]

const corners = ['TT', 'FSG', 'SFG', 'FFG', 'SSG'] as const
/** The values of one measurement at TT, FSG, SFG …; undefined: the row does not have it. */
const rows = (...values: (number | null | undefined)[]): Measured[] =>
  values.map((value, index) => ({
    ...toPoint(corners[index % corners.length]!, 'typical', 'm40', 'v1min')!,
    measurements: Object.fromEntries(value === undefined ? [] : [['vout', value]]),
  }))
const at = (corner: string): string => `${corner}/typical/m40/v1min`

describe('a summary', () => {
  it.each<[string, Measured[], object]>([
    [
      'of several values has extremes and the mean',
      rows(2, -1, 8),
      { count: 3, failed: 0, min: -1, min_point: at('FSG'), mean: 3, max: 8, max_point: at('SFG') },
    ],
    [
      'of equal values names the first point twice',
      rows(5, 5, 5),
      { count: 3, failed: 0, min: 5, min_point: at('TT'), mean: 5, max: 5, max_point: at('TT') },
    ],
    [
      'of tied extremes names the first of each',
      rows(1, 9, 1, 9),
      { count: 4, failed: 0, min: 1, min_point: at('TT'), mean: 5, max: 9, max_point: at('FSG') },
    ],
    [
      'takes zero for a value',
      rows(0, 0),
      { count: 2, failed: 0, min: 0, min_point: at('TT'), mean: 0, max: 0, max_point: at('TT') },
    ],
    [
      'of zero and negatives has zero as its largest',
      rows(-3, 0, -6),
      { count: 3, failed: 0, min: -6, min_point: at('SFG'), mean: -3, max: 0, max_point: at('FSG') },
    ],
    [
      'counts failed values apart, and leaves them out of the mean',
      rows(null, 4, null, 6),
      { count: 2, failed: 2, min: 4, min_point: at('FSG'), mean: 5, max: 6, max_point: at('FFG') },
    ],
    [
      'of failed values only has no numbers',
      rows(null, null),
      { count: 0, failed: 2, min: null, min_point: null, mean: null, max: null, max_point: null },
    ],
    [
      'does not count rows that lack the measurement',
      rows(undefined, 7, undefined),
      { count: 1, failed: 0, min: 7, min_point: at('FSG'), mean: 7, max: 7, max_point: at('FSG') },
    ],
  ])('%s', (_name, results, expected) => {
    expect(summarise(results)).toEqual([{ measurement: 'vout', ...expected }])
  })

  it('of nothing is empty', () => {
    expect(summarise([])).toEqual([])
    expect(summarise(rows(undefined))).toEqual([])
  })

  it('is made of every measurement, in the order in which the rows bring them', () => {
    const [first, second] = rows(undefined, undefined)
    const summaries = summarise([
      { ...first!, measurements: { zeta: 1, alpha: 2 } },
      { ...second!, measurements: { beta: 3, zeta: 5 } },
    ])
    expect(summaries.map(({ measurement, count, mean }) => [measurement, count, mean])).toEqual([
      ['zeta', 2, 3],
      ['alpha', 1, 2],
      ['beta', 1, 3],
    ])
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'wire[15]', 'µ_Ω', '42'])(
    'takes %s for a name like any other',
    (name) => {
      const measurements = JSON.parse(`{${JSON.stringify(name)}: 3}`) as Measured['measurements']
      const [with3] = rows(undefined)
      const summaries = summarise([{ ...with3!, measurements }, ...rows(1)])
      expect(summaries.map(({ measurement, count, max }) => [measurement, count, max])).toEqual([
        [name, 1, 3],
        ['vout', 1, 1],
      ])
    },
  )

  it('counts every value, and its mean lies between its extremes', () => {
    // Whole numbers, whose sum is exact.
    const values = fc.array(fc.option(fc.integer({ min: -1e9, max: 1e9 })), { minLength: 1 })
    fc.assert(
      fc.property(values, (list) => {
        const [{ count, failed, min, mean, max }] = summarise(rows(...list)) as [
          ReturnType<typeof summarise>[number],
        ]
        const numbers = list.filter((value) => value !== null)
        expect([count, failed]).toEqual([numbers.length, list.length - numbers.length])
        if (numbers.length === 0) return
        expect([min, max]).toEqual([Math.min(...numbers), Math.max(...numbers)])
        expect(mean).toBeGreaterThanOrEqual(min!)
        expect(mean).toBeLessThanOrEqual(max!)
        expect(mean).toBeCloseTo(numbers.reduce((sum, value) => sum + value, 0) / numbers.length, 6)
      }),
    )
  })
})

describe('the spread', () => {
  it.each([
    ['of the mean', [1, 3], 100],
    ['of the size of a negative mean', [-1, -3], 100],
    ['nothing for equal values', [4, 4], 0],
    ['nothing for zeros only', [0, 0], 0],
    ['unknown around zero', [-2, 2], null],
    ['unknown without values', [null], null],
  ])('is %s', (_name, values, percent) => {
    expect(spreadPercent(summarise(rows(...values))[0]!)).toBe(percent)
  })
})

describe('a result', () => {
  it('is ok without failed measurements only', () => {
    expect(resultStatus({})).toBe('ok')
    expect(resultStatus({ vout: '' })).toBe('failed')
  })

  it('brings its names in order, each once', () => {
    expect(measurementNames([{ measurements: { b: 1, a: null } }, { measurements: { c: 1, a: 2 } }])).toEqual(
      ['b', 'a', 'c'],
    )
    expect(sweepNames([{ sweep: { y: 1 } }, { sweep: { x: 'on', y: 2 } }])).toEqual(['y', 'x'])
  })
})
