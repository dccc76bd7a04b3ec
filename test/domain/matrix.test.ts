import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/domain/configuration.ts'
import { impliedPoints, supplyCount, voltageCombos } from '../../src/domain/matrix.ts'
import { pointName } from '../../src/domain/point.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'

const configured = (fields: Partial<Configuration>): Configuration => ({
  ...defaultConfiguration(),
  ...fields,
})
const names = (fields: Partial<Configuration>, extractions?: readonly string[]): string[] =>
  impliedPoints(configured(fields), extractions).map(pointName)

const one = { supply_2nd: 'NA', supply_3rd: 'NA' }
const two = { supply_2nd: 'vccn', supply_3rd: 'NA' }
const three = { supply_2nd: 'vccana', supply_3rd: 'vccn' }
const custom = (corners: string): Partial<Configuration> => ({
  mode: 'polo',
  postlay_cross_cornerlist: 'custom',
  postlay_custom_corners: corners,
})

describe('the points that a configuration implies', () => {
  it.each<[string, number, Partial<Configuration>]>([
    ['prelay, no gs/gf, one supply', 44, { mode: 'prelay', ...one }],
    ['prelay, gs/gf, two supplies', 92, { mode: 'prelay', gs_gf_corner: 'Yes', ...two }],
    ['polo, no gs/gf, one supply, default', 92, { mode: 'polo', ...one }],
    [
      'polo, gs/gf, three supplies, full',
      488,
      { mode: 'polo', gs_gf_corner: 'Yes', postlay_cross_cornerlist: 'full', ...three },
    ],
    ['prelay, no gs/gf, hvqk', 16, { mode: 'prelay', condition: 'hvqk' }],
    ['a mode with a carriage return, which the flow takes for polo', 92, { mode: 'prelay\r', ...one }],
    ['a gs/gf that is not exactly No', 56, { mode: 'prelay', gs_gf_corner: 'no', ...one }],
    ['polo, custom, two corners', 44 + 2 * 2 * 6, { ...custom('TT SSG'), ...one }],
    ['polo, custom without corners', 44, { ...custom(' '), ...one }],
  ])('of %s are %i', (_name, count, fields) => {
    expect(names(fields)).toHaveLength(count)
  })

  it.each(['prelay', 'polo'])('of mode %s are as many as the formula says, in every combination', (mode) => {
    for (const gs_gf_corner of ['No', 'Yes']) {
      for (const supplies of [one, two, three]) {
        for (const condition of ['perf', 'func', 'htol', 'hvqk']) {
          for (const list of ['default', 'full', 'custom']) {
            const fields = {
              ...custom('SSG  FFG TT'),
              ...{ mode, gs_gf_corner, ...supplies, condition, postlay_cross_cornerlist: list },
            }
            const corners = gs_gf_corner === 'No' ? 7 : 9
            const cross = { default: corners === 7 ? 4 : 6, full: corners, custom: 3 }[list]!
            const voltages = /htol|hvqk/.test(condition)
              ? 1
              : { 1: 3, 2: 5, 3: 9 }[supplyCount(configured(fields))]
            const expected = 2 * corners * voltages + 2 + (mode === 'polo' ? 4 * cross * voltages : 0)
            expect(names(fields), JSON.stringify(fields)).toHaveLength(expected)
            expect(new Set(names(fields)).size, JSON.stringify(fields)).toBe(expected)
          }
        }
      }
    }
  })

  it('run through corner, temperature, voltage, and end with the nominal points at 85 and 100', () => {
    const points = names({ mode: 'prelay', ...one })
    const corners = ['TT', 'FSG', 'SFG', 'FFG', 'FFAG', 'SSG', 'SSAG']
    expect(points).toEqual([
      ...corners.flatMap((corner) =>
        ['m40', '125'].flatMap((temperature) =>
          ['v1min', 'v1max', 'v1nom'].map((voltage) => `${corner}/typical/${temperature}/${voltage}`),
        ),
      ),
      'TT/typical/85/v1nom',
      'TT/typical/100/v1nom',
    ])
  })

  it('of mode polo go through cworst and cbest corner by corner, between the typical ones and the last two', () => {
    const points = names({ mode: 'polo', ...one })
    const cross = ['FSG', 'SFG', 'SSG', 'FFG'].flatMap((corner) =>
      ['cworst_CCworst_T', 'cbest_CCbest_T'].flatMap((extraction) =>
        ['m40', '125'].flatMap((temperature) =>
          ['v1min', 'v1max', 'v1nom'].map((voltage) => `${corner}/${extraction}/${temperature}/${voltage}`),
        ),
      ),
    )
    expect(points.slice(0, 42)).toEqual(names({ mode: 'prelay', ...one }).slice(0, 42))
    expect(points.slice(42, -2)).toEqual(cross)
    expect(points.slice(-2)).toEqual(['TT/typical/85/v1nom', 'TT/typical/100/v1nom'])
  })

  it.each<[string, Partial<Configuration>, string[]]>([
    ['default', { gs_gf_corner: 'No' }, ['FSG', 'SFG', 'SSG', 'FFG']],
    ['default', { gs_gf_corner: 'Yes' }, ['FSG', 'SFG', 'SSG', 'FFG', 'FFG_SSG', 'SSG_FFG']],
    ['full', { gs_gf_corner: 'No' }, ['TT', 'FSG', 'SFG', 'FFG', 'FFAG', 'SSG', 'SSAG']],
    [
      'full',
      { gs_gf_corner: 'Yes' },
      ['TT', 'FSG', 'SFG', 'FFG', 'FFAG', 'SSG', 'SSAG', 'FFG_SSG', 'SSG_FFG'],
    ],
    ['custom', { postlay_custom_corners: 'SSG MYCORNER  TT ' }, ['SSG', 'MYCORNER', 'TT']],
    ['a list that the flow does not know', {}, ['FSG', 'SFG', 'SSG', 'FFG']],
  ])('cross the corners of %s (%o) in the order of the list', (list, fields, corners) => {
    const points = impliedPoints(
      configured({ mode: 'polo', ...fields, postlay_cross_cornerlist: list }),
    ).filter(({ extraction }) => extraction !== 'typical')
    expect([...new Set(points.map(({ corner }) => corner))]).toEqual(corners)
  })

  it('take the names of the extractions from older scripts', () => {
    const points = names({ mode: 'polo', ...one }, ['rcworst_CCworst_T', 'rcbest_CCbest_T'])
    expect(points[42]).toBe('FSG/rcworst_CCworst_T/m40/v1min')
    expect(points[48]).toBe('FSG/rcbest_CCbest_T/m40/v1min')
    expect(points).toHaveLength(92)
  })

  it.each(['htol', 'hvqk'])('of condition %s are all-max, and nominal at 85 and 100', (condition) => {
    const points = names({ mode: 'prelay', condition, ...two })
    expect(points.slice(0, 2)).toEqual(['TT/typical/m40/v1max_v2max', 'TT/typical/125/v1max_v2max'])
    expect(points.slice(-2)).toEqual(['TT/typical/85/v1nom_v2nom', 'TT/typical/100/v1nom_v2nom'])
  })
})

describe('the supplies', () => {
  it.each([
    ['NA', 'NA', 1],
    ['vccn', 'NA', 2],
    ['na', 'NA', 2],
    ['NA\r', 'NA', 2],
    ['vccn', 'vccn', 3],
    ['NA', 'vccn', 3],
    ['NA', 'vccn_vcctx', 3],
    ['NA', 'vcctx', 1],
    ['vccn', 'vccana', 2],
  ] as const)('second %j and third %j sweep %i', (supply_2nd, supply_3rd, count) => {
    expect(supplyCount(configured({ supply_2nd, supply_3rd }))).toBe(count)
  })

  it.each([
    [one, ['v1min', 'v1max', 'v1nom']],
    [two, ['v1min_v2min', 'v1min_v2max', 'v1max_v2min', 'v1max_v2max', 'v1nom_v2nom']],
    [
      three,
      [
        ...['v1min_v2min_v3min', 'v1min_v2max_v3min', 'v1max_v2min_v3min', 'v1max_v2max_v3min'],
        ...['v1min_v2min_v3max', 'v1min_v2max_v3max', 'v1max_v2min_v3max', 'v1max_v2max_v3max'],
        'v1nom_v2nom_v3nom',
      ],
    ],
    [{ ...three, condition: 'htol' }, ['v1max_v2max_v3max']],
    [{ ...one, condition: 'hvqk' }, ['v1max']],
  ])('of %o are combined in the order of the loops', (fields, combos) => {
    expect(voltageCombos(configured(fields))).toEqual(combos)
  })

  it('never make a point twice, whatever the texts in the configuration', () => {
    const text = fc.oneof(fc.constantFrom('NA', 'vccn', 'vcctx', 'No', 'Yes', 'full', 'htol'), fc.string())
    const anything = fc.record({
      ...{ mode: text, gs_gf_corner: text, condition: text, supply_2nd: text, supply_3rd: text },
      postlay_cross_cornerlist: text.filter((list) => list !== 'custom'),
    })
    fc.assert(
      fc.property(anything, (fields) => {
        const points = names(fields)
        expect(new Set(points).size).toBe(points.length)
        expect(points.at(-1)).toMatch(/^TT\/typical\/100\/v1nom/)
      }),
    )
  })
})
