import { describe, expect, test } from 'vitest'
import { checkLimits } from '../../src/domain/check-limits.ts'
import { heatMaps, toCell } from '../../src/domain/heat-map.ts'
import type { Limit } from '../../src/domain/limit.ts'
import { type PvtPoint, toPoint } from '../../src/domain/point.ts'
import type { Result } from '../../src/domain/result.ts'
import type { Waiver } from '../../src/domain/waiver.ts'
import { aResult } from '../store/jobs.ts'

const at = (name: string): PvtPoint => {
  const [corner, extraction, temperature, voltage] = name.split('/')
  return toPoint(corner!, extraction!, temperature!, voltage!)!
}

/** A row of one measurement `d`: a number, or the text in its place; undefined for none. */
const row = (name: string, d: number | string | undefined, rowNumber = 1): Result =>
  aResult(at(name), {
    row_number: rowNumber,
    measurements: d === undefined ? {} : { d: typeof d === 'number' ? d : null },
    failed: typeof d === 'string' ? { d } : {},
  })

const limit = (over: Partial<Limit>): Limit => ({
  ...{ measurement: 'd', min: null, typ: null, max: 10, unit: 's', point: null, near: 5, line: 2 },
  ...over,
})

const waiver: Waiver = {
  ...{ waiver_id: 'w', domain_path: '/d', measurement: 'd', point: null, reason: 'known' },
  ...{ until: '2030-01-01T00:00:00.000Z', waived_by: 'ada', waived_at: '2026-01-01T00:00:00.000Z' },
}
const now = '2026-06-01T00:00:00.000Z'
const point = 'TT/typical/m40/v1min'

describe('the cell of a point', () => {
  const cell = (rows: Result[], limits: Limit[] = [], waivers: Waiver[] = []) => {
    const checks = checkLimits(limits, { results: rows, expected: [at(point)] }, waivers, now)
    return toCell(
      'd',
      rows,
      checks.flatMap(({ values }) => values()),
    )
  }

  test.each([
    ['the value', [row(point, 3)], [], { state: 'value', value: 3 }],
    [
      'of several rows the largest in size',
      [row(point, 3), row(point, -4, 2)],
      [],
      { state: 'value', value: -4 },
    ],
    ['no row', [], [], { state: 'missing', value: null, text: null }],
    ['a row without the measurement', [row(point, undefined)], [], { state: 'missing', value: null }],
    ['a text in its place', [row(point, 'error')], [], { state: 'failed', value: null, text: 'error' }],
    ['an empty text', [row(point, '')], [], { state: 'failed', text: '' }],
    [
      'a good row hides no failed one',
      [row(point, 3), row(point, 'error', 2)],
      [],
      { state: 'failed', text: 'error' },
    ],
    ['a good row hides no missing one', [row(point, 3), row(point, undefined, 2)], [], { state: 'missing' }],
    [
      'inside its limit',
      [row(point, 3)],
      [limit({})],
      { state: 'pass', value: 3, margin: 7, margin_percent: 70 },
    ],
    ['near', [row(point, 3), row(point, 9.8, 2)], [limit({})], { state: 'near', value: 9.8 }],
    [
      'the worst of several rows',
      [row(point, 11), row(point, 12, 2), row(point, 1, 3)],
      [limit({})],
      { state: 'fail', value: 12, margin: -2 },
    ],
    [
      'a violation before a failure',
      [row(point, 'error'), row(point, 11, 2)],
      [limit({})],
      { state: 'fail', value: 11 },
    ],
    [
      'the narrower of two limits',
      [row(point, 9)],
      [limit({}), limit({ max: 100 })],
      { state: 'pass', value: 9, margin: 1 },
    ],
    ['a limit for other points', [row(point, 11)], [limit({ point: 'SS*' })], { state: 'value', value: 11 }],
  ])('%s', (_, rows, limits, expected) => {
    expect(cell(rows, limits)).toMatchObject(expected)
  })

  test('a violation and a missing value are waived by a waiver only, and stay what they are', () => {
    expect(cell([row(point, 11)], [limit({})])).toMatchObject({ state: 'fail', waived: false })
    expect(cell([row(point, 11)], [limit({})], [waiver])).toMatchObject({ state: 'fail', waived: true })
    expect(cell([], [limit({})], [waiver])).toMatchObject({ state: 'missing', waived: true })
    expect(cell([], [], [waiver])).toMatchObject({ state: 'missing', waived: false })
  })
})

describe('the map', () => {
  const names = [
    'TT/typical/125/v1min',
    'TT/typical/m40/v1max',
    'SSG/typical/m40/v1min',
    'SSG/cbest/m40/v1nom',
  ]
  const points = names.map(at)

  test('has corners, extractions and voltages as they come, temperatures by degrees, holes where none is expected', () => {
    const [map] = heatMaps(
      ['d'],
      points,
      names.map((name, index) => row(name, index)),
      [],
    )
    expect(map!.groups).toEqual([
      { extraction: 'typical', voltages: ['v1min', 'v1max'] },
      { extraction: 'cbest', voltages: ['v1nom'] },
    ])
    expect(map!.rows.map(({ corner, temperature_c }) => `${corner} ${temperature_c}`)).toEqual([
      'TT -40',
      'TT 125',
      'SSG -40',
    ])
    expect(map!.rows.map(({ cells }) => cells.map((cell) => cell?.value))).toEqual([
      [undefined, 1, undefined],
      [0, undefined, undefined],
      [2, undefined, 3],
    ])
  })

  test('scales values from the lowest to the highest', () => {
    const [map] = heatMaps(['d'], points, [row(names[0]!, 2), row(names[1]!, 4), row(names[2]!, 3)], [])
    expect(map!.scale).toEqual({ of: 'value', low: 2, high: 4 })
    expect(map!.rows.flatMap(({ cells }) => cells.map((cell) => cell?.share ?? null))).toEqual([
      ...[null, 1, null],
      ...[0, null, null],
      ...[0.5, null, null],
    ])
  })

  test('scales margins in percent, violations beside the scale', () => {
    const results = [row(names[0]!, 2), row(names[1]!, 12), row(names[2]!, 5)]
    const checks = checkLimits([limit({})], { results, expected: points }, [], now)
    expect(heatMaps(['d'], points, results, checks)[0]!.scale).toEqual({
      of: 'margin_percent',
      low: 50,
      high: 80,
    })
  })

  test('of a limit without percentages has margins in the unit, of no number no scale', () => {
    const results = [row(names[0]!, -2), row(names[1]!, -1)]
    const checks = checkLimits([limit({ max: 0 })], { results, expected: null }, [], now)
    expect(heatMaps(['d'], points, results, checks)[0]!.scale).toEqual({ of: 'margin', low: 1, high: 2 })
    expect(heatMaps(['d'], points, [row(names[0]!, 'failed')], [])[0]!.scale).toBeNull()
  })

  test('stands values at the ends of what a number can hold', () => {
    const [map] = heatMaps(['d'], points, [row(names[0]!, -1.7e308), row(names[2]!, 1.7e308)], [])
    const shares = map!.rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.share ?? []))
    expect(shares).toEqual([0, 1])
  })
})
