import { describe, expect, test } from 'vitest'
import { type Configuration, defaultConfiguration } from '../../src/domain/configuration.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import {
  misfit,
  olderThanNetlist,
  sameContentAtSeveralPoints,
  sweepsWithoutEffect,
} from '../../src/domain/plausibility.ts'
import { type PvtPoint, pointName, toPoint } from '../../src/domain/point.ts'

const point = (name: string): PvtPoint => {
  const [corner, extraction, temperature, voltage] = name.split('/') as [string, string, string, string]
  return toPoint(corner, extraction, temperature, voltage)!
}
const row = (name: string, measurements: Record<string, number | null>, sweep = {}) => ({
  ...point(name),
  sweep,
  measurements,
})
const messages = (problems: { message: string }[]): string[] => problems.map(({ message }) => message)

describe('a sweep without effect', () => {
  const same = { a: 1, b: null }
  test('is named with its corner, how many voltages and how many measurements', () => {
    const rows = ['v1max', 'v1min', 'v1nom'].map((combo) => row(`SSG/typical/m40/${combo}`, { a: 1, b: 2 }))
    expect(sweepsWithoutEffect('/bkp', rows)).toEqual([
      {
        ...{ file: '/bkp', line: null, level: 'warning' },
        message:
          'SSG/typical/m40: all 3 voltages (v1min, v1max, v1nom) give identical values in all 2 measurements: the sweep has no effect',
      },
    ])
  })

  test('is told of those that delivered values: a failed simulation between them says nothing', () => {
    const rows = ['v1min', 'v1nom', 'v1max'].map((combo, index) =>
      row(`TT/typical/m40/${combo}`, index === 0 ? { a: null, b: null } : { a: 1, b: 2 }),
    )
    expect(messages(sweepsWithoutEffect('/bkp', rows))).toEqual([
      expect.stringContaining('all 2 voltages (v1max, v1nom) give identical') as string,
    ])
  })

  test('is told in flow order, of each corner and temperature', () => {
    const places = ['SSG/typical/125', 'TT/typical/125', 'TT/typical/m40', 'TT/cworst_CCworst_T/m40']
    const rows = places.flatMap((place) => [row(`${place}/v1max`, same), row(`${place}/v1min`, same)])
    expect(messages(sweepsWithoutEffect('/bkp', rows)).map((text) => text.split(':')[0])).toEqual([
      ...['TT/typical/m40', 'TT/typical/125', 'SSG/typical/125', 'TT/cworst_CCworst_T/m40'],
    ])
  })

  test.each([
    ['one voltage only', [row('TT/typical/85/v1nom', same)]],
    ['the same voltage twice', [row('TT/typical/m40/v1nom', same), row('TT/typical/m40/v1nom', same)]],
    [
      'one measurement of several moves',
      [row('TT/typical/m40/v1min', { a: 1, b: 2 }), row('TT/typical/m40/v1max', { a: 1, b: 2.0000000001 })],
    ],
    [
      'one of three voltages differs',
      ['v1min', 'v1max', 'v1nom'].map((combo, index) =>
        row(`TT/typical/m40/${combo}`, { a: index === 2 ? 1 : 2 }),
      ),
    ],
    ['nothing was measured', ['v1min', 'v1max'].map((combo) => row(`TT/typical/m40/${combo}`, { a: null }))],
    [
      'the sweep rows differ',
      [row('TT/typical/m40/v1min', { a: 1 }, { swp: 1 }), row('TT/typical/m40/v1max', { a: 1 }, { swp: 2 })],
    ],
    ['other temperatures', [row('TT/typical/m40/v1min', same), row('TT/typical/125/v1max', same)]],
  ])('is not said when %s', (_, rows) => {
    expect(sweepsWithoutEffect('/bkp', rows)).toEqual([])
  })
})

describe('the same content at two points', () => {
  const voltagesOfTwo = ['v1min_v2min', 'v1min_v2max', 'v1max_v2min', 'v1max_v2max', 'v1nom_v2nom']
  const file = (name: string, sha256: string) => ({ path: `/f/${name}`, sha256, point: point(name) })
  test('names both points and the other file', () => {
    const files = [
      file('TT/typical/m40/v1min', 'x'),
      file('SSG/typical/m40/v1min', 'x'),
      file('SSG/typical/125/v1min', 'y'),
    ]
    expect(sameContentAtSeveralPoints(files)).toMatchObject([
      {
        file: '/f/TT/typical/m40/v1min',
        message:
          'TT/typical/m40/v1min has the same content as SSG/typical/m40/v1min (/f/SSG/typical/m40/v1min): was a file copied?',
      },
    ])
  })

  test('of many is one warning', () => {
    const files = ['TT', 'FFG', 'SSG', 'SFG'].map((corner) => file(`${corner}/typical/m40/v1min`, 'x'))
    expect(messages(sameContentAtSeveralPoints(files))).toEqual([
      expect.stringContaining(', and of 2 more points: ') as string,
    ])
  })

  test.each([
    ['of one supply', ['v1min', 'v1max', 'v1nom'], ['v1min', 'v1max']],
    ['in the second supply', voltagesOfTwo, ['v1min_v2min', 'v1min_v2max']],
    ['in both supplies', voltagesOfTwo, ['v1min_v2min', 'v1max_v2max']],
  ])('is said of some voltages of a corner, %s', (_, all, alike) => {
    const files = all.map((combo) => file(`TT/typical/m40/${combo}`, alike.includes(combo) ? 'x' : combo))
    expect(messages(sameContentAtSeveralPoints(files))).toEqual([
      `TT/typical/m40/${alike[0]} has the same content as TT/typical/m40/${alike[1]} (/f/TT/typical/m40/${alike[1]}): was a file copied?`,
    ])
  })

  test.each([
    ['first', (combo: string) => combo.replace('v1max', 'v1min')],
    ['second', (combo: string) => combo.replace('v2max', 'v2min')],
  ])('is not said where the %s supply has no effect at any voltage', (_, contentOf) => {
    const files = voltagesOfTwo.map((combo) => file(`TT/typical/m40/${combo}`, contentOf(combo)))
    expect(sameContentAtSeveralPoints(files)).toEqual([])
  })

  test('is not said of two files of one point, nor of the voltages of one corner', () => {
    const alters = [
      file('TT/typical/125/v1min', 'x'),
      { ...file('TT/typical/125/v1min', 'x'), path: '/f/other' },
    ]
    const voltages = ['v1min', 'v1max'].map((combo) => file(`TT/typical/m40/${combo}`, 'y'))
    expect(sameContentAtSeveralPoints([...alters, ...voltages])).toEqual([])
  })
})

test('a measure file that is older than its netlist is named with both times', () => {
  const age = (measuredMs: number) => ({
    path: '/m',
    point: point('TT/typical/m40/v1min'),
    measuredMs,
    netlistMs: 3_600_000,
  })
  expect(messages(olderThanNetlist([age(0)]))).toEqual([
    'TT/typical/m40/v1min: measured 1970-01-01T00:00:00Z, before its netlist was written (1970-01-01T01:00:00Z): the values may be those of an earlier one',
  ])
  expect(olderThanNetlist([age(3_600_000), age(3_596_000), age(9_000_000)])).toEqual([])
})

describe('a configuration that does not fit', () => {
  const of = (fields: Partial<Configuration>): Configuration => ({ ...defaultConfiguration(), ...fields })
  const two = { supply_2nd: 'vccn' }
  const byName = (points: readonly PvtPoint[]) => new Map(points.map((one) => [pointName(one), one]))
  const told = (job: Configuration, run: Configuration, partial = {}) => {
    const points = impliedPoints(run)
    const all = { expected: impliedPoints(job), delivered: points, attempted: points, ...partial }
    const { attempted } = all
    return messages(
      misfit('/bkp', job, { expected: byName(all.expected), delivered: byName(all.delivered), attempted }),
    )
  }

  test('points that nobody expected: which would fit, and how many of how many', () => {
    expect(told(of(two), of({ ...two, gs_gf_corner: 'Yes' }))).toEqual([
      "20 points are not among the job's expected ones, for example FFG_SSG/typical/m40/v1min_v2min: gs/gf_corner:Yes would fit (92 of 92)",
    ])
  })

  test('exactly the points of another one were attempted', () => {
    expect(told(of({ ...two, gs_gf_corner: 'Yes' }), of(two))).toEqual([
      'the job expects 92 points, the run attempted 72: gs/gf_corner:No would fit (72 of 72)',
    ])
  })

  test('the same of a job with a list of cross corners of its own', () => {
    const own = { mode: 'polo', postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'SSG FFG' }
    expect(told(of({ ...own, gs_gf_corner: 'Yes' }), of(own))).toEqual([
      'the job expects 80 points, the run attempted 68: gs/gf_corner:No would fit (68 of 68)',
    ])
  })

  test('without points of the flow nothing fits', () => {
    const delivered = [point('XX/typical/m40/v1min')]
    expect(told(of({}), of({}), { delivered, attempted: [] })).toEqual([
      "1 point is not among the job's expected ones, for example XX/typical/m40/v1min: no configuration of the flow has all points of this run",
    ])
  })

  test.each([
    ['all is as expected', of(two), of(two), {}],
    [
      'points are missing and nobody knows what was attempted',
      of({ gs_gf_corner: 'Yes' }),
      of({}),
      { attempted: [] },
    ],
    ['nothing is expected', of(two), of({}), { expected: [] }],
    [
      'some points were attempted, of no other configuration',
      of(two),
      of(two),
      { delivered: impliedPoints(of(two)).slice(5), attempted: impliedPoints(of(two)).slice(5) },
    ],
    [
      'the extractions have older names and the expected ones were given them',
      of({ mode: 'polo' }),
      of({ mode: 'polo' }),
      {
        expected: impliedPoints(of({ mode: 'polo' }), ['rcworst_CCworst_T', 'rcbest_CCbest_T']),
        delivered: impliedPoints(of({ mode: 'polo' }), ['rcworst_CCworst_T', 'rcbest_CCbest_T']),
        attempted: impliedPoints(of({ mode: 'polo' }), ['rcworst_CCworst_T', 'rcbest_CCbest_T']),
      },
    ],
  ])('is not said when %s', (_, job, run, partial) => {
    expect(told(job, run, partial)).toEqual([])
  })
})
