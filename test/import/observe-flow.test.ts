import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { makeStandInFlow, type StandInFlow, type StandInFlowOptions } from '../fixtures/stand-in-flow.ts'
import { attemptOf, farmIdOf, states, watch } from './flow-watcher.ts'

let folder: string
const flows: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-observe-'))
})
afterEach(async () => {
  for (const flow of flows) flow.kill('SIGKILL')
  await Promise.all(flows.splice(0).map(ended))
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

describe('a prelay flow', () => {
  it('is followed from stage to stage', async () => {
    const failed = 'TT/typical/m40/v1min'
    const flow = makeStandInFlow(folder, {
      holds: ['gen', 'running-typical', 'ran-typical', 'moved', 'ext', 'srt', 'bkp', 'end'],
      failedPoints: [failed],
      failedMeasurements: [{ point: 'FFG/typical/125/v1nom', name: 'del_rr', text: 'error' }],
    })
    const watcher = watch(flow)
    expect(watcher.look().counts).toBe('gen 0 run 0 ext 0 srt 0 bkp 0')
    start(flow)

    await flow.reached('gen')
    const generated = watcher.look()
    expect(generated.events.map(({ kind, stage }) => stage ?? kind)).toEqual(['flow_start', 'gen'])
    expect(generated.counts).toBe('gen 44 run 0 ext 0 srt 0 bkp 0')
    expect(generated.progress.map(({ expected }) => expected)).toEqual([44, 44, 44, 44, 44])
    expect(generated.attempts).toEqual([])
    flow.release('gen')

    await flow.reached('running-typical')
    const running = watcher.look()
    expect(running.events).toMatchObject([{ kind: 'stage', stage: 'run', extraction: null }])
    expect(running.counts).toBe('gen 44 run 0 ext 0 srt 0 bkp 0')
    expect(states(running.attempts)).toEqual({ 'running 1': 44 })
    expect(running.attempts.map(({ farm_id }) => farm_id)).toEqual(
      expect.arrayContaining(['3000000001', '3000000044']),
    )
    expect(farmIdOf(running, 'TT/typical/m40/v1min')).toBe('3000000001')
    expect(farmIdOf(running, 'TT/typical/100/v1nom')).toBe('3000000044')
    expect(running.attempts[0]!.started_at_local).toMatch(/^\w{3} \w{3} [\d ]\d \d\d:\d\d:\d\d \d{4}$/)
    expect(running.simulationLogs).toEqual([])
    expect(watcher.look().attempts).toEqual([])
    flow.release('running-typical')

    await flow.reached('ran-typical')
    const ran = watcher.look()
    expect(ran.counts).toBe('gen 44 run 43(1) ext 0 srt 0 bkp 0')
    expect(states(ran.attempts)).toEqual({ 'done 1': 43, 'failed 1': 1 })
    expect(attemptOf(ran, failed)).toMatchObject({
      checked: 'not-complete, check if error',
      measurements: null,
    })
    expect(attemptOf(ran, 'FFG/typical/125/v1nom')).toMatchObject({
      checked: 'Done',
      elapsed_seconds: 282,
      cpu_seconds: 478.1,
      peak_memory_mb: 3507.9,
      failed: { del_rr: 'error' },
    })
    for (const attempt of ran.attempts.filter(({ state }) => state === 'done')) {
      expect(attempt.measurements).toEqual(flow.truth.get(pointName(attempt)))
    }
    expect(ran.simulationLogs).toHaveLength(44)
    expect(ran.simulationLogs.filter(({ success }) => success)).toHaveLength(43)
    expect(watcher.look()).toMatchObject({ attempts: [], simulationLogs: [] })
    flow.release('ran-typical')

    await flow.reached('moved')
    expect(watcher.look()).toMatchObject({ counts: 'gen 44 run 43(1) ext 0 srt 0 bkp 0', attempts: [] })
    flow.release('moved')
    await flow.reached('ext')
    expect(watcher.look()).toMatchObject({ counts: 'gen 44 run 43(1) ext 43(1) srt 0 bkp 0', attempts: [] })
    flow.release('ext')
    await flow.reached('srt')
    expect(watcher.look()).toMatchObject({
      counts: 'gen 44 run 43(1) ext 43(1) srt 43 bkp 0',
      newBackups: [],
    })
    flow.release('srt')

    await flow.reached('bkp')
    const moving = watcher.look()
    expect(moving.counts).toBe('gen 44 run 43(1) ext 43(1) srt 43 bkp 44')
    expect(moving.newBackups).toEqual([])
    const [backup] = watcher.look().newBackups
    expect(backup).toMatch(/\/00bkp_\d{12}$/)
    flow.release('bkp')
    await flow.reached('end')
    const end = watcher.look()
    expect(end.events).toMatchObject([{ kind: 'flow_end', stage: null }])
    expect(end.newBackups).toEqual([])
    flow.release('end')
    await finished()
    expect(watcher.look(true)).toMatchObject({ ...nothingNew, newBackups: [], attempts: [] })
    expect(watcher.problems).toEqual([])
  })

  it('is known by what it leaves when nobody looked in between', async () => {
    const flow = makeStandInFlow(folder, { failedPoints: ['TT/typical/m40/v1min'] })
    const watcher = watch(flow)
    start(flow)
    await finished()
    const end = watcher.look(true)
    expect(end.events.map(({ kind, stage }) => stage ?? kind)).toEqual([
      ...['flow_start', 'gen', 'run', 'ext', 'srt', 'bkp', 'flow_end'],
    ])
    expect(end.events.map(({ at }) => at)).toEqual(end.events.map(({ at }) => at).sort())
    expect(end.counts).toBe('gen 44 run 43(1) ext 43(1) srt 43 bkp 44')
    expect(end.newBackups).toHaveLength(1)
  })

  it('whose extraction is dead loses everything, and is told so by the counts', async () => {
    const flow = makeStandInFlow(folder, { ...small, deadExtraction: true, holds: ['ran-typical', 'end'] })
    const watcher = watch(flow)
    start(flow)
    await flow.reached('ran-typical')
    expect(watcher.look().counts).toBe('gen 16 run 16 ext 0 srt 0 bkp 0')
    flow.release('ran-typical')
    await flow.reached('end')
    const end = watcher.look(true)
    expect(end.counts).toBe('gen 16 run 16 ext 0 srt 0 bkp 0')
    expect(end.newBackups).toHaveLength(1)
    expect(states(end.attempts)).toEqual({})
  })

  it('may run parts only, each building on what the one before left', async () => {
    const flow = makeStandInFlow(folder, small)
    const first = watch(flow)
    start(flow, 'Gen_only')
    await finished()
    expect(first.look(true).counts).toBe('gen 16 run 0 ext 0 srt 0 bkp 0')
    const second = watch(flow)
    expect(second.look().counts).toBe('gen 0 run 0 ext 0 srt 0 bkp 0')
    start(flow, 'run_only_all')
    await finished()
    expect(second.look(true).counts).toBe('gen 16 run 16 ext 0 srt 0 bkp 0')
    const third = watch(flow)
    start(flow, 'compile_only')
    await finished()
    expect(third.look(true).counts).toBe('gen 16 run 16 ext 16 srt 16 bkp 16')
  })
})

describe('a polo flow', () => {
  it.each([
    ['appended', 2],
    ['per batch', 3],
  ] as const)('gives each batch its farm ids: job_log.txt %s, %i supplies', async (jobLog, supplies) => {
    const extractions = ['typical', 'cworst_CCworst_T', 'cbest_CCbest_T']
    const flow = makeStandInFlow(folder, {
      ...{ mode: 'polo', supplies, jobLog, config: { condition: 'hvqk' } },
      holds: [...extractions.map((each): `ran-${string}` => `ran-${each}`), 'end'],
    })
    expect(flow.points).toHaveLength(32)
    const watcher = watch(flow)
    start(flow)
    const ids = new Map<string, string | null>()
    for (const [index, extraction] of extractions.entries()) {
      await flow.reached(`ran-${extraction}`)
      const seen = watcher.look()
      expect(seen.counts).toBe(`gen 32 run ${16 + 8 * index} ext 0 srt 0 bkp 0`)
      expect(seen.events.at(-1)).toMatchObject({ stage: 'run', extraction })
      expect(new Set(seen.attempts.map((attempt) => attempt.extraction))).toEqual(new Set([extraction]))
      for (const attempt of seen.attempts) ids.set(pointName(attempt), attempt.farm_id)
      flow.release(`ran-${extraction}`)
    }
    const inBatches = extractions.flatMap((extraction) =>
      flow.points.filter((point) => point.extraction === extraction),
    )
    expect(inBatches.map((point) => ids.get(pointName(point)))).toEqual(
      inBatches.map((_, index) => String(3000000001 + index)),
    )
    await flow.reached('end')
    expect(watcher.look().counts).toBe('gen 32 run 32 ext 32 srt 32 bkp 32')
    expect(watcher.problems).toEqual([])
  })
})

describe('a point that is simulated twice', () => {
  it('keeps what it measured first as an attempt of its own', async () => {
    const [again, recovered] = ['SSG/typical/125/v1max', 'TT/typical/85/v1nom']
    const flow = makeStandInFlow(folder, {
      ...{ ...small, reruns: [again], recovered: [recovered] },
      holds: ['ran-typical', 'rerunning-typical', 'reran-typical', 'end'],
    })
    const watcher = watch(flow)
    start(flow)
    await flow.reached('ran-typical')
    const first = watcher.look()
    expect(first.counts).toBe('gen 16 run 15(1) ext 0 srt 0 bkp 0')
    expect(attemptOf(first, again).measurements).toEqual(flow.firstTruth.get(again))
    flow.release('ran-typical')

    await flow.reached('rerunning-typical')
    const running = [...watcher.look().attempts, ...watcher.look().attempts]
    expect(states(running)).toEqual({ 'running 2': 2 })
    expect(running.map((attempt) => attempt.measurements)).toEqual([null, null])
    flow.release('rerunning-typical')

    await flow.reached('reran-typical')
    const second = watcher.look()
    expect(second.counts).toBe('gen 16 run 16 ext 0 srt 0 bkp 0')
    expect(states(second.attempts)).toEqual({ 'done 2': 2 })
    expect(attemptOf(second, again).measurements).toEqual(flow.truth.get(again))
    expect(attemptOf(second, again).measurements).not.toEqual(flow.firstTruth.get(again))
    expect(attemptOf(second, recovered).measurements).toEqual(flow.truth.get(recovered))
    expect(watcher.problems).toMatchObject([{ file: join(flow.folder, 'job_log.txt'), level: 'warning' }])
    expect(watcher.problems[0]!.message).toContain('2 farm ids more than points')
    flow.release('reran-typical')
    await flow.reached('end')
    expect(states(watcher.look(true).attempts)).toEqual({})
  })
})

describe('a flow of which no configuration is known', () => {
  it('is counted by what is there', async () => {
    const flow = makeStandInFlow(folder, { mode: 'polo', config: { condition: 'htol' } })
    const watcher = watch(flow, { points: [], simulator: null })
    start(flow)
    await finished()
    const end = watcher.look(true)
    expect(end.progress.map(({ expected }) => expected)).toEqual([null, null, null, null, null])
    expect(end.counts).toBe('gen 32 run 32 ext 32 srt 32 bkp 32')
  })
})

describe('a flow that is looked at late', () => {
  it('is followed from its own start, and not from that of the flow before', async () => {
    const flow = makeStandInFlow(folder, { ...small, holds: ['ran-typical'] })
    const before = watch(flow)
    flow.release('ran-typical')
    start(flow)
    await finished()
    expect(before.look(true).newBackups).toHaveLength(1)

    rmSync(join(folder, '.stand-in', 'go.ran-typical'))
    rmSync(join(folder, '.stand-in', 'at.ran-typical'))
    start(flow)
    await flow.reached('ran-typical')
    const watcher = watch(flow, { start: 'latest-flow' })
    const late = watcher.look()
    expect(late.events.map(({ kind, stage }) => stage ?? kind)).toEqual(['flow_start', 'gen', 'run'])
    expect(late.progress.find(({ stage }) => stage === 'run')).toMatchObject({ done: 16, failed: 0 })
    expect(states(late.attempts)).toEqual({ 'done 1': 16 })
    expect(farmIdOf(late, 'TT/typical/m40/v1max')).toBe('3000000017')
    flow.release('ran-typical')
    await finished()
    expect(watcher.look(true).newBackups.length).toBeGreaterThan(0)
  })
})

const small: StandInFlowOptions = { config: { condition: 'hvqk' } }
const nothingNew = { events: [], simulationLogs: [] }

function start(flow: StandInFlow, part = 'all'): void {
  flows.push(spawn('sh', [flow.script, part], { cwd: flow.folder, stdio: 'ignore' }))
}

/** Waits for the flow that was started last. */
const finished = (): Promise<void> => ended(flows.at(-1)!)

function ended(flow: ChildProcess): Promise<void> {
  if (flow.exitCode !== null || flow.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    flow.once('exit', () => {
      resolve()
    })
  })
}
