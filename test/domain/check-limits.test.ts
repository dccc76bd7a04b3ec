import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkLimits, type LimitCheck, overallVerdict, verdicts } from '../../src/domain/check-limits.ts'
import { type Limit, limitRange, margin, marginPercent } from '../../src/domain/limit.ts'
import { type PvtPoint, pointName, toPoint } from '../../src/domain/point.ts'
import type { Result } from '../../src/domain/result.ts'
import type { Waiver } from '../../src/domain/waiver.ts'
import { aResult } from '../store/jobs.ts'

const now = '2026-06-01T12:00:00.000Z'
const corners = ['TT', 'FFG', 'SSG', 'SFG', 'FSG'] as const
const at = (corner: string): PvtPoint => toPoint(corner, 'typical', 'm40', 'v1min')!
const name = (corner: string): string => pointName(at(corner))

const aLimit = (fields: Partial<Limit>): Limit => ({
  ...{ measurement: 'v', min: null, typ: null, max: null, unit: null, point: null, near: 5, line: 2 },
  ...fields,
})

const aWaiver = (fields: Partial<Waiver> = {}): Waiver => ({
  ...{ waiver_id: 'w1', domain_path: '/gpio', measurement: 'v', point: null, reason: 'known' },
  ...{ until: '2026-12-31T22:59:59.999Z', waived_by: 'eva', waived_at: '2026-01-01T00:00:00.000Z' },
  ...fields,
})

/** A row; undefined: without the measurement, null: it failed. */
const aRow = (corner: string, value: number | null | undefined, row_number = 1): Result =>
  aResult(at(corner), {
    row_number,
    measurements: value === undefined ? {} : { v: value },
    failed: value === null ? { v: 'failed' } : {},
  })

/** The values at TT, FFG, SSG …, of a job that expects as many points, or `expected`. */
function check(
  limit: Partial<Limit>,
  values: (number | null | undefined)[],
  { expected = values.length, waivers = [] as Waiver[] } = {},
): LimitCheck {
  const results = values.map((value, index) => aRow(corners[index]!, value))
  const points = corners.slice(0, expected).map(at)
  return checkLimits([aLimit(limit)], { results, expected: points }, waivers, now)[0]!
}

describe('the verdict on a limit', () => {
  it.each<[string, Partial<Limit>, (number | null | undefined)[], string]>([
    ['inside two sides passes', { min: 0, max: 10 }, [5], 'pass'],
    ['above the maximum fails', { min: 0, max: 10 }, [5, 10.1], 'fail'],
    ['below the minimum fails', { min: 0, max: 10 }, [-0.1, 5], 'fail'],
    ['on the limit passes, where nothing is near', { max: 10, near: 0 }, [10], 'pass'],
    ['on the limit is near', { max: 10 }, [10], 'near'],
    ['closer than 5 % of the range is near', { min: 0, max: 10 }, [9.6], 'near'],
    ['5 % away is not near', { min: 0, max: 100 }, [95], 'pass'],
    ['near of one side is a part of its size', { max: 200 }, [191], 'near'],
    ['a negative limit has a size, too', { min: -100 }, [-96], 'near'],
    ['a negative maximum is violated from above', { max: -5 }, [-4], 'fail'],
    ['a negative maximum is kept from below', { max: -5 }, [-50], 'pass'],
    ['zero is a number, and inside', { min: 0, max: 10, near: 0 }, [0], 'pass'],
    ['zero violates a positive minimum', { min: 1e-30 }, [0], 'fail'],
    ['a limit of zero: anything above it fails', { max: 0 }, [5e-324], 'fail'],
    ['a limit of zero: nothing is near it', { max: 0 }, [-5e-324], 'pass'],
    ['a limit of zero with typ: near is a part of typ', { max: 0, typ: -100 }, [-4], 'near'],
    ['equal sides: only that value passes', { min: 3, max: 3 }, [3], 'pass'],
    ['equal sides: any other fails', { min: 3, max: 3 }, [3.0000001], 'fail'],
    ['a failed value is never a pass', { max: 10 }, [5, null], 'incomplete'],
    ['an absent value is never a pass', { max: 10 }, [5, undefined], 'incomplete'],
    ['a violation weighs more than a gap', { max: 10 }, [11, null], 'fail'],
    ['only failed values are incomplete', { max: 10 }, [null, null], 'incomplete'],
    ['no row at all is incomplete', { max: 10 }, [], 'incomplete'],
  ])('%s', (_name, limit, values, verdict) => {
    expect(check(limit, values).verdict).toBe(verdict)
  })

  it('is incomplete while an expected point has no row', () => {
    expect(check({ max: 10 }, [1, 2], { expected: 3 })).toMatchObject({
      ...{ verdict: 'incomplete', count: 2, expected: 3, missing: 1, failing: 0 },
    })
  })

  it('is incomplete for a glob that matches no point, though nothing is missing', () => {
    expect(check({ max: 10, point: 'XX*' }, [1])).toMatchObject({ verdict: 'incomplete', expected: 0 })
  })

  it('without expected points says so, and judges the rows', () => {
    const job = { results: [aRow('TT', 1)], expected: null }
    const limits = [aLimit({ max: 10 })]
    expect(checkLimits(limits, job, [], now)[0]).toMatchObject({ verdict: 'pass', expected: null, count: 1 })
    const none = { results: [], expected: null }
    expect(checkLimits(limits, none, [], now)[0]).toMatchObject({ verdict: 'incomplete' })
  })

  it('counts every row of a sweep', () => {
    const results = [aRow('TT', 1, 1), aRow('TT', 11, 2), aRow('TT', null, 3)]
    const found = checkLimits([aLimit({ max: 10 })], { results, expected: [at('TT'), at('FFG')] }, [], now)
    expect(found[0]).toMatchObject({ verdict: 'fail', count: 2, expected: 4, failing: 1, missing: 2 })
    expect(found[0]!.worst).toMatchObject({ value: 11, row_number: 2, margin: -1 })
  })

  it('has only the points of its glob in view', () => {
    expect(check({ max: 10, point: 'SS*' }, [99, 99, 5])).toMatchObject({ verdict: 'pass', count: 1 })
  })

  it.each(['constructor', '__proto__', 'toString'])('finds no %s that is not measured', (measurement) => {
    expect(check({ measurement, max: 10 }, [1])).toMatchObject({ verdict: 'incomplete', count: 0 })
  })
})

describe('margins', () => {
  it.each<[string, Partial<Limit>, number, number, number | null]>([
    ['the smaller of both sides', { min: 0, max: 10 }, 8, 2, 20],
    ['negative when violated, in percent too', { min: 0, max: 10 }, 12, -2, -20],
    ['of a minimum', { min: -4 }, -5, -1, -25],
    ['of a maximum', { max: 50 }, 40, 10, 20],
    ['of a zero limit without a percentage', { max: 0 }, -7, 7, null],
    ['of a zero limit in percent of typ', { min: 0, typ: 20 }, 5, 5, 25],
    ['of equal sides without a percentage', { min: 3, max: 3 }, 3, 0, null],
    ['of a range beyond all numbers without a percentage', { min: -1e308, max: 1e308 }, 0, 1e308, null],
  ])('%s', (_name, limit, value, inUnit, percent) => {
    expect(margin(value, aLimit(limit))).toBe(inUnit)
    expect(marginPercent(inUnit, aLimit(limit))).toBe(percent)
  })

  it('the worst has the smallest; of equals the first in flow order', () => {
    const found = check({ min: 0, max: 10 }, [5, 9, 1, 9])
    expect(found.worst).toMatchObject({ point: name('FFG'), value: 9, margin: 1 })
  })

  it('there is one for every value, in flow order, and missing points behind', () => {
    const values = check({ max: 10 }, [4, null], { expected: 3 }).values()
    expect(values.map(({ point, margin, verdict }) => ({ point, margin, verdict }))).toEqual([
      { point: name('TT'), margin: 6, verdict: 'pass' },
      { point: name('FFG'), margin: null, verdict: 'missing' },
      { point: name('SSG'), margin: null, verdict: 'missing' },
    ])
    expect(values.map(({ row_number }) => row_number)).toEqual([1, 1, null])
  })
})

describe('a waiver', () => {
  it('turns a failure into waived, and stays visible', () => {
    const waiver = aWaiver()
    const found = check({ max: 10 }, [5, 11], { waivers: [waiver] })
    expect(found).toMatchObject({ verdict: 'waived', failing: 1, waived: 1, waivers: [waiver] })
    expect(found.worst).toMatchObject({ value: 11, margin: -1, waiver })
  })

  it.each<[string, Partial<Waiver>, string]>([
    ['of another measurement does not count', { measurement: 'w' }, 'fail'],
    ['of other points does not count', { point: 'SSG*' }, 'fail'],
    ['of the very point counts', { point: name('FFG') }, 'waived'],
    ['of its glob counts', { point: 'FF*/typical/*' }, 'waived'],
    ['that is over does not count', { until: '2026-06-01T11:59:59.999Z' }, 'fail'],
    ['counts in its last instant', { until: now }, 'waived'],
  ])('%s', (_name, fields, verdict) => {
    expect(check({ max: 10 }, [5, 11], { waivers: [aWaiver(fields)] }).verdict).toBe(verdict)
  })

  it('for one of two failures leaves a failure', () => {
    const found = check({ max: 10 }, [11, 12], { waivers: [aWaiver({ point: 'TT*' })] })
    expect(found).toMatchObject({ verdict: 'fail', failing: 2, waived: 1 })
  })

  it.each([
    ['covers all', [aWaiver()], 'waived'],
    ['covers all but one', [aWaiver({ point: 'FFG*' })], 'incomplete'],
    ['covers them one by one', [aWaiver({ point: 'FFG*' }), aWaiver({ point: 'SSG*' })], 'waived'],
  ])('of missing values counts when it %s', (_name, waivers, verdict) => {
    expect(check({ max: 10 }, [5, null], { expected: 3, waivers }).verdict).toBe(verdict)
  })

  it('for what is missing does not excuse what is violated', () => {
    const waivers = [aWaiver({ point: 'FFG*' })]
    expect(check({ max: 10 }, [11, null], { waivers }).verdict).toBe('fail')
  })

  it('cannot make a limit without any point pass', () => {
    expect(check({ max: 10, point: 'XX*' }, [1], { waivers: [aWaiver()] }).verdict).toBe('incomplete')
  })

  it('of a limit that is kept changes nothing', () => {
    expect(check({ max: 10 }, [5], { waivers: [aWaiver()] })).toMatchObject({ verdict: 'pass', waivers: [] })
  })
})

it('a job comes to the worst of its limits, and to incomplete without any', () => {
  for (const [index, verdict] of verdicts.entries()) {
    const others = verdicts.slice(0, index + 1).map((word) => ({ verdict: word }))
    expect(overallVerdict(others)).toBe(verdict)
    expect(overallVerdict(others.reverse())).toBe(verdict)
  }
  expect(overallVerdict([])).toBe('incomplete')
})

/** The definitions once more, as plainly as they can be said. */
function plainVerdict(limit: Limit, values: (number | null | undefined)[], missing: number): string {
  const numbers = values.filter((value): value is number => typeof value === 'number')
  const { min, max, typ, near } = limit
  const isOut = (value: number): boolean => (min !== null && value < min) || (max !== null && value > max)
  if (numbers.some(isOut)) return 'fail'
  if (numbers.length < values.length + missing || numbers.length === 0) return 'incomplete'
  let range = 0
  if (min !== null && max !== null) range = max - min
  else if (min !== null) range = Math.abs(min)
  else if (max !== null) range = Math.abs(max)
  if (range === 0 && (min === null || max === null) && typ !== null) range = Math.abs(typ)
  if (range === 0) return 'pass'
  const isNear = (value: number): boolean =>
    (min !== null && ((value - min) / range) * 100 < near) ||
    (max !== null && ((max - value) / range) * 100 < near)
  return numbers.some(isNear) ? 'near' : 'pass'
}

const value = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 9.5, 10, 10.000000001, null, undefined),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -20, max: 20 }),
)
const bounds = fc
  .array(fc.oneof(fc.constantFrom(0, -10, 10, 1e-12), fc.double({ noNaN: true, min: -15, max: 15 })), {
    minLength: 3,
    maxLength: 3,
  })
  .map((numbers) => numbers.sort((a, b) => a - b))
  .chain(([min, typ, max]) =>
    fc.record({
      sides: fc.constantFrom('min', 'max', 'both'),
      min: fc.constant(min!),
      max: fc.constant(max!),
      typ: fc.constantFrom(typ!, null),
      near: fc.constantFrom(0, 5, 50),
    }),
  )
  .map(({ sides, min, max, ...rest }) =>
    aLimit({ ...rest, min: sides === 'max' ? null : min, max: sides === 'min' ? null : max }),
  )

describe('laws', () => {
  it('the verdict is the one that a plain reading of the definitions gives', () => {
    fc.assert(
      fc.property(bounds, fc.array(value, { maxLength: 5 }), fc.nat(2), (limit, values, missing) => {
        const expected = Math.min(corners.length, values.length + missing)
        const found = check(limit, values, { expected })
        expect(found.verdict).toBe(plainVerdict(limit, values, expected - values.length))
        expect(found.count).toBe(values.filter((one) => typeof one === 'number').length)
        expect(found.expected).toBe(expected)
        expect(found.failing).toBe(
          found.values().filter(({ margin }) => margin !== null && margin < 0).length,
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('a margin is negative exactly when the value is outside, and moves with the value', () => {
    fc.assert(
      fc.property(bounds, fc.double({ noNaN: true, min: -20, max: 20 }), (limit, one) => {
        const outside = (limit.min !== null && one < limit.min) || (limit.max !== null && one > limit.max)
        expect(margin(one, limit) < 0).toBe(outside)
        const range = limitRange(limit)
        const percent = marginPercent(margin(one, limit), limit)
        expect(percent === null).toBe(range === null)
        // The smallest of margins are 0 percent.
        if (percent !== null) expect(percent * Math.sign(margin(one, limit))).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('a waiver of everything leaves neither fail nor, where points are known, incomplete', () => {
    fc.assert(
      fc.property(bounds, fc.array(value, { minLength: 1, maxLength: 5 }), (limit, values) => {
        const plain = check(limit, values)
        const waived = check(limit, values, { waivers: [aWaiver()] })
        const isOpen = plain.verdict === 'fail' || plain.verdict === 'incomplete'
        expect(waived.verdict).toBe(isOpen ? 'waived' : plain.verdict)
        expect(waived.worst?.value).toBe(plain.worst?.value)
        expect(waived.failing).toBe(plain.failing)
      }),
    )
  })
})
