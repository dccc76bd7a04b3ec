import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { type PvtPoint, pointName, toPoint } from '../../src/domain/point.ts'
import type { Result } from '../../src/domain/result.ts'
import { type AxisShare, sensitivity } from '../../src/domain/sensitivity.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'
import { aResult } from '../store/jobs.ts'

const aRow = (point: PvtPoint, value: number | null): Result => aResult(point, { measurements: { v: value } })

/** A full grid: 3 corners, 2 temperatures, 2 supplies at min and max. */
const grid = ['TT', 'SSG', 'FFG'].flatMap((corner) =>
  ['m40', '125'].flatMap((temperature) =>
    ['v1min_v2min', 'v1min_v2max', 'v1max_v2min', 'v1max_v2max'].map((voltage) =>
      toPoint(corner, 'typical', temperature, voltage)!,
    ),
  ),
)

const slow = (point: PvtPoint): number => ({ TT: 0, SSG: 1, FFG: -1 })[point.corner] ?? 0
const hot = (point: PvtPoint): number => (point.temperature_c > 0 ? 1 : -1)
const v1 = (point: PvtPoint): number => (point.voltage_combo.includes('v1max') ? 1 : -1)

const sharesOf = (
  points: readonly PvtPoint[],
  valueOf: (point: PvtPoint) => number | null,
  expected: readonly PvtPoint[] = [],
): Map<string, AxisShare> => {
  const rows = sensitivity(
    points.map((point) => aRow(point, valueOf(point))),
    expected,
  )
  return new Map(rows.map((row) => [row.axis, row]))
}

describe('what explains the spread', () => {
  it('one axis alone explains all of it', () => {
    const shares = sharesOf(grid, hot)
    expect(shares.get('temperature')).toMatchObject({
      ...{ share_percent: 100, direction: 'rising', low_level: '-40', high_level: '125' },
      ...{ low_mean: -1, high_mean: 1, rest_percent: 0 },
    })
    for (const axis of ['corner', 'v1', 'v2']) expect(shares.get(axis)!.share_percent).toBeCloseTo(0)
  })

  it('of independent axes each has its part, as the squares of the effects say', () => {
    // Variances: 9 × 2/3, 4 × 1, 1 × 1.
    const shares = sharesOf(grid, (point) => 5 + 3 * slow(point) + 2 * hot(point) - v1(point))
    const part = (variance: number): number => (variance / 11) * 100
    expect(shares.get('corner')!.share_percent).toBeCloseTo(part(6))
    expect(shares.get('temperature')!.share_percent).toBeCloseTo(part(4))
    expect(shares.get('v1')!.share_percent).toBeCloseTo(part(1))
    expect(shares.get('v1')).toMatchObject({ direction: 'falling', low_level: 'max', high_level: 'min' })
    expect(shares.get('corner')).toMatchObject({ direction: null, low_level: 'FFG', high_level: 'SSG' })
    expect([...shares.keys()]).toEqual(['corner', 'temperature', 'v1', 'v2'])
  })

  it('what only two axes together explain is left to the rest', () => {
    const shares = sharesOf(grid, (point) => hot(point) * v1(point))
    for (const share of shares.values()) {
      expect(share.share_percent).toBeCloseTo(0)
      expect(share.rest_percent).toBeCloseTo(100)
    }
  })

  it('an axis with one level is no axis', () => {
    expect([...sharesOf(grid, hot).keys()]).not.toContain('extraction')
    expect(sensitivity([aRow(grid[0]!, 1)], [])).toEqual([])
  })

  it('of equal values there is nothing to explain', () => {
    for (const share of sharesOf(grid, () => 0.1).values()) {
      expect(share).toMatchObject({ share_percent: null, rest_percent: null })
    }
  })

  it.each([1e-200, 1e150, -1e-12])('the size of the unit (%d) does not matter', (unit) => {
    const plain = sharesOf(grid, (point) => 3 * slow(point) + hot(point))
    const other = sharesOf(grid, (point) => unit * (3 * slow(point) + hot(point)))
    for (const [axis, share] of plain) {
      expect(other.get(axis)!.share_percent).toBeCloseTo(share.share_percent!)
    }
  })

  it('three levels in order rise, fall, or do neither', () => {
    const points = ['v1min', 'v1nom', 'v1max'].map((voltage) => toPoint('TT', 'typical', '85', voltage)!)
    const direction = (values: number[]) =>
      sharesOf(points, (point) => values[points.indexOf(point)]!).get('v1')!.direction
    expect([direction([1, 2, 3]), direction([3, 2, 1]), direction([1, 3, 2])]).toEqual([
      ...['rising', 'falling', 'mixed'],
    ])
  })
})

describe('a matrix that is not full', () => {
  const points = impliedPoints({ ...defaultConfiguration(), supply_2nd: 'vccn' })

  it('TT at 85 and 100 degrees counts in the sums, but has no say in the direction', () => {
    const temperature = sharesOf(points, (point) => (point.temperature_c === 100 ? 50 : hot(point))).get(
      'temperature',
    )!
    expect(temperature).toMatchObject({ direction: 'rising', low_level: '-40', high_level: '125' })
    expect(temperature.levels.map(({ level, sparse }) => [level, sparse])).toEqual([
      ['-40', false],
      ['85', true],
      ['100', true],
      ['125', false],
    ])
    expect(temperature.levels.reduce((sum, { count }) => sum + count, 0)).toBe(points.length)
  })

  it('shares are the between-group part of the squares, added up here once more', () => {
    const value = fc.double({ noNaN: true, min: -1000, max: 1000 })
    fc.assert(
      fc.property(fc.array(value, { minLength: points.length, maxLength: points.length }), (values) => {
        const rows = points.map((point, index) => aRow(point, values[index]!))
        const mean = values.reduce((sum, one) => sum + one, 0) / values.length
        const total = values.reduce((sum, one) => sum + (one - mean) ** 2, 0)
        fc.pre(total > 1e-6)
        for (const { axis, share_percent } of sensitivity(rows, [])) {
          const groups = new Map<string, number[]>()
          for (const [index, point] of points.entries()) {
            const supply = /v(\d)(\w+?)(?=_|$)/g
            const level =
              axis === 'corner' || axis === 'temperature'
                ? point[axis]
                : [...point.voltage_combo.matchAll(supply)].find((match) => `v${match[1]!}` === axis)![2]!
            groups.set(level, [...(groups.get(level) ?? []), values[index]!])
          }
          let between = 0
          for (const group of groups.values()) {
            const middle = group.reduce((sum, one) => sum + one, 0) / group.length
            between += group.length * (middle - mean) ** 2
          }
          expect(share_percent).toBeCloseTo((between / total) * 100, 4)
          expect(share_percent).toBeGreaterThanOrEqual(0)
          expect(share_percent).toBeLessThanOrEqual(100)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('where values are lost', () => {
  it('names the level with the most losses beyond its share: failed values and missing points', () => {
    const lost = new Set(
      grid
        .filter(({ corner }) => corner === 'SSG')
        .slice(0, 4)
        .map(pointName),
    )
    const delivered = grid.filter(
      (point) => !lost.has(pointName(point)) || point.voltage_combo === 'v1min_v2min',
    )
    const shares = sharesOf(delivered, (point) => (lost.has(pointName(point)) ? null : hot(point)), grid)
    expect(shares.get('corner')).toMatchObject({ lost_level: 'SSG', lost: 4 })
    expect(shares.get('corner')!.lost_expected).toBeCloseTo((4 * 8) / 24)
    expect(shares.get('temperature')).toMatchObject({ lost_level: '-40', lost: 4, lost_expected: 2 })
    expect(shares.get('v1')).toMatchObject({ lost_level: null, lost: 0 })
    expect(shares.get('corner')!.levels.find(({ level }) => level === 'SSG')).toMatchObject({
      ...{ expected: 8, count: 4, lost: 4 },
    })
  })

  it('a level without a value has no mean, and is neither lowest nor highest', () => {
    const corner = sharesOf(grid, (point) => (point.corner === 'SSG' ? null : slow(point))).get('corner')!
    expect(corner).toMatchObject({ low_level: 'FFG', high_level: 'TT', lost_level: 'SSG', lost: 8 })
    expect(corner.levels.find(({ level }) => level === 'SSG')!.mean).toBeNull()
  })
})
