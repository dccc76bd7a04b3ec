import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/domain/run.ts'
import type { StageName } from '../../src/domain/stage.ts'
import type { FlowRecord } from '../../src/import/flow-record.ts'
import { FlowFollower } from '../../src/import/follow-flow.ts'
import type { FlowEvent, Sighting } from '../../src/import/observe-flow.ts'
import { anAttempt, aRun, at } from '../store/jobs.ts'

const start = (second: number): FlowEvent => ({ ...event(second), kind: 'flow_start' })
const stage = (name: StageName, second: number, extraction: string | null = null): FlowEvent => ({
  ...event(second),
  ...{ kind: 'stage', stage: name, extraction },
})
const end = (second: number): FlowEvent => ({ ...event(second), kind: 'flow_end' })
const event = (second: number) => ({ stage: null, extraction: null, at: at(second) })

/** A follower of a run that began at second 0, with what each look is to see. */
function following(fields: Partial<Run> = {}) {
  let second = 0
  let sighting: Partial<Sighting> = {}
  const observer = {
    look: (): Sighting => ({
      ...{ events: [], progress: [], attempts: [], simulationLogs: [], newBackups: [], problems: [] },
      ...sighting,
    }),
  }
  const follower = new FlowFollower(aRun('job', { seen_at: at(0), ...fields }), observer, () => at(second))
  const see = (now: number, seen: Partial<Sighting>): void => {
    second = now
    sighting = seen
  }
  return {
    follower,
    look: (now: number, seen: Partial<Sighting> = {}): FlowRecord | null => {
      see(now, seen)
      return follower.look()
    },
    end: (now: number, seen: Partial<Sighting> = {}): FlowRecord => {
      see(now, seen)
      return follower.end(({ backup }) => ({ kind: 'judge', backup, how: null }))
    },
  }
}

const marksOf = (record: FlowRecord | null): string[] =>
  (record?.marks ?? []).map((mark) => `${mark.stage} ${mark.kind} ${Date.parse(mark.at) / 1000 - epoch}`)

const epoch = Date.parse(at(0)) / 1000

describe('a sign of life', () => {
  test('is given every 60 s when there is nothing to tell', () => {
    const { look } = following()
    expect(look(59)).toBe(null)
    expect(look(60)).toMatchObject({ run: { seen_at: at(60) }, marks: [], attempts: [], ending: null })
    expect(look(65)).toBe(null)
    expect(look(119)).toBe(null)
    expect(look(121)?.run.seen_at).toBe(at(121))
  })

  test('is anything that is told', () => {
    const { look } = following()
    expect(look(30, { attempts: [anAttempt('TT', 1)] })).not.toBe(null)
    expect(look(89)).toBe(null)
    expect(look(90)).not.toBe(null)
  })

  test('brings what became known of the run since', () => {
    const { look, follower } = following()
    follower.update({ pid: 7, process_start: 'boot:1' })
    expect(look(10)).toBe(null)
    expect(look(60)?.run).toMatchObject({ pid: 7, process_start: 'boot:1' })
  })
})

describe('marks', () => {
  test('a stage that starts ends the one before; the end of the flow ends the last', () => {
    const { look, follower } = following()
    expect(marksOf(look(1, { events: [start(1), stage('gen', 1)] }))).toEqual(['gen start 1'])
    expect(marksOf(look(9, { events: [stage('run', 5), stage('ext', 8)] }))).toEqual([
      ...['gen done 5', 'run start 5', 'run done 8', 'ext start 8'],
    ])
    expect(follower.flowEndedAt).toBe(null)
    expect(marksOf(look(20, { events: [end(15)] }))).toEqual(['ext done 15'])
    expect(follower.flowEndedAt).toBe(at(15))
    expect(marksOf(look(25))).toEqual([])
  })

  test('polo starts run once per extraction: that is one stage', () => {
    const { look } = following()
    expect(marksOf(look(1, { events: [stage('run', 1, 'typical')] }))).toEqual(['run start 1'])
    expect(look(9, { events: [stage('run', 5, 'cworst_CCworst_T')] })).toBe(null)
    expect(marksOf(look(20, { events: [stage('run', 10, 'cbest_CCbest_T'), stage('ext', 15)] }))).toEqual([
      'run done 15',
      'ext start 15',
    ])
  })

  test('are none from before the run began: its log is to the second, and the flow’s start to the minute', () => {
    const began = new Date(Date.parse(at(10)) + 900).toISOString()
    const { look } = following({ started_at: began })
    const record = look(20, { events: [stage('gen', 10), stage('run', 12)] })
    expect(record?.marks.map((mark) => mark.at)).toEqual([began, at(12), at(12)])
  })

  test('of a flow that is watched may be from before', () => {
    const { look } = following({ kind: 'watch', started_at: at(50) })
    expect(marksOf(look(60, { events: [start(0), stage('gen', 1)] }))).toEqual(['gen start 1'])
  })
})

describe('a second start in the script log', () => {
  test('ends a watch, with what stood before it', () => {
    const { look, follower } = following({ kind: 'watch' })
    look(1, { events: [start(0), stage('gen', 1)] })
    const record = look(9, { events: [stage('run', 3), start(6), stage('gen', 7)] })
    expect(marksOf(record)).toEqual(['gen done 3', 'run start 3'])
    expect(follower.flowEndedAt).toBe(at(6))
    expect(look(12, { events: [stage('run', 11)] })).toBe(null)
    expect(marksOf(follower.end(() => ({ kind: 'leave' })))).toEqual([])
  })

  test('is not the first one of a watch, though it is not the first thing that is seen', () => {
    const { look, follower } = following({ kind: 'watch' })
    look(1)
    expect(marksOf(look(2, { events: [start(2), stage('gen', 2)] }))).toEqual(['gen start 2'])
    expect(follower.flowEndedAt).toBe(null)
    look(3, { events: [start(3)] })
    expect(follower.flowEndedAt).toBe(at(3))
  })

  test('is another part of the same run for a command that starts several', () => {
    const { look, follower } = following({ kind: 'run' })
    look(1, { events: [start(0), stage('gen', 1)] })
    expect(marksOf(look(9, { events: [start(6), stage('run', 7)] }))).toEqual(['gen done 7', 'run start 7'])
    expect(follower.flowEndedAt).toBe(null)
  })
})

describe('what is told', () => {
  test('counts when they change, from the first point on', () => {
    const { look } = following()
    const run = (done: number, failed: number) => ({
      progress: [{ stage: 'run' as const, done, failed, expected: 44 }],
    })
    expect(look(1, run(0, 0))).toBe(null)
    expect(look(2, run(3, 0))?.progress).toEqual([
      { stage: 'run', done: 3, failed: 0, expected: 44, first_at: at(2), changed_at: at(2) },
    ])
    expect(look(3, run(3, 0))).toBe(null)
    expect(look(4, run(3, 1))?.progress).toMatchObject([{ failed: 1, changed_at: at(4) }])
  })

  test('of problems with files, a hundred', () => {
    const { look } = following()
    const problem = { file: '/a.log', line: 3, level: 'error' as const, message: 'broken' }
    const first = look(1, { problems: Array.from({ length: 60 }, () => problem) })
    expect(first?.notes).toHaveLength(60)
    expect(first?.notes[0]).toEqual({ level: 'warning', message: '/a.log:3: broken' })
    expect(look(2, { problems: Array.from({ length: 60 }, () => problem) })?.notes).toHaveLength(40)
    expect(look(3, { problems: [problem] })).toBe(null)
  })

  test('at the end, whatever there is, with the newest backup', () => {
    const { look, end } = following()
    look(1, { newBackups: ['/00bkp_1', '/00bkp_2'] })
    expect(end(2)).toMatchObject({
      marks: [],
      ending: { kind: 'judge', backup: '/00bkp_2', how: null },
      run: { seen_at: at(2) },
    })
    expect(end(3, { newBackups: ['/00bkp_3'] }).ending).toMatchObject({ backup: '/00bkp_3' })
  })
})
