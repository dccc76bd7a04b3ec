import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { csvLines, expectFailure, instant, openWorkplace, type Run, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
  makeDomain(place.path('domain'), { stamp: '202601151030' })
})

afterAll(() => {
  place.remove()
})

type Stage = Record<string, unknown>

const stage = (id: string, ...words: string[]): Promise<Run> => place.pvt(['stage', ...words, '-j', id])
const list = (id: string): Promise<Stage[]> => place.json(['stage', 'list', '-j', id])
const status = (id: string): Promise<Stage> => place.json(['job', 'status', id])

test('a run from the first stage to the last', async () => {
  const id = await place.create()
  const short = id.slice(0, 8)
  for (const name of ['gen', 'run', 'ext', 'srt', 'bkp']) {
    expect(await stage(id, 'start', name)).toEqual({
      ...{ stdout: `${short} stage ${name} started\n`, stderr: '', code: 0 },
    })
    expect(await status(id)).toMatchObject({ status: 'running', current_stage: name })
    const last = name === 'bkp' ? ', job completed' : ''
    expect(await stage(id, 'done', name)).toEqual({
      ...{ stdout: `${short} stage ${name} done${last}\n`, stderr: '', code: 0 },
    })
  }
  expect(await status(id)).toMatchObject({
    ...{ status: 'completed', current_stage: null, error_stage: null },
    completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
  })
  const attempts = await list(id)
  expect(attempts.map(({ stage, attempt, status }) => [stage, attempt, status])).toEqual(
    ['gen', 'run', 'ext', 'srt', 'bkp'].map((name) => [name, 1, 'done']),
  )
})

test('usr ends the job where it is planned', async () => {
  const id = await place.create(['--stages', 'gen,usr'])
  await stage(id, 'done', 'gen')
  expect(await status(id)).toMatchObject({ status: 'running' })
  expect((await stage(id, 'done', 'usr')).stdout).toMatch(/job completed/)
})

test("the flow's own name of the user script is taken", async () => {
  const id = await place.create(['--stages', 'usr'])
  expect((await stage(id, 'start', 'usr_script')).stdout).toBe(`${id.slice(0, 8)} stage usr started\n`)
})

test('start twice and done twice are 0 and change nothing', async () => {
  // In a domain of its own: what is left to do is told from other jobs of the folder, which end meanwhile.
  const id = await place.create(['-d', '../home'])
  await stage(id, 'start', 'gen')
  const started = await status(id)
  expect((await stage(id, 'start', 'gen')).stdout).toMatch(/ is running already\n$/)
  expect(await status(id)).toEqual(started)
  await stage(id, 'done', 'gen')
  const done = await status(id)
  expect((await stage(id, 'done', 'gen')).stdout).toMatch(/ was done already\n$/)
  expect(await status(id)).toEqual(done)
})

describe('stage list', () => {
  test('every attempt with times, seconds, exit code and message', async () => {
    const id = await place.create()
    await stage(id, 'start', 'run')
    await stage(id, 'fail', 'run', '--error', 'no licence', '--exit-code', '3')
    await stage(id, 'start', 'run')
    const [first, second] = await list(id)
    expect(first).toEqual({
      ...{ job_id: id, stage: 'run', attempt: 1, status: 'failed', exit_code: 3, message: 'no licence' },
      started_at: expect.stringMatching(instant) as string,
      finished_at: expect.stringMatching(instant) as string,
      elapsed_seconds:
        (Date.parse(String(first!.finished_at)) - Date.parse(String(first!.started_at))) / 1000,
      clock_skew: false,
    })
    expect(second).toMatchObject({
      stage: 'run',
      attempt: 2,
      status: 'running',
      finished_at: null,
      exit_code: null,
    })
    expect(Object.keys(second!)).toEqual(Object.keys(first!))
    const csv = csvLines((await place.pvt(['stage', 'list', '-j', id, '-f', 'csv'])).stdout)
    expect(csv[0]).toEqual(Object.keys(first!))
    expect(csv).toHaveLength(3)
    const table = (await place.pvt(['stage', 'list', '-j', id])).stdout
    expect(table).toMatch(
      /^STAGE +ATTEMPT +STATUS +STARTED +FINISHED +TOOK +EXIT +MESSAGE\nrun +1 +failed .* 3 +no licence\n/,
    )
  })

  test('of a job that nobody started it is empty', async () => {
    const id = await place.create()
    expect(await list(id)).toEqual([])
    expect((await place.pvt(['stage', 'list', '-j', id, '-f', 'ndjson'])).stdout).toBe('')
  })
})

describe('stage fail', () => {
  test('the job fails at that stage; failing again changes nothing', async () => {
    const id = await place.create()
    await stage(id, 'start', 'ext')
    const answer = await stage(id, 'fail', 'ext', '--error', 'no reports')
    expect(answer).toEqual({ stdout: `${id.slice(0, 8)} stage ext failed\n`, stderr: '', code: 0 })
    const job = await status(id)
    expect(job).toMatchObject({ status: 'failed', error_stage: 'ext', error_message: 'no reports' })
    expect((await stage(id, 'fail', 'ext', '--error', 'other')).stdout).toMatch(/has failed already\n$/)
    expect(await status(id)).toEqual(job)
  })

  test.concurrent.each([
    [['--exit-code', '137'], 'exit code 137', 137],
    [[], 'stage run failed', null],
    [['--exit-code', '0', '--error', 'x'], 'x', 0],
  ])('with %j it says "%s"', async (words, message, code) => {
    const id = await place.create()
    await stage(id, 'fail', 'run', ...words)
    expect(await status(id)).toMatchObject({ error_message: message, error_stage: 'run' })
    expect(await list(id)).toMatchObject([{ exit_code: code, started_at: null }])
  })

  test.concurrent.each(['x', '-1', '1.5', ''])('--exit-code=%s is wrong usage', async (code) => {
    const id = await place.create()
    expectFailure(await stage(id, 'fail', 'run', `--exit-code=${code}`), 2, /--exit-code/)
  })

  test('a failed job is taken up by the next mark', async () => {
    const id = await place.create()
    await stage(id, 'fail', 'gen')
    await stage(id, 'start', 'gen')
    expect(await status(id)).toMatchObject({ status: 'running', error_stage: null, error_message: null })
  })
})

test('a stage out of order is stored, with a warning', async () => {
  const id = await place.create()
  const answer = await stage(id, 'done', 'ext')
  expect(answer).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} stage ext done\n` })
  expect(answer.stderr).toBe(
    `pvt: warning: job ${id.slice(0, 8)}: stage ext done before gen, run: stored out of order\n`,
  )
  expect(await status(id)).toMatchObject({ completed_stages: ['ext'], status: 'running' })
  expect((await stage(id, 'start', 'usr')).stderr).toMatch(/stage usr is not planned for this job/)
})

test('a stage that is done after the job completed is kept, and the job stays completed', async () => {
  const id = await place.create(['--stages', 'gen,run'])
  await stage(id, 'done', 'run')
  const late = await stage(id, 'done', 'gen')
  expect(late).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} stage gen done\n` })
  expect(await status(id)).toMatchObject({ status: 'completed', completed_stages: ['gen', 'run'] })
})

describe('done bkp', () => {
  test('--backup records the folder; --import reads it', async () => {
    const id = await place.create(['-d', place.path('domain')])
    const older = place.path('domain/00bkp_202601151030')
    expect((await stage(id, 'done', 'bkp', '--backup', older)).code).toBe(0)
    expect(await status(id)).toMatchObject({ backup_path: older, stored_simulations: 0, status: 'completed' })
    const again = await stage(id, 'done', 'bkp', '--backup', older, '--import')
    expect(again.stdout).toMatch(
      /^[0-9a-f]{8} stage bkp was done already; imported 92 points from 93 files; 92 new/,
    )
    expect(await status(id)).toMatchObject({ stored_simulations: 92, successful_simulations: 92 })
  })

  test('--import alone takes the newest backup of the domain', async () => {
    const newest = makeBackup(place.path('domain'), { stamp: '202601161030', seed: 2 }).backupPath
    mkdirSync(place.path('domain/00bkp_other'))
    const id = await place.create(['-d', place.path('domain')])
    const answer = await stage(id, 'done', 'bkp', '--import', '-q')
    expect(answer.stdout).toMatch(/^[0-9a-f]{8} stage bkp done, job completed; imported 92 points .*\n$/)
    expect(await status(id)).toMatchObject({ backup_path: newest, stored_simulations: 92 })
  })

  test('without any backup nothing is marked', async () => {
    const id = await place.create(['-d', place.path('home')])
    expectFailure(await stage(id, 'done', 'bkp', '--import'), 3, /no backup folder/)
    expectFailure(await stage(id, 'done', 'bkp', '--backup', '/nowhere'), 3, /there is no \/nowhere/)
    expect(await status(id)).toMatchObject({ status: 'queued', stages: [] })
  })

  test('--backup and --import belong to bkp alone', async () => {
    const id = await place.create()
    for (const words of [['--import'], ['--backup', '.']]) {
      expectFailure(await stage(id, 'done', 'run', ...words), 2, /belong to the stage bkp/)
    }
  })
})

test('marks of a job that is over for good are refused', async () => {
  const id = await place.create()
  await place.pvt(['job', 'cancel', id])
  const before = await status(id)
  for (const [verb, what] of [
    ['start', 'cannot start'],
    ['done', 'cannot be done'],
    ['fail', 'cannot fail'],
  ]) {
    expectFailure(await stage(id, verb!, 'gen'), 4, `is cancelled: stage gen ${what!}: cancelled is final`)
  }
  expect(await status(id)).toEqual(before)
})

test('as JSON every mark is the job', async () => {
  const id = await place.create()
  for (const words of [
    ['start', 'gen'],
    ['done', 'gen'],
    ['fail', 'run'],
  ]) {
    const job = await place.json(['stage', ...words, '-j', id, '-q'])
    expect(await status(id)).toMatchObject(job)
  }
})
