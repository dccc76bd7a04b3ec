import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

  test.each(Object.keys(moves))('from %s', async (from) => {
    await Promise.all(
      Object.keys(moves).map(async (to) => {
        const id = await place.create()
        for (const step of wayTo[from]!) expect((await move(id, step)).code).toBe(0)
        const before = await status(id)
        const answer = await move(id, to)
        const after = await status(id)
        const short = id.slice(0, 8)
        if (to === from) {
          expect(answer).toEqual({ stdout: `${short} is ${to} already\n`, stderr: '', code: 0 })
          expect(after).toEqual(before)
        } else if (moves[from]!.includes(to)) {
          expect(answer).toEqual({ stdout: `${short} is ${to}\n`, stderr: '', code: 0 })
          expect(after.status).toBe(to)
        } else {
          expectFailure(answer, 4, `job ${short} is ${from}: it cannot become ${to}: `)
          expect(after).toEqual(before)
        }
      }),
    )
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

  test.each([
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
    const child = spawn(process.execPath, [program, 'job', 'status', id, '--watch', '0.1', '-f', 'ndjson'], {
      env: place.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    const seen = (status: string): Promise<void> =>
      new Promise((resolve) => {
        child.stdout.on('data', () => {
          if (text.includes(`"status":"${status}"`)) resolve()
        })
      })
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const ended = new Promise((resolve) => child.on('close', resolve))
    await seen('queued')
    await move(id, 'running')
    await seen('running')
    await move(id, 'completed')
    expect(await ended).toBe(0)
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as Job).status)).toEqual(['queued', 'running', 'completed'])
    expect(text).not.toContain('\x1b')
  })

  test('of a job that has ended it shows it once', async () => {
    const id = await place.create()
    await move(id, 'cancelled')
    expect(await place.pvt(['job', 'status', id, '--watch'])).toEqual(await place.pvt(['job', 'status', id]))
  })

  test.each(['x', '0', '0.01', '1e9', ''])('--watch=%s is wrong usage', async (seconds) => {
    const id = await place.create()
    expectFailure(await move(id, `--watch=${seconds}`), 2, /--watch/)
  })
})
