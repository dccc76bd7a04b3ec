import { describe, expect, test } from 'vitest'
import type { AttemptState } from '../../src/domain/attempt.ts'
import type { Stage, StageName } from '../../src/domain/stage.ts'
import { waitingOf, type WaitingInput } from '../../src/domain/waiting.ts'
import { at } from '../store/jobs.ts'

const minutes = (count: number): string => at(60 * count)

const stage = (name: StageName, from: number, to: number | null = null): Stage => ({
  ...{ job_id: 'j', stage: name, attempt: 1, status: to === null ? 'running' : 'done' },
  ...{ started_at: minutes(from), finished_at: to === null ? null : minutes(to) },
  ...{ elapsed_seconds: null, exit_code: null, message: null },
})

const points = (state: AttemptState, count: number, from: number, to = from) => ({
  ...{ state, count, first_seen_at: minutes(from), last_seen_at: minutes(to) },
})

const counted = (done: number, first: number, last: number) => ({
  ...{ stage: 'run' as const, done, failed: 0, expected: 92 },
  ...{ first_at: minutes(first), changed_at: minutes(last) },
})

/** A job that is followed on farm1, whose stage run began after a minute. */
const followed = (now: number, fields: Partial<WaitingInput> = {}): WaitingInput => ({
  job: { status: 'running', created_at: minutes(0) },
  ...{ stages: [stage('run', 1)], progress: [], attempts: [] },
  run: { host: 'farm1', seen_at: minutes(now), ended_at: null },
  now: minutes(now),
  ...fields,
})

test.each(['completed', 'failed', 'cancelled'] as const)('a %s job waits for nothing', (status) => {
  expect(waitingOf(followed(5, { job: { status, created_at: minutes(0) } }))).toBeNull()
})

test('a queued job has not started', () => {
  expect(
    waitingOf(followed(5, { job: { status: 'queued', created_at: minutes(2) }, run: null })),
  ).toMatchObject({
    ...{ state: 'not_started', since: minutes(2) },
  })
})

describe('a job is not followed', () => {
  test('when nobody ever did', () => {
    expect(waitingOf(followed(5, { run: null }))).toMatchObject({ state: 'not_followed', since: null })
  })

  test('when whoever did has ended', () => {
    const run = { host: 'farm1', seen_at: minutes(4), ended_at: minutes(4) }
    expect(waitingOf(followed(5, { run }))).toMatchObject({ state: 'not_followed', since: minutes(4) })
  })
})

describe('a job is silent', () => {
  test('when pvt gave no sign for more than five minutes', () => {
    const run = { host: 'farm1', seen_at: minutes(4), ended_at: null }
    expect(waitingOf(followed(9, { run }))!.state).toBe('running')
    expect(waitingOf({ ...followed(9, { run }), now: at(9 * 60 + 1) })).toEqual({
      ...{ state: 'silent', since: minutes(4), reason: 'pvt on farm1 gave no sign since' },
    })
  })

  test('when nothing moved for more than half an hour', () => {
    const quiet = { progress: [counted(40, 2, 10)], attempts: [points('running', 1, 3, 9)] }
    expect(waitingOf(followed(40, quiet))!.state).toBe('running')
    expect(waitingOf(followed(41, quiet))).toEqual({
      ...{
        state: 'silent',
        since: minutes(10),
        reason: 'nothing of stage run has moved since; 1 point running',
      },
    })
    expect(waitingOf(followed(32, { stages: [] }))!.state).toBe('running')
    expect(waitingOf(followed(32))).toMatchObject({
      since: minutes(1),
      reason: 'nothing of stage run has moved since',
    })
  })

  test('not when the points before took as long', () => {
    // One in ten minutes: five of them may be missed.
    const slow = { progress: [counted(10, 11, 101)] }
    expect(waitingOf(followed(151, slow))!.state).toBe('running')
    expect(waitingOf(followed(152, slow))!.state).toBe('silent')
  })

  test('between two stages, too', () => {
    const stages = [stage('gen', 0, 1)]
    expect(waitingOf(followed(31, { stages }))).toMatchObject({
      state: 'silent',
      reason: 'nothing has moved since',
    })
    expect(waitingOf(followed(2, { stages }))).toMatchObject({
      state: 'running',
      reason: 'between two stages',
    })
  })
})

describe('a job is in the queue', () => {
  test('when points are submitted and none runs, since the first of them', () => {
    const attempts = [points('submitted', 12, 2, 3)]
    expect(waitingOf(followed(5, { attempts }))).toEqual({
      ...{ state: 'queue', since: minutes(2), reason: '12 points submitted, none running' },
    })
  })

  test('since the last that was done, when some are', () => {
    const attempts = [points('done', 4, 3, 4), points('submitted', 1, 2)]
    expect(waitingOf(followed(5, { attempts, progress: [counted(4, 3, 4)] }))).toEqual({
      ...{ state: 'queue', since: minutes(4), reason: '1 point submitted, none running' },
    })
  })

  test('not when one of them runs', () => {
    const attempts = [points('running', 20, 3), points('submitted', 30, 2)]
    expect(waitingOf(followed(5, { attempts }))).toEqual({
      ...{ state: 'running', since: minutes(1), reason: '20 points running, 30 points submitted' },
    })
  })
})

test('a point that was never seen to run does not matter once the simulations are over', () => {
  const stages = [stage('run', 1, 3), stage('ext', 3)]
  const attempts = [points('done', 91, 2), points('submitted', 1, 2)]
  expect(waitingOf(followed(5, { stages, attempts }))).toMatchObject({
    state: 'running',
    reason: 'stage ext',
  })
})

test('a stage whose points nobody knows runs', () => {
  expect(waitingOf(followed(5, { attempts: [points('done', 92, 4)] }))).toEqual({
    ...{ state: 'running', since: minutes(1), reason: 'stage run' },
  })
})
