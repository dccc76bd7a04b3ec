import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  place.env.PVT_SPOOL = place.path('spool')
})
afterEach(() => {
  place.remove()
})

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A command that keeps what it was told, a file a call. */
const keeping = (): string =>
  `f=$(mktemp ${place.path('home')}/told-XXXXXX); echo "$PVT_JOB $PVT_JOB_STATUS" >$f; cat >>$f; echo chatter`

interface Told {
  job: string
  status: string
  document: Record<string, unknown>
}

const told = (): Told[] =>
  readdirSync(place.path('home'))
    .filter((name) => name.startsWith('told-'))
    .map((name) => {
      const [head, ...rest] = readFileSync(place.path('home', name), 'utf8').split('\n')
      const [job, status] = head!.split(' ')
      return { job: job!, status: status!, document: JSON.parse(rest.join('\n')) as Told['document'] }
    })

/** What is told in the end by commands that nobody waits for. */
async function toldLater(count: number): Promise<Told[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    await after(100)
    try {
      if (told().length >= count) break
    } catch {
      // It is being written.
    }
  }
  await after(300)
  return told()
}

async function running(args: readonly string[] = []): Promise<string> {
  const id = await place.create(args)
  expect((await place.pvt(['job', 'status', id, 'running'])).code).toBe(0)
  return id
}

describe('a command for the end of a job', () => {
  test.each<[string, string[], string]>([
    ['completed', ['job', 'status', 'ID', 'completed'], 'is completed'],
    ['failed', ['job', 'status', 'ID', 'failed', '--error', 'boom'], 'is failed'],
    ['cancelled', ['job', 'cancel', 'ID'], 'is cancelled'],
    ['completed', ['stage', 'done', 'bkp', '-j', 'ID'], 'stage bkp done, job completed'],
    ['failed', ['stage', 'fail', 'run', '-j', 'ID'], 'stage run failed'],
  ])('is told of a job that is %s by %j, once', async (status, words, line) => {
    const id = await running()
    const args = [...words.map((word) => (word === 'ID' ? id : word)), '--notify-cmd', keeping()]
    const run = await place.pvt(args)
    expect(run).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} ${line}\n` })
    expect(run.stderr).toMatch(/(^|\n)chatter\n$/)
    const document = await place.json(['job', 'status', id])
    expect(told()).toEqual([{ job: id, status, document }])
    expect((await place.pvt(args)).code).toBe(0)
    expect(told()).toHaveLength(1)
  })

  test('is that of PVT_NOTIFY unless it is given; an empty one is none', async () => {
    const [one, two, three] = [await running(), await running(), await running()]
    const env = { PVT_NOTIFY: keeping() }
    await place.pvt(['job', 'status', one, 'completed'], { env })
    await place.pvt(['job', 'status', two, 'completed', '--notify-cmd', ''], { env })
    await place.pvt(['job', 'status', three, 'completed'], { env: { PVT_NOTIFY: '' } })
    expect(told().map(({ job }) => job)).toEqual([one])
  })

  test('is not run for moves that are no end, and for those that are refused', async () => {
    const env = { PVT_NOTIFY: keeping() }
    const id = await place.create()
    for (const words of [
      ['job', 'status', id, 'running'],
      ['stage', 'start', 'gen', '-j', id],
      ['stage', 'done', 'gen', '-j', id],
    ])
      expect((await place.pvt(words, { env })).code).toBe(0)
    expect(told()).toEqual([])
    await place.pvt(['stage', 'fail', 'gen', '-j', id], { env })
    // It has failed already; that another stage did is no second end.
    await place.pvt(['stage', 'fail', 'run', '-j', id], { env })
    expect((await place.pvt(['job', 'status', id, 'completed'], { env })).code).toBe(4)
    expect(told()).toHaveLength(1)
    // Taken up again it ends again.
    await place.pvt(['job', 'status', id, 'running'], { env })
    await place.pvt(['job', 'status', id, 'failed'], { env })
    expect(told()).toHaveLength(2)
  })

  test('is told with the results when the last mark imports them, also where that fails', async () => {
    makeDomain(place.path('gpio'))
    const env = { PVT_NOTIFY: keeping() }
    const conditions = { env, cwd: place.path('gpio') }
    const id = await running(['-c', place.path('gpio', 'config.cfg')])
    expect((await place.pvt(['stage', 'done', 'bkp', '--import', '-j', id], conditions)).code).toBe(0)
    expect(told()).toMatchObject([{ status: 'completed', document: { stored_simulations: 92 } }])
    const other = await running(['-c', place.path('gpio', 'config.cfg')])
    const words = ['stage', 'done', 'bkp', '--import', '--backup', place.path('home'), '-j', other]
    expect((await place.pvt(words, conditions)).code).toBe(6)
    expect(
      told()
        .map(({ job }) => job)
        .sort(),
    ).toEqual([id, other].sort())
  })

  test.each([
    ['exit 3', /failed: exit code 3$/],
    ['/nowhere/to/be/found', /failed: exit code 127$/],
    ['kill -TERM $$', /failed: exit code 143$/],
    ['if', /failed: exit code 2$/],
  ])('that fails (%s) is told and changes nothing', async (command, message) => {
    const id = await running()
    const run = await place.pvt(['job', 'status', id, 'completed', '--json', '--notify-cmd', command])
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ job_id: id, status: 'completed' })
    expect(run.stderr.trimEnd()).toMatch(message)
  })

  test('that does not end is killed after ten seconds, with what it has started', async () => {
    const id = await running()
    const command = `echo $$ >${place.path('home')}/pid; sleep 60 & echo $! >>${place.path('home')}/pid; wait`
    const started = performance.now()
    const run = await place.pvt(['job', 'status', id, 'completed', '--notify-cmd', command])
    expect(performance.now() - started).toBeLessThan(16_000)
    expect(run).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} is completed\n` })
    expect(run.stderr).toMatch(/was not over after 10 s and was killed\n$/)
    await after(200)
    for (const pid of readFileSync(place.path('home', 'pid'), 'utf8').trim().split('\n'))
      expect(isThere(Number(pid)), pid).toBe(false)
  })

  test('reads a job of any size, and may leave it unread', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `# a remark of some length, number ${index}\n`)
    writeFileSync(place.path('work', 'config.cfg'), `mode:prelay\n${lines.join('')}`)
    const id = await running(['-c', place.path('work', 'config.cfg'), '-q'])
    const run = await place.pvt(['job', 'status', id, 'completed', '--notify-cmd', keeping()])
    expect(run.code).toBe(0)
    expect(String(told()[0]!.document.config_text).length).toBeGreaterThan(700_000)
    const unread = await running()
    const silent = await place.pvt(['job', 'cancel', unread, '--notify-cmd', 'true'])
    expect(silent).toMatchObject({ code: 0, stderr: '' })
  })

  test('that cannot even be started is told and changes nothing', async () => {
    const id = await running()
    const run = await place.pvt(['job', 'cancel', id, '--notify-cmd', 'true'], {
      env: { TMPDIR: '/nowhere' },
    })
    expect(run).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} is cancelled\n` })
    expect(run.stderr).toMatch(/^pvt: the command for the end of job [^\n]* failed: ENOENT[^\n]*\n$/)
  })

  test('goes on when pvt is interrupted while it waits', async () => {
    const id = await running()
    const command = `sleep 2; touch ${place.path('home')}/late`
    // The command has the stderr of pvt, which a reader would wait for.
    const script = `timeout -s INT 1 pvt job cancel ${id} --notify-cmd '${command}' 2>/dev/null`
    await place.sh(script)
    expect(existsSync(place.path('home', 'late'))).toBe(false)
    await after(2500)
    expect(existsSync(place.path('home', 'late'))).toBe(true)
  })

  test('leaves nothing behind', async () => {
    const id = await running()
    const env = { TMPDIR: place.path('home') }
    await place.pvt(['job', 'cancel', id, '--notify-cmd', 'true'], { env })
    expect(readdirSync(place.path('home')).filter((name) => name.includes('notify'))).toEqual([])
  })
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('with best effort', () => {
  test('nobody waits for the command', async () => {
    const id = await running()
    const command = `sleep 2; ${keeping()}`
    const started = performance.now()
    const run = await place.pvt(['job', 'cancel', id, '--best-effort', '--notify-cmd', command])
    expect(performance.now() - started).toBeLessThan(1500)
    expect(run).toMatchObject({ code: 0, stderr: '', stdout: `${id.slice(0, 8)} is cancelled\n` })
    expect(told()).toEqual([])
    expect(await toldLater(1)).toMatchObject([{ job: id, status: 'cancelled', document: { job_id: id } }])
  })

  test('a spooled change is told when it is delivered, with the command of whoever made it', async () => {
    const [one, two] = [await running(), await running()]
    const holder = await openDatabase({ engine: 'sqlite', path: place.db })
    const env = { PVT_BEST_EFFORT: '1', PVT_NOTIFY: keeping() }
    await holder.transaction(async () => {
      await holder.query("insert into delivered_changes values ('a lock', '2026')")
      for (const words of [
        ['job', 'status', one, 'completed'],
        ['job', 'status', one, 'completed'],
        ['stage', 'done', 'gen', '-j', two],
        ['stage', 'fail', 'run', '-j', two, '--error', 'boom'],
      ])
        expect((await place.pvt(words, { env })).stderr).toContain('is spooled')
    })
    await holder.close()
    expect(told()).toEqual([])
    expect((await place.pvt(['spool', 'flush'])).stdout).toBe('4 changes delivered, 0 put aside\n')
    const found = await toldLater(2)
    expect(found.map(({ job, status }) => [job, status]).sort()).toEqual(
      [
        [one, 'completed'],
        [two, 'failed'],
      ].sort(),
    )
    expect(existsSync(place.path('spool', 'parked'))).toBe(false)
    await place.pvt(['spool', 'flush'])
    await after(300)
    expect(told()).toHaveLength(2)
  })

  test('a change that is refused at its delivery tells nobody', async () => {
    const id = await place.create()
    const holder = await openDatabase({ engine: 'sqlite', path: place.db })
    await holder.transaction(async () => {
      await holder.query("insert into delivered_changes values ('a lock', '2026')")
      const env = { PVT_BEST_EFFORT: '1', PVT_NOTIFY: keeping() }
      await place.pvt(['job', 'status', id, 'completed'], { env })
    })
    await holder.close()
    expect((await place.pvt(['spool', 'flush'])).code).toBe(4)
    await after(500)
    expect(told()).toEqual([])
  })
})
