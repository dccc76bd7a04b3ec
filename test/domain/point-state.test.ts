import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedValues, isFailedPoint, type PointState, pointStates } from '../../src/domain/point-state.ts'
import { pointName, toPoint } from '../../src/domain/point.ts'
import { anAttempt, aPoint } from '../store/jobs.ts'

const stored = (corner: string, status: 'ok' | 'failed' = 'ok', failed: Record<string, string> = {}) => ({
  ...aPoint(corner),
  ...{ status, failed },
})
const expected = [aPoint('TT'), aPoint('SSG'), aPoint('FFG')]
const short = ({ corner, state, attempts, result }: PointState) =>
  `${corner} ${state ?? '-'} ${attempts} ${result ?? '-'}`

describe('the states of a run that is followed', () => {
  const attempts = [
    anAttempt('TT', 1, 'failed', { farm_id: '1', checked: 'not-complete, check if error' }),
    anAttempt('TT', 2, 'running', { farm_id: '2' }),
    anAttempt('SSG', 1, 'submitted'),
  ]

  test('are those of the newest simulation, in flow order', () => {
    const states = pointStates({ expected, attempts, results: [], ended: false })
    expect(states.map(short)).toEqual(['TT running 2 -', 'SSG submitted 1 -', 'FFG expected 0 -'])
    expect(states[0]).toMatchObject({ farm_id: '2', checked: null })
  })

  test('stay what they were seen to be when the job ends', () => {
    const states = pointStates({ expected, attempts, results: [stored('TT')], ended: true })
    expect(states.map(short)).toEqual([
      'TT running 2 ok',
      'SSG submitted 1 missing',
      'FFG expected 0 missing',
    ])
  })

  test('of points that nobody expected stand behind, in the order of the loops', () => {
    const states = pointStates({
      expected: [aPoint('FFG')],
      attempts: [anAttempt('SSG', 1, 'done')],
      results: [stored('FSG')],
      ended: false,
    })
    expect(states.map(short)).toEqual(['FFG expected 0 -', 'FSG - 0 ok', 'SSG done 1 -'])
  })
})

describe('a run that was only imported', () => {
  test('has results and no states once it has ended', () => {
    const states = pointStates({ expected, attempts: [], results: [stored('TT')], ended: true })
    expect(states.map(short)).toEqual(['TT - 0 ok', 'SSG - 0 missing', 'FFG - 0 missing'])
  })

  test('while it goes on, the others are yet to come', () => {
    const states = pointStates({ expected, attempts: [], results: [stored('TT')], ended: false })
    expect(states.map(short)).toEqual(['TT - 0 ok', 'SSG expected 0 -', 'FFG expected 0 -'])
  })
})

test('a result is failed when one of its rows is, with the first text of each measurement', () => {
  const results = [
    stored('TT'),
    stored('TT', 'failed', { b: 'first' }),
    stored('TT', 'failed', { b: 'second', a: 'x' }),
  ]
  const [state] = pointStates({ expected, attempts: [], results, ended: false })
  expect(state).toMatchObject({ result: 'failed', failed: { a: 'x', b: 'first' } })
})

test('what failed is told by the newest simulation as long as nothing is stored', () => {
  const attempts = [
    anAttempt('TT', 1, 'done', { failed: { a: 'old' } }),
    anAttempt('TT', 2, 'done', { failed: { b: 'new' } }),
  ]
  const failed = (results: ReturnType<typeof stored>[]) =>
    pointStates({ expected, attempts, results, ended: false })[0]!.failed
  expect(failed([])).toEqual({ b: 'new' })
  expect(failed([stored('TT')])).toEqual({})
})

test.each([
  ['failed', null, true],
  ['done', 'failed', true],
  ['done', 'missing', true],
  [null, 'missing', true],
  ['running', null, false],
  ['expected', null, false],
  ['done', 'ok', false],
  [null, 'ok', false],
] as const)('a point that is %s with a result %s: %s', (state, result, failed) => {
  expect(isFailedPoint({ state, result })).toBe(failed)
})

describe('values that changed', () => {
  const run = (attempt: number, measurements: Record<string, number | null> | null) => ({
    attempt,
    measurements,
  })

  test.each([
    ['nothing', [run(1, { a: 1 })], []],
    ['the same', [run(1, { a: 1 }), run(2, { a: 1 })], []],
    ['zero has no sign', [run(1, { a: 0 }), run(2, { a: -0 })], []],
    ['another', [run(1, { a: 1 }), run(2, { a: 2 })], [['a', 2, 1, 2]]],
    ['one that failed', [run(1, { a: 1 }), run(2, { a: null })], [['a', 2, 1, null]]],
    ['one that is new', [run(1, { a: 1 }), run(2, { b: 3, a: 1 })], [['b', 2, null, 3]]],
    ['one that is gone', [run(1, { a: 1, b: 2 }), run(2, { b: 2 })], [['a', 2, 1, null]]],
    ['over one that measured nothing', [run(1, { a: 1 }), run(2, null), run(3, { a: 2 })], [['a', 3, 1, 2]]],
    [
      'there and back',
      [run(1, { a: 1 }), run(2, { a: 2 }), run(4, { a: 1 })],
      [
        ['a', 2, 1, 2],
        ['a', 4, 2, 1],
      ],
    ],
  ])('%s', (_, attempts, changes) => {
    const found = changedValues(attempts)
    expect(
      found.map(({ measurement, attempt, before, after }) => [measurement, attempt, before, after]),
    ).toEqual(changes)
  })

  test('lead from the first values to the last', () => {
    const measurements = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', '7'), fc.option(fc.integer()))
    fc.assert(
      fc.property(fc.array(fc.option(measurements), { maxLength: 5 }), (all) => {
        const attempts = all.map((values, index) => run(index + 1, values))
        const measured = all.filter((values) => values !== null)
        const values = new Map(Object.entries(measured[0] ?? {}).filter(([, value]) => value !== null))
        for (const { measurement, before, after } of changedValues(attempts)) {
          expect(values.get(measurement) ?? null).toBe(before)
          if (after === null) values.delete(measurement)
          else values.set(measurement, after)
        }
        const last = Object.entries(measured.at(-1) ?? {}).filter(([, value]) => value !== null)
        expect(new Map([...values].sort())).toEqual(new Map(last.sort()))
      }),
    )
  })
})

test('every point is there once, whatever was seen of it', () => {
  const corner = fc.constantFrom('TT', 'SSG', 'FFG', 'ZZ')
  const attempts = fc.uniqueArray(fc.tuple(corner, fc.integer({ min: 1, max: 3 })), {
    selector: ([name, number]) => `${name} ${number}`,
  })
  fc.assert(
    fc.property(attempts, fc.array(corner), fc.boolean(), (simulated, results, ended) => {
      const states = pointStates({
        expected,
        attempts: simulated.map(([name, number]) => anAttempt(name, number)),
        results: results.map((name) => stored(name)),
        ended,
      })
      const names = ['TT', 'SSG', 'FFG', ...simulated.map(([name]) => name), ...results]
      expect(states.map(pointName).sort()).toEqual(
        [...new Set(names)].map((name) => pointName(toPoint(name, 'typical', 'm40', 'v1min')!)).sort(),
      )
      expect(states.slice(0, 3).map(({ corner: name }) => name)).toEqual(['TT', 'SSG', 'FFG'])
    }),
  )
})
