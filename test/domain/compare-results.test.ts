import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Change,
  compareResults,
  isRegression,
  noTolerance,
  type Tolerance,
} from '../../src/domain/compare-results.ts'
import { type Limit } from '../../src/domain/limit.ts'
import type { Result } from '../../src/domain/result.ts'
import { compareWorst } from '../../src/domain/worst-value.ts'
import { aPoint, aResult } from '../store/jobs.ts'

type Values = Record<string, number | null>

const keyText = ({ measurement, point, row_number }: Change): string =>
  `${measurement} ${point} ${row_number}`

function aRow(corner: string, measurements: Values, row_number = 1): Result {
  const failed = Object.entries(measurements).filter(([, value]) => value === null)
  return aResult(aPoint(corner), {
    ...{ measurements, row_number },
    failed: Object.fromEntries(failed.map(([name]) => [name, 'error'])),
  })
}

const percent = (share: number, absolute: number | null = null): Tolerance => ({
  relative: share / 100,
  absolute,
})
const within = (absolute: number): Tolerance => ({ relative: null, absolute })

/** One value in both jobs; undefined: the measurement is absent. */
function compareOne(
  base: number | null | undefined,
  next: number | null | undefined,
  tolerance = noTolerance,
): Change | undefined {
  const row = (value: number | null | undefined): Result =>
    aRow('TT', value === undefined ? {} : { v: value })
  return compareResults([row(base)], [row(next)], tolerance)[0]
}

describe('a value in two jobs', () => {
  it.each<[string, number | null | undefined, number | null | undefined, Tolerance, string | undefined]>([
    ['is the same', 1.5, 1.5, noTolerance, 'same'],
    ['has changed by the last digit', 1, 1 + Number.EPSILON, noTolerance, 'changed'],
    ['zero and zero are the same', 0, -0, noTolerance, 'same'],
    ['has failed', 1, null, noTolerance, 'changed'],
    ['has failed, whatever the tolerance', 1, null, percent(1000, 1000), 'changed'],
    ['has come back', null, 1, noTolerance, 'changed'],
    ['failed in both', null, null, noTolerance, 'same'],
    ['is gone', 1, undefined, noTolerance, 'missing'],
    ['was failed and is gone', null, undefined, noTolerance, 'missing'],
    ['is new', undefined, 1, noTolerance, 'new'],
    ['is in neither', undefined, undefined, noTolerance, undefined],
    ['is within a percentage', 100, 100.9, percent(1), 'same'],
    ['is exactly at it', 1, 1.01, percent(1), 'same'],
    ['is exactly at it from below', 1, 0.99, percent(1), 'same'],
    ['is beyond it', 100, 101.1, percent(1), 'changed'],
    ['is within a percentage of a negative base', -100, -101, percent(1), 'same'],
    ['is beyond any percentage of 0', 0, 1e-30, percent(100), 'changed'],
    ['is within an absolute tolerance', 0, 1e-12, within(1e-12), 'same'],
    ['is beyond an absolute tolerance', 0, 1.1e-12, within(1e-12), 'changed'],
    ['is beyond one of two tolerances', 100, 102, percent(1, 5), 'same'],
    ['is beyond the other one', 1000, 1008, percent(1, 5), 'same'],
    ['is beyond both', 100, 106, percent(1, 5), 'changed'],
    ['is beyond a tolerance of nothing', 1, 1 + Number.EPSILON, percent(0, 0), 'changed'],
    ['has changed its sign', 1, -1, percent(100), 'changed'],
  ])('%s', (_name, base, next, tolerance, verdict) => {
    expect(compareOne(base, next, tolerance)?.verdict).toBe(verdict)
  })

  it.each([
    [10, 11, 1, 10],
    [-10, -11, -1, -10],
    [10, 10, 0, 0],
    [0, 0, 0, 0],
    [0, 2, 2, null],
  ])('%d → %d differs by %d, %d percent of the base', (base, next, difference, percentage) => {
    expect(compareOne(base, next)).toMatchObject({ difference, percent: percentage })
  })

  it('tells the text in place of a number', () => {
    expect(compareOne(null, 2)).toMatchObject({ base: null, base_failed: 'error', new: 2, new_failed: null })
  })

  it('is a regression when it changed or is missing, not when it is new', () => {
    expect([compareOne(1, 2)!, compareOne(1, undefined)!].every(isRegression)).toBe(true)
    expect([compareOne(1, 1)!, compareOne(undefined, 1)!].some(isRegression)).toBe(false)
  })
})

it('the largest change stands first, what is missing before it, what is the same last', () => {
  const base = [
    aRow('TT', { a: 100, b: 1 }),
    aRow('SSG', { a: 100, b: 1 }),
    aRow('FFG', { a: 0, gone: 1 }),
    aRow('SFG', { a: -2 }),
  ]
  const next = [
    aRow('TT', { a: 101, b: 3 }),
    aRow('SSG', { a: 50, b: 1, more: 1 }),
    aRow('FFG', { a: 1 }),
    aRow('FSG', { a: 1 }),
  ]
  expect(
    compareResults(base, next, noTolerance).map(
      ({ measurement, point, verdict }) => `${measurement} ${point.split('/')[0]!} ${verdict}`,
    ),
  ).toEqual([
    ...['a SFG missing', 'gone FFG missing', 'a FFG changed', 'b TT changed', 'a SSG changed'],
    ...['a TT changed', 'a FSG new', 'more SSG new', 'b SSG same'],
  ])
})

it('rows of a sweep belong together by their number', () => {
  const base = [aRow('TT', { v: 1 }, 1), aRow('TT', { v: 2 }, 2)]
  const next = [aRow('TT', { v: 2 }, 2), aRow('TT', { v: 1 }, 1), aRow('TT', { v: 9 }, 3)]
  const verdicts = compareResults(base, next, noTolerance).map((row) => [row.row_number, row.verdict])
  expect(verdicts).toEqual([
    [3, 'new'],
    [1, 'same'],
    [2, 'same'],
  ])
})

it.each(['constructor', '__proto__'])('%s is a name like any other', (name) => {
  const measured = JSON.parse(`{"${name}":1}`) as Values
  expect(compareResults([aRow('TT', measured)], [aRow('TT', {})], noTolerance)).toMatchObject([
    { measurement: name, base: 1, new: null, verdict: 'missing' },
  ])
})

describe('laws', () => {
  const values = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.constantFrom(0, 1, -1, null), fc.double({ noNaN: true, noDefaultInfinity: true })),
  )
  const job = fc
    .uniqueArray(fc.constantFrom('TT', 'SSG', 'FFG'), { maxLength: 3 })
    .chain((corners) => fc.tuple(fc.constant(corners), fc.array(values, { minLength: 3, maxLength: 3 })))
    .map(([corners, rows]) => corners.map((corner, index) => aRow(corner, rows[index]!)))

  it('a job is the same as itself', () => {
    fc.assert(
      fc.property(job, (rows) => {
        expect(compareResults(rows, rows, noTolerance).every(({ verdict }) => verdict === 'same')).toBe(true)
      }),
    )
  })

  it('every value of either job stands there once, and turned around missing becomes new', () => {
    fc.assert(
      fc.property(job, job, (base, next) => {
        const keyOf = (row: Result, name: string): string => `${name} ${row.corner}`
        const keys = (rows: Result[]): string[] =>
          rows.flatMap((row) => Object.keys(row.measurements).map((name) => keyOf(row, name)))
        const changes = compareResults(base, next, noTolerance)
        const found = changes.map(({ measurement, point }) => `${measurement} ${point.split('/')[0]!}`)
        expect([...found].sort()).toEqual([...new Set([...keys(base), ...keys(next)])].sort())
        const count = (rows: Change[], verdict: string): number =>
          rows.filter((row) => row.verdict === verdict).length
        const back = compareResults(next, base, noTolerance)
        expect(count(back, 'new')).toBe(count(changes, 'missing'))
        expect(count(back, 'changed')).toBe(count(changes, 'changed'))
      }),
    )
  })

  it('sorts as many as are asked for, and has the others behind them', () => {
    fc.assert(
      fc.property(job, job, fc.nat(6), (base, next, most) => {
        const differs = ({ verdict }: Change): boolean => verdict !== 'same'
        const all = compareResults(base, next, noTolerance)
        const some = compareResults(base, next, noTolerance, most)
        expect(some.filter(differs).slice(0, most)).toEqual(all.filter(differs).slice(0, most))
        expect(some).toHaveLength(all.length)
        expect(new Set(some.map(keyText))).toEqual(new Set(all.map(keyText)))
      }),
    )
  })

  it('a wider tolerance finds no more', () => {
    fc.assert(
      fc.property(job, job, fc.nat(200), fc.nat(200), (base, next, one, other) => {
        const changed = (share: number): number =>
          compareResults(base, next, percent(share)).filter(isRegression).length
        expect(changed(Math.max(one, other))).toBeLessThanOrEqual(changed(Math.min(one, other)))
      }),
    )
  })
})

describe('the worst value of two jobs', () => {
  const limit: Limit = {
    ...{ measurement: 'v', min: 0, typ: null, max: 10, unit: null, point: null, near: 5, line: 2 },
  }
  const worst = (base: Values[], next: Values[], limits: Limit[] = []) =>
    compareWorst(
      base.map((measured, index) => aRow(['TT', 'SSG', 'FFG'][index]!, measured)),
      next.map((measured, index) => aRow(['TT', 'SSG', 'FFG'][index]!, measured)),
      limits,
    )[0]
  const point = (corner: string): string => `${corner}/typical/m40/v1min`

  it('without a limit is the largest in size', () => {
    expect(worst([{ v: -5 }, { v: 3 }], [{ v: -5 }, { v: 6 }])).toEqual({
      ...{ measurement: 'v', base_worst: -5, base_point: point('TT') },
      ...{ new_worst: 6, new_point: point('SSG'), moved: true },
    })
  })

  it('with a limit has the smallest margin', () => {
    expect(worst([{ v: 1 }, { v: 8 }], [{ v: 3 }, { v: 8 }], [limit])).toMatchObject({
      ...{ base_worst: 1, base_point: point('TT'), new_worst: 8, new_point: point('SSG'), moved: true },
    })
    expect(worst([{ v: 1 }, { v: 8 }], [{ v: 1 }, { v: 7 }], [limit])).toMatchObject({ moved: false })
  })

  it('with limits for some points is judged there by those, though it be no extreme', () => {
    const tight = { ...limit, min: null, max: 4, point: 'SSG/*' }
    const wide = { ...limit, min: null, max: 100, point: 'TT/*' }
    // FFG has no limit: its value is the largest, and nobody says that this is bad.
    const values = [{ v: 30 }, { v: 3 }, { v: 90 }]
    expect(worst(values, [{ v: 98 }, { v: 3 }, { v: 90 }], [tight, wide])).toMatchObject({
      ...{ base_worst: 3, base_point: point('SSG'), new_worst: 3, new_point: point('SSG'), moved: false },
    })
    expect(worst(values, [{ v: 99.5 }, { v: 3 }, { v: 90 }], [tight, wide])).toMatchObject({
      ...{ new_worst: 99.5, new_point: point('TT'), moved: true },
    })
  })

  it('with limits for points that the job does not have is the largest in size', () => {
    const elsewhere = { ...limit, point: 'FSG/*' }
    expect(worst([{ v: 1 }, { v: 8 }], [{ v: 1 }, { v: 8 }], [elsewhere])).toMatchObject({ base_worst: 8 })
  })

  it('with a limit a row for each side has the smaller margin to both', () => {
    const sides = [
      { ...limit, min: null },
      { ...limit, max: null },
    ]
    expect(worst([{ v: 1 }, { v: 8 }], [{ v: 3 }, { v: 8 }], sides)).toMatchObject({
      ...{ base_worst: 1, new_worst: 8 },
    })
  })

  it('of a job without values is none', () => {
    expect(worst([{ v: 1 }], [{ v: null }])).toMatchObject({ new_worst: null, new_point: null, moved: null })
  })
})
