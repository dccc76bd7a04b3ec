import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Run } from '../../src/domain/run.ts'
import type { StageName } from '../../src/domain/stage.ts'
import { finishStage, moveJob, startStage } from '../../src/domain/timeline.ts'
import { saveAttempts } from '../../src/store/attempts.ts'
import { changeJob } from '../../src/store/change-job.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { saveRun } from '../../src/store/runs.ts'
import { saveStageProgress } from '../../src/store/stage-progress.ts'
import { configText } from '../fixtures/config.ts'
import { anAttempt, aRun, storeJob } from '../store/jobs.ts'
import { openWorkplace, program, type Workplace } from './run-pvt.ts'
import { writeFileSync } from 'node:fs'

let place: Workplace
let db: Database

beforeAll(async () => {
  place = openWorkplace()
  writeFileSync(place.path('work', 'config.cfg'), configText())
  await place.create()
  db = await openDatabase({ engine: 'sqlite', path: place.db })
})

afterAll(async () => {
  await db.close()
  place.remove()
})

/** So many seconds ago. */
const ago = (seconds: number): string => new Date(Date.now() - 1000 * seconds).toISOString()

const aLiveRun = (job_id: string, fields: Partial<Run> = {}): Run =>
  aRun(job_id, {
    ...{ command: ['sh', 'flow.sh', '\x1b[2J'], cwd: '/proj', pid: 4194304 },
    ...{ started_at: ago(300), seen_at: ago(0) },
    ...{ output_path: '/proj/flow.out', output_bytes: 4200, output_head: 'a', output_tail: 'z' },
    ...fields,
  })

const mark = async (id: string, name: StageName, from: number, to: number | null): Promise<void> => {
  await changeJob(db, id, ago(from), (present) => startStage(present, name, ago(from)))
  if (to !== null) await changeJob(db, id, ago(to), (present) => finishStage(present, name, ago(to)))
}

const count = (id: string, stage: StageName, done: number, failed = 0): Promise<void> =>
  saveStageProgress(db, id, [{ stage, done, failed, expected: 92, first_at: ago(100), changed_at: ago(0) }])

/** A job of 92 points in a domain of its own, whose stage run began four minutes ago, with 46 points done. */
async function followed(domain: string, fields: Partial<Run> = {}): Promise<string> {
  const { job_id } = await storeJob(db, {
    ...{ domain_path: `/proj/${domain}`, created_at: ago(400), total_simulations: 92 },
  })
  await saveRun(db, aLiveRun(job_id, fields))
  await mark(job_id, 'gen', 260, 240)
  await mark(job_id, 'run', 240, null)
  await count(job_id, 'run', 45, 1)
  return job_id
}

/** A completed job of the same domain: run took 400 s, bkp 20 s. */
async function earlier(domain: string): Promise<void> {
  const { job_id } = await storeJob(db, {
    ...{ domain_path: `/proj/${domain}`, created_at: ago(9000), total_simulations: 92 },
  })
  await mark(job_id, 'run', 8900, 8500)
  await mark(job_id, 'bkp', 8500, 8480)
}

type Status = Record<string, unknown> & {
  progress: Record<string, number | string | null>[]
  time_left: Record<string, number | string> | null
  waiting: Record<string, string | null> | null
  run: Record<string, unknown> | null
}

const status = (id: string): Promise<Status> => place.json<Status>(['job', 'status', id])

describe('job status of a run that is followed', () => {
  test('says how far it is, how long it takes and what it is at', async () => {
    const id = await followed('one')
    await saveAttempts(db, id, [anAttempt('TT', 1, 'running'), anAttempt('SSG', 1, 'submitted')])
    const answer = await status(id)
    expect(Object.keys(answer).slice(-5)).toEqual(['progress', 'time_left', 'waiting', 'run', 'after'])
    expect(answer.progress).toHaveLength(1)
    const [run] = answer.progress
    expect(Object.keys(run!)).toEqual([
      ...['stage', 'done', 'failed', 'expected', 'per_minute', 'seconds_left', 'seconds_left_min'],
      'seconds_left_max',
    ])
    expect(run).toMatchObject({ stage: 'run', done: 45, failed: 1, expected: 92 })
    expect(run!.per_minute).toBeCloseTo(11.5, 0)
    expect(answer.time_left).toMatchObject({ basis: 'pace' })
    expect(Math.abs(Number(answer.time_left!.seconds) - 240)).toBeLessThan(10)
    expect(answer.waiting).toMatchObject({ state: 'running', reason: '1 point running, 1 point submitted' })
    expect(answer.run).toMatchObject({ host: 'farm1', pid: 4194304, command: ['sh', 'flow.sh', '\x1b[2J'] })
  })

  test('as a table it has columns for it', async () => {
    await earlier('two')
    const id = await followed('two')
    const { stdout } = await place.pvt(['job', 'status', id])
    expect(stdout).toMatch(/^flow +running for 4m 0\ds: stage run$/m)
    expect(stdout).toMatch(/^time left +about 4 min \(\d-\d\), from the pace so far and earlier jobs$/m)
    expect(stdout).toMatch(/^run +sh flow\.sh \\x1b\[2J \(process 4194304 on farm1\), since 20\d\d-/m)
    expect(stdout).toMatch(/^output +\/proj\/flow\.out \(4\.2 kB\)$/m)
    expect(stdout).toMatch(
      /^STAGE +ATTEMPT +STATUS +STARTED +FINISHED +TOOK +DONE +RATE +TIME LEFT +EXIT +MESSAGE$/m,
    )
    expect(stdout).toMatch(
      /^run +1 +running .* 45\/92, 1 failed +11\.[45]\/min +4 min \(\d-\d\) +- +run simulations$/m,
    )
    expect(stdout).toMatch(/^gen +1 +done .* 20s +- +- +- +- +generate/m)
    expect(stdout).toMatch(/^bkp +- +planned +- +- +- +- +- +20 s \(15-25\) +- +back up$/m)
  })

  test('says when nobody hears of it any more', async () => {
    const id = await followed('three', { seen_at: ago(700) })
    expect((await status(id)).waiting).toMatchObject({ state: 'silent' })
    const { stdout } = await place.pvt(['job', 'status', id])
    expect(stdout).toMatch(/^flow +silent for 11m 4\ds: pvt on farm1 gave no sign since$/m)
  })

  test('of a run that has ended has no time left, and says how', async () => {
    const id = await followed('four', { ended_at: ago(60), exit_code: 3 })
    await changeJob(db, id, ago(60), (present) => moveJob(present, 'failed', { error: 'why' }, ago(60)))
    expect(await status(id)).toMatchObject({ time_left: null, waiting: null, run: { exit_code: 3 } })
    const { stdout } = await place.pvt(['job', 'status', id])
    expect(stdout).toMatch(/^run +sh .*, took 4m 00s, exit code 3$/m)
    expect(stdout).toMatch(/^run +1 +failed .* 45\/92, 1 failed +15\.\d\/min +- +/m)
    expect(stdout).not.toMatch(/^(flow|time left) /m)
  })
})

describe('job status of a job that nobody follows', () => {
  test('has nothing new in the table, and the keys with nothing in them', async () => {
    const id = await place.create()
    await place.pvt(['stage', 'start', 'gen', '-j', id])
    const { stdout } = await place.pvt(['job', 'status', id])
    expect(stdout).not.toMatch(/^(flow|time left|run +sh|output) |DONE|RATE|TIME LEFT/m)
    expect(await status(id)).toMatchObject({
      ...{ progress: [], time_left: null, run: null },
      waiting: { state: 'not_followed', since: null },
    })
  })

  test('but is marked by its scripts has the time left that earlier jobs took', async () => {
    await earlier('five')
    const { job_id } = await storeJob(db, {
      ...{ domain_path: '/proj/five', created_at: ago(400), total_simulations: 92 },
    })
    await mark(job_id, 'run', 100, null)
    const { progress, time_left } = await status(job_id)
    expect(progress.map(({ stage, done }) => [stage, done])).toEqual([
      ['run', null],
      ['bkp', null],
    ])
    expect(time_left).toMatchObject({ basis: 'history' })
    expect(Math.abs(Number(time_left!.seconds) - 320)).toBeLessThan(10)
  })
})

/** What a watch prints; each step is made when the text before it was printed. */
async function watched(
  id: string,
  words: string[],
  steps: [after: RegExp, step: () => Promise<unknown>][],
  env: Record<string, string> = {},
): Promise<{ out: string; error: string; code: unknown }> {
  const child = spawn(process.execPath, [program, 'job', 'status', id, '--watch', '0.1', ...words], {
    env: { ...place.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    for (const [after, step] of steps) {
      await vi.waitUntil(() => after.test(out + error), 30_000)
      await step()
    }
    return { code: await ended, out, error }
  } finally {
    child.kill()
  }
}

const complete = (id: string) => () =>
  changeJob(db, id, ago(0), (present) => moveJob(present, 'completed', {}, ago(0)))

describe('job status --watch in a pipe', () => {
  test('prints a line for each change and ends with the job', async () => {
    const id = await followed('six')
    const { out, code, error } = await watched(
      id,
      [],
      [
        [/45\/92/, () => count(id, 'run', 60, 1)],
        [/60\/92/, () => saveAttempts(db, id, [anAttempt('TT', 1, 'submitted')])],
        [/none running/, () => mark(id, 'ext', 0, null)],
        [/stage ext/, complete(id)],
      ],
    )
    expect({ code, error }).toEqual({ code: 0, error: '' })
    const lines = out.trimEnd().split('\n')
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
      expect.stringMatching(/^run 45\/92, 1 failed, 11\.\d\/min, about 4 min left \(\d-\d\)$/),
      expect.stringMatching(/^run 60\/92, 1 failed, 15\.\d\/min, about 2 min left \(\d-\d\)$/),
      expect.stringMatching(/^run 60\/92, .*, 1 point submitted, none running$/),
      expect.stringMatching(/^running, stage ext$/),
      expect.stringMatching(/^completed, 0 ok of 92, took 4m \d\ds$/),
    ])
  })

  test('has the dash of the locale', async () => {
    const id = await followed('seven')
    const { out } = await watched(id, [], [[/45\/92/, complete(id)]], { LC_ALL: 'C.UTF-8' })
    expect(out).toMatch(/about 4 min left \(\d–\d\)\n/)
  })

  test('as JSON prints the whole job for each change', async () => {
    const id = await followed('eight')
    const { out, code } = await watched(
      id,
      ['-f', 'ndjson'],
      [
        [/"done":45/, () => count(id, 'run', 60, 1)],
        [/"done":60/, complete(id)],
      ],
    )
    expect(code).toBe(0)
    const views = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Status)
    expect(views.map(({ status: state, progress }) => [state, progress[0]!.done])).toEqual([
      ['running', 45],
      ['running', 60],
      ['completed', 60],
    ])
  })

  test('tells a failure with its stage and message on one line', async () => {
    const id = await followed('nine')
    const fail = () =>
      changeJob(db, id, ago(0), (present) =>
        moveJob(present, 'failed', { stage: 'run', error: 'licence\n\x1b[2J gone' }, ago(0)),
      )
    const { out } = await watched(id, [], [[/45\/92/, fail]])
    expect(out.trimEnd().split('\n').at(-1)).toMatch(
      /^\d\d:\d\d:\d\d failed in stage run: licence\\n\\x1b\[2J gone, 0 ok of 92, took 4m \d\ds$/,
    )
  })

  test('of a job that is removed says so', async () => {
    const id = await followed('ten')
    const { code, error } = await watched(
      id,
      [],
      [[/45\/92/, () => db.query('delete from jobs where job_id = $1', [id])]],
    )
    expect({ code, error }).toEqual({
      code: 3,
      error: `pvt: job ${id.slice(0, 8)} was removed\n`,
    })
  })
})
