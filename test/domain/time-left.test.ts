import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Stage, StageName } from '../../src/domain/stage.ts'
import { stageNames } from '../../src/domain/stage.ts'
import type { EarlierStage, StageProgress } from '../../src/domain/stage-progress.ts'
import { forecast, type ForecastInput } from '../../src/domain/time-left.ts'
import { at } from '../store/jobs.ts'

const planned: StageName[] = ['gen', 'run', 'ext', 'srt', 'bkp']

const stage = (name: StageName, from: number | null, to: number | null, attempt = 1): Stage => ({
  ...{ job_id: 'j', stage: name, attempt, status: to === null ? 'running' : 'done' },
  ...{ started_at: from === null ? null : at(from), finished_at: to === null ? null : at(to) },
  ...{ elapsed_seconds: null, exit_code: null, message: null },
})

const counted = (name: StageName, done: number, expected: number | null = 92, failed = 0): StageProgress => ({
  ...{ stage: name, done, failed, expected, first_at: at(1), changed_at: at(2) },
})

/** Earlier jobs: how long a stage took in each of them, with 92 points. */
const took = (name: StageName, seconds: readonly number[], points: number | null = 92): EarlierStage[] =>
  seconds.map((one, index) => ({ job_id: `earlier ${index}`, stage: name, seconds: one, points }))

const given = (fields: Partial<ForecastInput> & { second: number }): ForecastInput => ({
  job: { status: 'running', planned_stages: planned, total_simulations: 92 },
  ...{ stages: [], progress: [], earlier: [], now: at(fields.second) },
  ...fields,
})

const stageOf = (input: ForecastInput, name: StageName) =>
  forecast(input).progress.find((one) => one.stage === name)

const running = (done: number, second: number, fields: Partial<ForecastInput> = {}): ForecastInput =>
  given({ stages: [stage('run', 0, null)], progress: [counted('run', done)], second, ...fields })

describe('the pace of a stage', () => {
  test('is its points by the minute, failed ones too', () => {
    const input = given({
      stages: [stage('run', 60, null)],
      progress: [counted('run', 40, 92, 6)],
      second: 660,
    })
    expect(stageOf(input, 'run')).toMatchObject({ done: 40, failed: 6, expected: 92, per_minute: 4.6 })
    expect(forecast(input).timeLeft).toMatchObject({ seconds: 600, basis: 'pace' })
  })

  test('leaves the pauses between attempts out: polo runs three times', () => {
    const stages = [stage('run', 0, 100), stage('run', 200, 300, 2), stage('run', 1000, null, 3)]
    const input = given({ stages, progress: [counted('run', 50, 100)], second: 1300 })
    expect(stageOf(input, 'run')).toMatchObject({ per_minute: 6, seconds_left: 500 })
  })

  test('of a stage whose start nobody noted begins with its first point', () => {
    const progress = [{ ...counted('run', 50, 100), first_at: at(100) }]
    expect(stageOf(given({ progress, second: 200 }), 'run')).toMatchObject({
      per_minute: 30,
      seconds_left: 100,
    })
  })

  test('of a stage that is over is that of its time', () => {
    const input = given({
      stages: [stage('gen', 0, 30), stage('run', 30, null)],
      progress: [counted('gen', 90), counted('run', 0)],
      second: 5000,
    })
    expect(stageOf(input, 'gen')).toMatchObject({ per_minute: 180, seconds_left: null })
  })

  test('stays with a job that has ended, which has no time left', () => {
    const job = { status: 'completed' as const, planned_stages: planned, total_simulations: 92 }
    const input = running(90, 5000, { job, stages: [stage('run', 0, 900)], earlier: took('run', [900]) })
    expect(forecast(input)).toEqual({
      progress: [
        {
          ...{ stage: 'run', done: 90, failed: 0, expected: 92, per_minute: 6 },
          ...{ seconds_left: null, seconds_left_min: null, seconds_left_max: null },
        },
      ],
      timeLeft: null,
    })
  })

  test.each([
    ['nothing done yet', running(0, 600)],
    ['one point, which may have been there before', running(1, 600)],
    ['no time at all', running(50, 0)],
    ['nobody knows how many', running(50, 600, { progress: [counted('run', 50, null)] })],
  ])('says nothing of the time left: %s', (_, input) => {
    expect(stageOf(input, 'run')).toMatchObject({ seconds_left: null })
    expect(forecast(input).timeLeft).toBeNull()
  })

  test('has a range that narrows with the points', () => {
    const width = (done: number, expected: number): number => {
      const one = stageOf(running(done, 600, { progress: [counted('run', done, expected)] }), 'run')!
      return one.seconds_left_max! / one.seconds_left_min!
    }
    expect(width(2, 92)).toBeGreaterThan(width(20, 92))
    expect(width(20, 92)).toBeGreaterThan(width(200, 920))
  })
})

describe('the time left', () => {
  test.each([
    ['all points are there', running(92, 600)],
    ['more than all', running(100, 600)],
    ['none is expected', running(0, 600, { progress: [counted('run', 0, 0)] })],
  ])('is nothing when %s', (_, input) => {
    expect(forecast(input).timeLeft).toEqual({ seconds: 0, seconds_min: 0, seconds_max: 0, basis: 'pace' })
  })

  test('is that of the earlier jobs as long as nothing is done', () => {
    const input = running(0, 600, { earlier: took('run', [800, 900, 1000, 1100, 1200]) })
    const { timeLeft } = forecast(input)
    expect(timeLeft!.basis).toBe('history')
    expect(timeLeft!.seconds).toBeCloseTo(1000)
    expect(timeLeft!.seconds_min).toBeCloseTo(900)
    expect(timeLeft!.seconds_max).toBeCloseTo(1100)
  })

  test('of one earlier job varies by a quarter', () => {
    const { timeLeft } = forecast(running(0, 600, { earlier: took('run', [1000]) }))
    expect(timeLeft).toMatchObject({ seconds: 1000, seconds_min: 750, seconds_max: 1250 })
  })

  test('goes by the points of the earlier jobs', () => {
    const { timeLeft } = forecast(running(0, 600, { earlier: took('run', [1000], 184) }))
    expect(timeLeft!.seconds).toBeCloseTo(500)
  })

  test('weighs the pace by the share that is done', () => {
    // A quarter in 100 s, so 300 s are left at this pace; at that of the earlier job three quarters of 1000 s.
    const { timeLeft } = forecast(running(23, 100, { earlier: took('run', [1000]) }))
    expect(timeLeft!.basis).toBe('both')
    expect(timeLeft!.seconds).toBeCloseTo(0.25 * 300 + 0.75 * 750)
  })

  test('is the sum over the stages that are not over', () => {
    const earlier = [
      ...took('gen', [50]),
      ...took('run', [1000]),
      ...took('ext', [100]),
      ...took('bkp', [20]),
    ]
    const stages = [stage('gen', 0, 10), stage('run', 10, null)]
    const { timeLeft, progress } = forecast(running(0, 11, { stages, earlier }))
    expect(timeLeft).toMatchObject({ seconds: 1120, seconds_min: 840, seconds_max: 1400, basis: 'history' })
    expect(progress.map((one) => [one.stage, one.done, one.seconds_left])).toEqual([
      ['run', 0, 1000],
      ['ext', null, 100],
      ['bkp', null, 20],
    ])
    expect(forecast(given({ second: 0, earlier })).timeLeft!.seconds).toBe(1170)
  })

  test('of a stage that nobody counts is what is left of its time', () => {
    const stages = [stage('gen', 0, 1), stage('run', 1, 2), stage('ext', 100, null)]
    const left = (second: number) =>
      forecast(given({ stages, second, earlier: took('ext', [60, 100, 140]) })).timeLeft
    expect(left(110)).toMatchObject({ seconds: 90 })
    // One of the three would be over by now.
    expect(left(170)).toMatchObject({ seconds: 50 })
    expect(left(230)).toMatchObject({ seconds: 10 })
  })

  test('cannot be told when such a stage is overdue, nor while the running one has nothing to compare', () => {
    const stages = [stage('gen', 0, 1), stage('run', 1, 2), stage('ext', 100, null)]
    const earlier = [...took('ext', [60]), ...took('bkp', [10])]
    expect(forecast(given({ stages, second: 130, earlier })).timeLeft).toMatchObject({ seconds: 40 })
    expect(forecast(given({ stages, second: 161, earlier })).timeLeft).toBeNull()
    expect(forecast(given({ stages, second: 130, earlier: took('bkp', [10]) })).timeLeft).toBeNull()
  })

  test('does not wait for a stage that was passed by', () => {
    const stages = [stage('run', 0, null)]
    const earlier = [...took('gen', [50]), ...took('run', [1000])]
    expect(forecast(running(0, 10, { stages, earlier })).timeLeft).toMatchObject({ seconds: 1000 })
  })

  test.each(['queued', 'completed', 'failed', 'cancelled'] as const)('of a %s job is not told', (status) => {
    const job = { status, planned_stages: planned, total_simulations: 92 }
    expect(forecast(running(50, 600, { job, earlier: took('run', [1000]) })).timeLeft).toBeNull()
  })

  test('of a job that nobody follows and no earlier one tells of is not told', () => {
    expect(forecast(given({ second: 600 }))).toEqual({ progress: [], timeLeft: null })
  })
})

describe('whatever is known', () => {
  const name = fc.constantFrom(...stageNames)
  const second = fc.integer({ min: 0, max: 100_000 })
  const size = fc.option(fc.integer({ min: 0, max: 500 }))
  const input = fc.record({
    job: fc.record({
      status: fc.constantFrom('queued', 'running', 'completed', 'failed', 'cancelled'),
      planned_stages: fc.subarray([...stageNames]),
      total_simulations: size,
    }),
    stages: fc.array(
      fc
        .tuple(name, fc.option(second), fc.option(second), fc.integer({ min: 1, max: 3 }))
        .map(([one, from, to, attempt]) => stage(one, from, to, attempt)),
      { maxLength: 8 },
    ),
    progress: fc.uniqueArray(
      fc.tuple(name, fc.nat(500), fc.nat(20), size, second).map(([one, done, failed, expected, first]) => ({
        ...counted(one, done, expected, failed),
        ...{ first_at: at(first), changed_at: at(first + done) },
      })),
      { selector: (one) => one.stage },
    ),
    earlier: fc.array(
      fc
        .tuple(name, fc.double({ min: 0, max: 1e6, noNaN: true }), size)
        .map(([one, seconds, points]) => took(one, [seconds], points)[0]!),
    ),
    now: second.map(at),
  })

  test('every number is finite, none is negative, and the estimate lies in its range', () => {
    fc.assert(
      fc.property(input, (known) => {
        const { progress, timeLeft } = forecast(known)
        const isOrdered = (low: number, middle: number, high: number): void => {
          for (const value of [low, middle, high]) expect(Number.isFinite(value) && value >= 0).toBe(true)
          expect(low).toBeLessThanOrEqual(middle * (1 + 1e-12))
          expect(middle).toBeLessThanOrEqual(high * (1 + 1e-12))
        }
        if (timeLeft !== null) isOrdered(timeLeft.seconds_min, timeLeft.seconds, timeLeft.seconds_max)
        for (const one of progress) {
          expect(one.per_minute === null || (Number.isFinite(one.per_minute) && one.per_minute >= 0)).toBe(
            true,
          )
          expect(one.seconds_left === null).toBe(
            one.seconds_left_min === null || one.seconds_left_max === null,
          )
          if (one.seconds_left !== null)
            isOrdered(one.seconds_left_min!, one.seconds_left, one.seconds_left_max!)
        }
        expect(progress.map((one) => one.stage)).toEqual(
          stageNames.filter((one) => progress.some((other) => other.stage === one)),
        )
      }),
    )
  })

  test('a steady run like those before it ends when it says', () => {
    const total = fc.integer({ min: 2, max: 500 })
    fc.assert(
      fc.property(
        total,
        fc.integer({ min: 1, max: 600 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (points, each, share) => {
          const done = Math.floor(share * points)
          const known = running(done, done * each, {
            progress: [counted('run', done, points)],
            earlier: took('run', [points * each], points),
          })
          expect(forecast(known).timeLeft!.seconds).toBeCloseTo((points - done) * each, 3)
        },
      ),
    )
  })
})
