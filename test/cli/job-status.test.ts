import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { configText } from '../fixtures/config.ts'
import { csvLines, expectFailure, instant, openWorkplace, program, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
  mkdirSync(place.path('domain/00bkp_202601151030'), { recursive: true })
  writeFileSync(place.path('domain/config.cfg'), configText())
})

afterAll(() => {
  place.remove()
})

type Job = Record<string, unknown> & { job_id: string; status: string }

const status = (id: string): Promise<Job> => place.json<Job>(['job', 'status', id])
const move = (id: string, ...words: string[]) => place.pvt(['job', 'status', id, ...words])

describe('moving a job', () => {
  /** What each state can become; setting the state it has is a harmless no-op. */
  const moves: Record<string, string[]> = {
    queued: ['running', 'failed', 'cancelled'],
    running: ['completed', 'failed', 'cancelled'],
    failed: ['running'],
    completed: [],
    cancelled: [],
  }
  const wayTo: Record<string, string[]> = {
    ...{ queued: [], running: ['running'], failed: ['failed'] },
    ...{ completed: ['running', 'completed'], cancelled: ['cancelled'] },
  }

  test.concurrent.each(Object.keys(moves))('from %s', async (from) => {
    const jobIn = async (): Promise<string> => {
      const id = await place.create()
      for (const step of wayTo[from]!) expect((await move(id, step)).code).toBe(0)
      return id
    }
    const id = await jobIn()
    const short = id.slice(0, 8)
    const before = await status(id)
    expect(await move(id, from)).toEqual({ stdout: `${short} is ${from} already\n`, stderr: '', code: 0 })
    await Promise.all(
      Object.keys(moves).map(async (to) => {
        if (to === from) return
        if (!moves[from]!.includes(to)) {
          expectFailure(await move(id, to), 4, `job ${short} is ${from}: it cannot become ${to}: `)
          return
        }
        const other = await jobIn()
        const answer = await move(other, to)
        expect(answer).toEqual({ stdout: `${other.slice(0, 8)} is ${to}\n`, stderr: '', code: 0 })
        expect((await status(other)).status).toBe(to)
      }),
    )
    expect(await status(id)).toEqual(before)
  })

  test('it sets the times: started once, ended at the end, seconds between', async () => {
    const id = await place.create()
    await move(id, 'running')
    const running = await status(id)
    expect(running).toMatchObject({ completed_at: null, elapsed_seconds: null })
    expect(running.started_at).toMatch(instant)
    await move(id, 'failed')
    const failed = await status(id)
    expect(failed.started_at).toBe(running.started_at)
    const seconds = Date.parse(String(failed.completed_at)) - Date.parse(String(failed.started_at))
    expect(failed.elapsed_seconds).toBe(seconds / 1000)
    await move(id, 'running')
    expect(await status(id)).toMatchObject({
      ...{ started_at: running.started_at, completed_at: null, error_message: null, error_stage: null },
    })
  })

  test('--stage, --error and --backup are kept', async () => {
    const id = await place.create(['-d', place.path('domain')])
    await move(id, 'running', '--stage', 'run')
    expect(await status(id)).toMatchObject({ current_stage: 'run' })
    await move(id, 'failed', '--error', 'licence "x" gone')
    expect(await status(id)).toMatchObject({ error_message: 'licence "x" gone', error_stage: 'run' })
    await move(id, 'running')
    const backup = place.path('domain/00bkp_202601151030')
    await move(id, 'completed', '--backup', '../domain/00bkp_202601151030')
    expect(await status(id)).toMatchObject({
      backup_path: backup,
      failed_simulations: 92,
      current_stage: null,
    })
  })

  test('--stage says where a job failed', async () => {
    const id = await place.create()
    await move(id, 'failed', '--stage', 'ext', '--error', 'no reports')
    expect(await status(id)).toMatchObject({ error_stage: 'ext', error_message: 'no reports' })
  })

  test('as JSON it is the job', async () => {
    const id = await place.create()
    const answer = await place.json(['job', 'status', id, 'running'])
    expect(answer).toMatchObject({ job_id: id, status: 'running' })
    expect(await status(id)).toMatchObject(answer)
  })

  test.concurrent.each([
    ['an unknown state', ['done'], /there is no status 'done': states: queued running/],
    ['an unknown stage', ['failed', '--stage', 'build'], /there is no stage 'build'/],
    ['--error without a state', ['--error', 'x'], /need a new status/],
    ['--stage without a state', ['--stage', 'gen'], /need a new status/],
  ])('%s is wrong usage', async (_, words, message) => {
    const id = await place.create()
    expectFailure(await move(id, ...words), 2, message)
    expect(await status(id)).toMatchObject({ status: 'queued' })
  })

  test('a backup that is not there is refused before the move', async () => {
    const id = await place.create()
    await move(id, 'running')
    expectFailure(await move(id, 'completed', '--backup', '/nowhere'), 3, /there is no \/nowhere/)
    expect(await status(id)).toMatchObject({ status: 'running', backup_path: null })
  })

  test('without a job the state alone will do', async () => {
    const cwd = place.path('domain')
    const id = await place.create([], { cwd })
    expect((await place.pvt(['job', 'status', 'running'], { cwd })).stdout).toBe(
      `${id.slice(0, 8)} is running\n`,
    )
    expect(await status(id)).toMatchObject({ status: 'running' })
  })
})

describe('showing a job', () => {
  test('the table has every parameter, the timeline, the simulations, the paths and the error', async () => {
    const id = await place.create([
      '-d',
      place.path('domain'),
      '--description',
      'for the review',
      '--tag',
      'x1',
    ])
    await place.pvt(['stage', 'start', 'gen', '-j', id])
    await place.pvt(['stage', 'fail', 'gen', '-j', id, '--error', 'disk full', '--exit-code', '3'])
    const { stdout, code } = await place.pvt(['job', 'status', id])
    expect(code).toBe(0)
    for (const line of configText().trimEnd().split('\n')) {
      const [key, value] = line.split(':')
      expect(stdout).toMatch(new RegExp(`^ *${key!.replace(/[[\]]/g, '\\$&')} +${value!}$`, 'm'))
    }
    expect(stdout).toMatch(/^status +failed/m)
    expect(stdout).toMatch(/^error +disk full$/m)
    expect(stdout).toMatch(/^error stage +gen$/m)
    expect(stdout).toMatch(/^simulations +92 expected, 0 stored, 92 missing/m)
    expect(stdout).toMatch(/^description +for the review$/m)
    expect(stdout).toContain(place.path('domain/config.cfg'))
    expect(stdout).toMatch(/^STAGE +ATTEMPT +STATUS +STARTED +FINISHED +TOOK +EXIT +MESSAGE$/m)
    expect(stdout).toMatch(/^gen +1 +failed +\S+ \S+ +\S+ \S+ +\S+ +3 +disk full$/m)
  })

  test('a job that goes on shows its planned stages, too', async () => {
    const id = await place.create(['--stages', 'gen,run'])
    const { stdout } = await place.pvt(['job', 'status', id])
    expect(stdout).toMatch(/^gen +- +planned/m)
    expect(stdout).toMatch(/^run +- +planned/m)
  })

  test('CSV has the keys of the JSON; lists are JSON text', async () => {
    const id = await place.create(['--tag', 'a', '--tag', 'b'])
    const { stdout } = await place.pvt(['job', 'status', id, '-f', 'csv'])
    expect(csvLines(stdout)[0]).toEqual(Object.keys(await status(id)))
    expect(stdout).toContain('"[""a"",""b""]"')
    expect(csvLines(stdout)).toHaveLength(2)
  })

  test('ndjson is one line with the same object', async () => {
    const id = await place.create()
    const { stdout } = await place.pvt(['job', 'status', id, '-f', 'ndjson'])
    expect(stdout).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(stdout)).toEqual(await status(id))
  })
})

describe('--watch', () => {
  test('in a pipe it prints again what has changed, and ends with the job', async () => {
    const id = await place.create(['--stages', 'gen'])
    const watch = ['job', 'status', id, '--watch', '0.1', '-f', 'ndjson']
    const child = spawn(process.execPath, [program, ...watch], {
      env: place.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    try {
      const seen = (state: string) => vi.waitUntil(() => text.includes(`"status":"${state}"`), 30_000)
      await seen('queued')
      await move(id, 'running')
      await seen('running')
      await move(id, 'completed')
      expect(await ended).toBe(0)
    } finally {
      child.kill()
    }
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as Job).status)).toEqual(['queued', 'running', 'completed'])
    expect(text).not.toContain('\x1b')
  })

  test('of a job that has ended it says so once', async () => {
    const id = await place.create()
    await move(id, 'cancelled')
    const { stdout, code } = await move(id, '--watch')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d cancelled\n$/)
    const json = ['job', 'status', id, '--json']
    expect(await place.pvt([...json, '--watch'])).toEqual(await place.pvt(json))
  })

  test.concurrent.each(['x', '0', '0.01', '1e9', ''])('--watch=%s is wrong usage', async (seconds) => {
    const id = await place.create()
    expectFailure(await move(id, `--watch=${seconds}`), 2, /--watch/)
  })
})
