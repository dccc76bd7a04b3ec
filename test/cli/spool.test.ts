import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase, shownLocation } from '../../src/store/open-database.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { openWorkplace, program, type Workplace } from './run-pvt.ts'

interface Listed {
  change_id: string
  at: string
  state: string
  words: string[]
  refusal: string | null
  path: string
}

interface Timeline {
  job_id: string
  status: string
  created_at: string
  stages: { stage: string; status: string; started_at: string | null; finished_at: string | null }[]
}

describe.each(eachEngine)('best effort on $name', ({ make }) => {
  let fresh: FreshDatabase
  let holder: Database
  let place: Workplace

  beforeEach(async () => {
    fresh = await make()
    const { location } = fresh
    place = openWorkplace(location.engine === 'sqlite' ? location.path : location.url)
    place.env.PVT_SPOOL = place.path('spool')
    expect((await place.pvt(['db', 'migrate'])).code).toBe(0)
    holder = await openDatabase(location)
  })

  afterEach(async () => {
    await holder.close()
    await fresh.drop()
    place.remove()
  })

  /** Runs `work` while nobody else can write. */
  async function away(work: () => Promise<void>): Promise<void> {
    await holder.transaction(async () => {
      await holder.query("insert into delivered_changes values ('a lock', '2026')")
      if (holder.dialect === 'postgres') await holder.query('lock table jobs, delivered_changes')
      await work()
      await holder.query("delete from delivered_changes where change_id = 'a lock'")
    })
  }

  const spooled = (): Promise<Listed[]> => place.json<Listed[]>(['spool', 'list'])
  const view = (job: string): Promise<Timeline> => place.json<Timeline>(['job', 'status', job])

  test('a whole run made while the database is away is there afterwards, with its times', async () => {
    let id = ''
    await away(async () => {
      const created = await place.pvt(['job', 'create', '--name', 'gpio', '--best-effort'])
      expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) as string })
      expect(created.stderr.split('\n')).toHaveLength(2)
      id = created.stdout.trim()
      for (const words of [
        ['stage', 'start', 'gen'],
        ['stage', 'done', 'gen'],
        ['job', 'log', '--add', "it's $HOME\nand a second line"],
        ['stage', 'fail', 'run', '--error', 'boom', '--exit-code', '3'],
      ]) {
        const run = await place.pvt(words, { env: { PVT_BEST_EFFORT: '1', PVT_JOB: id } })
        expect(run, run.stderr).toMatchObject({ code: 0, stdout: '' })
      }
      expect((await place.pvt(['stage', 'list', '-j', id])).stdout).not.toContain('gen')
    })
    const waiting = await spooled()
    expect(waiting.map(({ state }) => state)).toEqual(Array(5).fill('waiting'))
    const job = await view(id)
    expect(job).toMatchObject({
      status: 'failed',
      name: 'gpio',
      error_message: 'boom',
      created_at: waiting[0]!.at,
    })
    expect(job.stages).toMatchObject([
      { stage: 'gen', status: 'done', started_at: waiting[1]!.at, finished_at: waiting[2]!.at },
      { stage: 'run', status: 'failed', finished_at: waiting[4]!.at, exit_code: 3 },
    ])
    const log = await place.json<{ message: string }[]>(['job', 'log', id])
    expect(log.map(({ message }) => message)).toContain("it's $HOME\nand a second line")
    expect(await spooled()).toEqual([])
  })

  test('a change that gets through is made at once, and answered as ever', async () => {
    const created = await place.pvt(['job', 'create', '--best-effort'])
    const done = await place.pvt(['stage', 'done', 'gen', '--best-effort', '-j', created.stdout.trim()])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toContain('stage gen done')
    expect(existsSync(place.path('spool'))).toBe(false)
  })

  test('what the database refuses is put aside and shown, and the rest goes on', async () => {
    const id = await place.create()
    await away(async () => {
      const env = { PVT_BEST_EFFORT: '1', PVT_JOB: id }
      await place.pvt(['job', 'status', 'completed'], { env })
      await place.pvt(['job', 'cancel'], { env })
      await place.pvt(['job', 'log', '--add', 'after it'], { env })
    })
    // Neither move is allowed: a queued job is not completed; then the cancellation is.
    const flush = await place.pvt(['spool', 'flush'])
    expect(flush.code).toBe(4)
    expect(flush.stdout).toBe('2 changes delivered, 1 put aside\n')
    expect((await view(id)).status).toBe('cancelled')
    const [parked, ...others] = await spooled()
    expect(others).toEqual([])
    expect(parked).toMatchObject({ state: 'refused', words: ['job', 'status', 'completed'] })
    expect(parked!.refusal).toContain('is queued')
    expect((await place.pvt(['spool', 'flush'])).code).toBe(0)
    expect((await place.pvt(['spool', 'drop', '--parked'])).code).toBe(4)
    expect((await place.pvt(['spool', 'drop', '--parked', '--yes'])).stdout).toBe('1 change dropped\n')
    expect(await spooled()).toEqual([])
  })

  test('two that deliver at once, and one that is killed on the way, make each change once and in order', async () => {
    const id = await place.create()
    const sentence = (index: number): string => `line ${String(index).padStart(3, '0')}`
    const location = shownLocation(fresh.location)
    mkdirSync(place.path('spool'), { mode: 0o700 })
    for (let index = 0; index < 150; index += 1) {
      const at = new Date(Date.UTC(2026, 0, 1) + index).toISOString()
      const head = `id change-${index}\nat ${at}\ndatabase ${location}\nuser ada\nhost h\ncwd /\njob ${id}\n`
      const words = ['job', 'log', '--add', sentence(index)].map((word) => `${word}\0`).join('')
      writeFileSync(
        place.path('spool', `${at.replace(/[-:.]/g, '')}-${index}.change`),
        `pvt-change 1\n${head}\n${words}`,
      )
    }
    const victim = spawn(process.execPath, [program, 'spool', 'flush'], { env: place.env, stdio: 'ignore' })
    const dead = new Promise((resolve) => victim.on('exit', resolve))
    while (readdirSync(place.path('spool')).length > 120)
      await new Promise((resolve) => setTimeout(resolve, 2))
    victim.kill('SIGKILL')
    await dead
    const left = readdirSync(place.path('spool')).length
    const flushes = await Promise.all([1, 2, 3].map(() => place.json<Flush>(['spool', 'flush'])))
    // Each counts what it has made itself; the killed one may have made the first of them.
    const counted = flushes.reduce((sum, { delivered }) => sum + delivered, 0)
    expect([left - 1, left]).toContain(counted)
    const log = await place.json<{ message: string }[]>(['job', 'log', id, '--limit', '1000'])
    const lines = log.map(({ message }) => message).filter((message) => message.startsWith('line'))
    expect(lines).toEqual(Array.from({ length: 150 }, (_, index) => sentence(index)))
    expect(await spooled()).toEqual([])
  })
})

interface Flush {
  delivered: number
}

describe.each(eachEngine)('two hosts with a spool each, on $name', ({ make }) => {
  test('deliver late and in any order, and nothing is lost', async () => {
    const fresh = await make()
    const { location } = fresh
    const place = openWorkplace(location.engine === 'sqlite' ? location.path : location.url)
    try {
      const on = (host: string, words: readonly string[], env = {}): ReturnType<Workplace['pvt']> =>
        place.pvt(words, { env: { PVT_SPOOL: place.path(host), PVT_BEST_EFFORT: '1', ...env } })
      // Nobody can make or reach the database: its folder is a file.
      const nowhere = { PVT_DB: place.path('file', 'pvt.db') }
      writeFileSync(place.path('file'), '')
      const created = await on('a', ['job', 'create', '--name', 'gpio', '--stages', 'gen,run'], nowhere)
      const job = created.stdout.trim()
      await on('b', ['stage', 'start', 'gen', '-j', job], nowhere)
      await on('b', ['stage', 'done', 'gen', '-j', job], nowhere)
      await on('a', ['stage', 'start', 'run', '-j', job], nowhere)
      await on('b', ['stage', 'done', 'run', '-j', job], nowhere)
      for (const host of ['a', 'b'])
        for (const name of readdirSync(place.path(host))) {
          const file = place.path(host, name)
          const meant = `database ${shownLocation(location)}`
          writeFileSync(file, readFileSync(file, 'utf8').replace(/^database .*$/m, meant))
        }
      // The job is still on the other host: what is told of it waits.
      expect(await on('b', ['spool', 'flush'])).toMatchObject({
        code: 0,
        stdout: '0 changes delivered, 0 put aside\n',
      })
      expect((await on('b', ['history'])).stderr).toContain('3 spooled changes still wait')
      expect((await on('a', ['history'])).stderr).toContain('2 spooled changes delivered')
      expect((await on('b', ['history'])).stderr).toContain('3 spooled changes delivered')
      const view = await place.json<Timeline>(['job', 'status', job])
      expect(view).toMatchObject({ status: 'completed', completed_stages: ['gen', 'run'] })
      expect(view.stages.map(({ stage, status }) => [stage, status])).toEqual([
        ['gen', 'done'],
        ['run', 'done'],
      ])
      for (const { started_at, finished_at } of view.stages) expect(finished_at! >= started_at!).toBe(true)
      expect(await place.json(['spool', 'list'], { env: { PVT_SPOOL: place.path('b') } })).toEqual([])
    } finally {
      place.remove()
      await fresh.drop()
    }
  })

  test('a change of a job that never comes is put aside after a week', async () => {
    const fresh = await make()
    const { location } = fresh
    const place = openWorkplace(location.engine === 'sqlite' ? location.path : location.url)
    try {
      mkdirSync(place.path('spool'), { mode: 0o700 })
      const at = new Date(Date.now() - 8 * 86_400_000).toISOString()
      const head = `id c1\nat ${at}\ndatabase ${shownLocation(location)}\nuser ada\nhost h\ncwd /\njob \n`
      const words = ['stage', 'done', 'gen', '-j', '01234567-89ab-4cde-8f01-23456789abcd']
      const text = `pvt-change 1\n${head}\n${words.map((word) => `${word}\0`).join('')}`
      writeFileSync(place.path('spool', '1.change'), text)
      const env = { PVT_SPOOL: place.path('spool') }
      expect((await place.pvt(['spool', 'flush'], { env })).code).toBe(4)
      expect(await place.json(['spool', 'list'], { env })).toMatchObject([{ state: 'refused' }])
    } finally {
      place.remove()
      await fresh.drop()
    }
  })
})

/** The README's own lines. */
function shellFunction(): string {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  const found = /```sh\n(pvt_spool\(\) \{[^]*?\n\}\n)```/.exec(readme)
  return found![1]!
}

describe('the spool', () => {
  let place: Workplace
  const nowhere = { PVT_DB: 'postgres://ada:secret@127.0.0.1:1/pvt', PVT_BEST_EFFORT: '1' }

  beforeEach(() => {
    place = openWorkplace()
    place.env.PVT_SPOOL = place.path('spool')
  })
  afterEach(() => {
    place.remove()
  })

  const files = (): string[] => readdirSync(place.path('spool')).filter((name) => name.endsWith('.change'))

  test('holds no password, and only its owner may read it', async () => {
    const run = await place.pvt(['job', 'create'], { env: nowhere })
    expect(run.code).toBe(0)
    const [file] = files()
    expect(readFileSync(place.path('spool', file!), 'utf8')).not.toContain('secret')
    expect(run.stderr).not.toContain('secret')
    expect(
      execFileSync('stat', ['-c', '%a', place.path('spool'), place.path('spool', file!)]).toString(),
    ).toBe('700\n600\n')
  })

  test('keeps the configuration as it was when the job was made', async () => {
    writeFileSync(join(place.path('work'), 'config.cfg'), 'mode:prelay\n')
    await place.pvt(['job', 'create'], { env: nowhere })
    writeFileSync(join(place.path('work'), 'config.cfg'), 'mode:polo\n')
    const [file] = files()
    expect(readFileSync(place.path('spool', file!), 'utf8')).toContain('mode:prelay')
  })

  test('takes changes of other databases apart: only those of this one are delivered', async () => {
    await place.pvt(['job', 'create'], { env: nowhere })
    expect((await place.pvt(['history'])).code).toBe(0)
    expect(files()).toHaveLength(1)
  })

  test('takes what was typed wrong for an error, not for a change', async () => {
    const run = await place.pvt(['stage', 'done', 'nonsense'], { env: nowhere })
    expect(run.code).toBe(2)
    expect(existsSync(place.path('spool'))).toBe(false)
  })

  test('leaves reading commands their errors', async () => {
    const run = await place.pvt(['job', 'log', '--limit', '3'], { env: { ...nowhere, PVT_JOB: '12345678' } })
    expect(run.code).toBe(5)
  })

  test('never breaks the flow, even where nothing can be kept', async () => {
    mkdirSync(place.path('elsewhere'))
    symlinkSync(place.path('elsewhere'), place.path('spool'))
    const run = await place.pvt(['job', 'create'], { env: nowhere })
    expect(run).toMatchObject({ code: 0 })
    expect(run.stderr).toContain('the change is lost')
    expect(readdirSync(place.path('elsewhere'))).toEqual([])
  })

  test('puts files aside that are no changes, and says why', async () => {
    mkdirSync(place.path('spool'), { mode: 0o700 })
    writeFileSync(place.path('spool', '1.change'), 'pvt-change 1\nid 1\n')
    writeFileSync(place.path('spool', '2.change'), 'something else')
    writeFileSync(place.path('spool', '.3.change'), 'half')
    const run = await place.pvt(['history'])
    expect(run.code).toBe(0)
    expect(run.stderr).toContain('it is cut off')
    const rows = await place.json<Listed[]>(['spool', 'list'])
    expect(rows.map(({ refusal }) => refusal)).toEqual([
      'it is cut off',
      "it does not begin with 'pvt-change 1'",
    ])
  })

  test('takes changes that plain sh has written', async () => {
    const id = '11111111-2222-4333-8444-555555555555'
    const script = `${shellFunction()}
      export PVT_JOB=${id}
      pvt_spool job create --name 'from sh' --id ${id}
      sleep 0.01
      pvt_spool stage start gen`
    expect(await place.sh(script)).toMatchObject({ code: 0, stderr: '' })
    const job = await place.json<Timeline>(['job', 'status', id])
    expect(job).toMatchObject({ name: 'from sh', status: 'running', stages: [{ stage: 'gen' }] })
  })
})
