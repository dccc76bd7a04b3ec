import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareFlowOrder, inFlowOrder } from '../../src/domain/flow-order.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName, type PvtPoint, toPoint } from '../../src/domain/point.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'

const point = (name: string): PvtPoint => {
  const [corner, extraction, temperature, voltage] = name.split('/')
  return toPoint(corner!, extraction!, temperature!, voltage!)!
}
const ordered = (names: readonly string[], expected: readonly string[] = []): string[] =>
  inFlowOrder(names.map(point), (item) => item, expected.map(point)).map(pointName)

const anyName = fc
  .tuple(
    fc.constantFrom('TT', 'FSG', 'SSG', 'FFG_SSG', 'ZZ', 'AA'),
    fc.constantFrom('typical', 'cworst_CCworst_T', 'cbest_CCbest_T', 'other'),
    fc.constantFrom('m40', '25', '85', '100', '125'),
    fc.constantFrom('v1min', 'v1max_v2min', 'v1nom_v2nom', 'v1min_v2min_v3max', 'odd'),
  )
  .map((parts) => parts.join('/'))

describe('flow order', () => {
  it('is that of the expected points, with everything else behind', () => {
    const expected = ['TT/typical/m40/v1min', 'SSG/typical/m40/v1min', 'FFG/typical/m40/v1min']
    expect(
      ordered(
        ['AA/typical/m40/v1min', 'FFG/typical/m40/v1min', 'TT/typical/125/v1min', expected[0]!],
        expected,
      ),
    ).toEqual([
      'TT/typical/m40/v1min',
      'FFG/typical/m40/v1min',
      'TT/typical/125/v1min',
      'AA/typical/m40/v1min',
    ])
  })

  it.each<[string, string[]]>([
    ['corners as in the loops, unknown ones last', ['TT', 'FSG', 'SFG', 'FFG', 'FFAG', 'SSG', 'SSAG']],
    ['gate splits behind the base corners', ['SSAG', 'FFG_SSG', 'SSG_FFG', 'AB', 'ZZ']],
  ])('without expected points: %s', (_name, corners) => {
    const names = corners.map((corner) => `${corner}/typical/m40/v1min`)
    expect(ordered([...names].reverse())).toEqual(names)
  })

  it.each<[string, string[]]>([
    ['temperatures by degrees', ['TT/typical/m40/v1min', 'TT/typical/25/v1min', 'TT/typical/125/v1min']],
    ['85 and 100 last of all', ['ZZ/other/125/v1nom', 'TT/typical/85/v1nom', 'TT/typical/100/v1nom']],
    ['typical before crossed corners', ['SSAG/typical/125/v1nom', 'TT/cworst_CCworst_T/m40/v1min']],
    [
      'cworst before cbest within a corner',
      ['FSG/cworst_CCworst_T/125/v1nom', 'FSG/cbest_CCbest_T/m40/v1min', 'SFG/cworst_CCworst_T/m40/v1min'],
    ],
    [
      'the third supply outermost, nominal last',
      [
        'TT/typical/m40/v1max_v2max_v3min',
        'TT/typical/m40/v1min_v2max_v3max',
        'TT/typical/m40/v1max_v2min_v3max',
        'TT/typical/m40/v1nom_v2nom_v3nom',
      ],
    ],
  ])('without expected points: %s', (_name, names) => {
    expect(ordered([...names].reverse())).toEqual(names)
  })

  it('keeps rows of one point as they came', () => {
    const rows = [
      { alter: 2, ...point('TT/typical/m40/v1min') },
      { alter: 9, ...point('AA/typical/m40/v1min') },
      { alter: 1, ...point('TT/typical/m40/v1min') },
      { alter: 8, ...point('AA/typical/m40/v1min') },
    ]
    const alters = (expected: PvtPoint[]) =>
      inFlowOrder(rows, (row) => row, expected).map(({ alter }) => alter)
    expect(alters([])).toEqual([2, 1, 9, 8])
    expect(alters([point('AA/typical/m40/v1min')])).toEqual([9, 8, 2, 1])
  })

  it('is a permutation that begins with the expected points in their order, and does not depend on the input', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName), fc.uniqueArray(anyName), (names, expected) => {
        const result = ordered(names, expected)
        expect([...result].sort()).toEqual([...names].sort())
        const known = expected.filter((name) => names.includes(name))
        expect(result.slice(0, known.length)).toEqual(known)
        expect(ordered([...names].reverse(), expected)).toEqual(result)
        expect(ordered(result, expected)).toEqual(result)
      }),
    )
  })

  it('is total: antisymmetric, and equal for the same point only', () => {
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        const order = compareFlowOrder(point(a), point(b))
        expect(Math.sign(order) + Math.sign(compareFlowOrder(point(b), point(a)))).toBe(0)
        expect(order === 0).toBe(a === b)
      }),
    )
  })

  it.each([
    { mode: 'prelay', supply_2nd: 'NA' },
    { mode: 'prelay', gs_gf_corner: 'Yes', supply_2nd: 'vccn' },
    { mode: 'prelay', supply_3rd: 'vccn' },
    { mode: 'polo', gs_gf_corner: 'Yes', supply_3rd: 'vccn', postlay_cross_cornerlist: 'full' },
  ])('finds the order of the loops again, without being told the points, for %o', (fields) => {
    const points = impliedPoints({ ...defaultConfiguration(), ...fields })
    const mixed = [...points].sort((a, b) => (pointName(a) < pointName(b) ? 1 : -1))
    expect(mixed).not.toEqual(points)
    expect(mixed.sort(compareFlowOrder)).toEqual(points)
  })
})
