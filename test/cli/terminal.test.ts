import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { ShownTerminal } from '../support/terminal.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** util-linux's script runs a command on a terminal of its own; BSD's takes other options. */
const hasScript = ((): boolean => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
})()

if (!hasScript) test('the tests on a terminal were skipped: there is no script(1) of util-linux', () => {})

let place: Workplace

beforeAll(async () => {
  place = openWorkplace()
  place.env.TERM = 'xterm-256color'
  await place.create(['--name', 'first'])
})

afterAll(() => {
  place.remove()
})

interface Session {
  /** What the terminal showed: stdout and stderr, with \r\n line ends. */
  shown: string
  code: number | null
}

/** Runs a command on a terminal; each reply is typed, or done, when the text before it has been shown. */
function onTerminal(
  command: string,
  answers: [after: RegExp, reply: string | (() => void)][] = [],
  env: Record<string, string> = {},
): Promise<Session> {
  return new Promise((done, fail) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: place.path('work'),
      env: { ...place.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const waiting = [...answers]
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk
      const [next] = waiting
      if (next === undefined || !next[0].test(shown)) return
      waiting.shift()
      if (typeof next[1] === 'string') child.stdin.write(next[1])
      else next[1]()
    })
    child.on('error', fail)
    child.on('close', (code) => {
      done({ shown, code })
    })
  })
}

const names = async (): Promise<string[]> =>
  (await place.json<{ name: string }[]>(['history'])).map(({ name }) => name)

describe.skipIf(!hasScript)('on a terminal', () => {
  test.concurrent.each([
    ['there is colour', {}, '', true],
    ['none with NO_COLOR', { NO_COLOR: '1' }, '', false],
    ['none with FORCE_COLOR=0', { FORCE_COLOR: '0' }, '', false],
    ['none with TERM=dumb', { TERM: 'dumb' }, '', false],
    ['none with --no-color', {}, '--no-color', false],
    ['none in JSON', {}, '--json', false],
    ['none when stdout is a pipe', {}, '| cat', false],
  ])('%s', async (_, env, more, coloured) => {
    const { shown, code } = await onTerminal(`pvt history ${more}`, [], env)
    expect(code).toBe(0)
    expect(shown.includes('\x1b[')).toBe(coloured)
    expect(shown).toContain('first')
  })

  test('it shows what a pipe gets, but for the colour', async () => {
    const { stdout } = await place.pvt(['history'])
    const { shown } = await onTerminal('stty cols 30; pvt history')
    expect(shown.replaceAll('\r\n', '\n').replace(/\x1b\[\d+m/g, '')).toBe(stdout)
  })

  test('tables that are wider are folded, not wrapped', async () => {
    const env = { PVT_DB: place.path('wide.db') }
    const domain = makeDomain(place.path('gpio'), { failedPoints: ['SSG/typical/m40/v1min_v2min'] })
    makeBackup(domain.folder, { stamp: '202601010000', seed: 7 })
    await place.pvt(['results', 'import', '--recursive', domain.folder], { env })
    const jobs = await place.json<{ job_id: string }[]>(['history', '--domain', 'gpio'], { env })
    const limits = place.path('limits.csv')
    writeFileSync(limits, 'measurement,max,unit,point\ndel_rr,30,ps,SSG*\n')
    await place.pvt(['limits', 'set', limits, '--domain', 'gpio'], { env })
    const reason = 'it is mended in the netlist of next week'
    await place.pvt(
      ['limits', 'waive', 'del_rr', '--domain', 'gpio', '--reason', reason, '--until', '2999-12-31'],
      { env },
    )
    const [newer, older] = jobs.map(({ job_id }) => job_id.slice(0, 8))
    for (const words of [
      `results compare ${older} ${newer}`,
      ...['check', 'summary', 'show', 'missing', 'sensitivity'].map((name) => `results ${name} -j ${newer}`),
      ...['limits waivers', 'limits list', 'trend del_rr --domain gpio'],
    ]) {
      const { shown } = await onTerminal(`stty cols 80; pvt -q ${words}`, [], env)
      const lines = shown.replace(/\x1b\[\d+m/g, '').split('\r\n')
      expect(lines.length, shown).toBeGreaterThan(3)
      for (const line of lines) expect(line.length, `${words}: ${line}`).toBeLessThanOrEqual(80)
    }
  })

  test('an error is one line without colour codes that stay on', async () => {
    const { shown, code } = await onTerminal('pvt nope')
    expect(code).toBe(2)
    expect(shown).toMatch(/^pvt: unknown command 'nope': see: pvt --help\r\n$/)
  })

  describe('job delete asks', () => {
    test.concurrent.each([
      ['y', true],
      ['yes', true],
      ['Y', true],
      ['n', false],
      ['', false],
      ['what', false],
    ])('%j', async (typed, deleted) => {
      const id = await place.create(['--name', 'doomed'])
      const { shown, code } = await onTerminal(`pvt job delete ${id}`, [[/\[y\/N\] /, `${typed}\n`]])
      expect(shown).toMatch(
        new RegExp(`Delete the queued job ${id.slice(0, 8)} \\(doomed\\).*\\? \\[y/N\\] `),
      )
      expect(code).toBe(deleted ? 0 : 4)
      expect(shown).toContain(deleted ? `${id.slice(0, 8)} deleted` : 'pvt: not confirmed')
      expect((await place.pvt(['job', 'status', id])).code).toBe(deleted ? 3 : 0)
    })

    test('Ctrl-C is no consent', async () => {
      const id = await place.create(['--name', 'doomed'])
      const { code, shown } = await onTerminal(`pvt job delete ${id}`, [[/\[y\/N\] /, '\x03']])
      expect(code).not.toBe(0)
      expect(shown).not.toMatch(/\n\s+at /)
      expect((await place.pvt(['job', 'status', id])).code).toBe(0)
    })

    test('not with --yes', async () => {
      const id = await place.create()
      const { shown } = await onTerminal(`pvt job delete ${id} --yes`)
      expect(shown).toBe(`${id.slice(0, 8)} deleted, with 0 points of results\r\n`)
    })

    test('not where stdin is a file', async () => {
      const id = await place.create()
      expect((await onTerminal(`pvt job delete ${id} < /dev/null`)).code).toBe(4)
    })
  })

  test('cleanup asks only when there is something to remove', async () => {
    expect((await onTerminal('pvt cleanup --older-than 90d')).shown).toMatch(
      /^removed 0 jobs, kept \d+ finished jobs?; 0 B given back\r\n$/,
    )
    const { backupPath } = makeDomain(place.path('old'), { stamp: '202001010000' })
    await place.pvt(['results', 'import', '--new', backupPath])
    const refused = await onTerminal('pvt cleanup --older-than 90d', [[/\[y\/N\] /, 'n\n']])
    expect(refused.code).toBe(4)
    expect(refused.shown).toContain('Remove 1 job that ended more than 90d ago? [y/N] ')
    expect(await names()).toContain('old')
    expect((await onTerminal('pvt cleanup --older-than 90d --dry-run')).shown).not.toContain('[y/N]')
    const done = await onTerminal('pvt cleanup --older-than 90d', [[/\[y\/N\] /, 'y\n']])
    expect(done.shown).toContain('removed 1 job')
    expect(await names()).not.toContain('old')
  })

  test('restore asks, and says what will be replaced', async () => {
    await place.pvt(['backup', 'create', place.path('copy.db')])
    await place.create(['--name', 'later'])
    const command = `pvt restore ${place.path('copy.db')}`
    const refused = await onTerminal(command, [[/\[y\/N\] /, 'n\n']])
    expect(refused.code).toBe(4)
    expect(refused.shown).toContain(`Replace the contents of ${place.db} by `)
    expect(await names()).toContain('later')
    expect(readdirSync(place.folder).filter((name) => name.includes('before-restore'))).toEqual([])
    const done = await onTerminal(command, [[/\[y\/N\] /, 'y\n']])
    expect(done.code).toBe(0)
    expect(await names()).not.toContain('later')
  })

  describe('job status --watch', () => {
    const mark = (id: string, verb: string) => () => void place.pvt(['stage', verb, 'gen', '-j', id])
    const sized = 'stty cols 60 rows 20; echo above; pvt job status'

    test('draws the job anew in place until it ends, and leaves what stood above', async () => {
      const id = await place.create(['--name', 'watched', '--stages', 'gen'])
      const { shown, code } = await onTerminal(`${sized} ${id} --watch 0.1; echo below`, [
        [/queued/, mark(id, 'start')],
        [/running/, mark(id, 'done')],
      ])
      expect(code).toBe(0)
      for (const state of ['queued', 'running', 'completed']) {
        expect(shown).toMatch(new RegExp(`status\\x1b\\[22m +${state}`))
      }
      const { text } = new ShownTerminal(20, 60).write(shown)
      expect(text).toMatch(/^above\njob +[0-9a-f-]{36}\nname +watched\nstatus +completed\n/)
      expect(text.match(/^job /gm)).toHaveLength(1)
      expect(text).toMatch(/\nSTAGE +ATTEMPT[^]*\ngen +1 +done [^]*\nbelow$/)
      for (const line of text.split('\n')) expect(line.length).toBeLessThan(60)
    })

    test('ends by Ctrl-C with the last state and the cursor as they are', async () => {
      const id = await place.create(['--name', 'endless'])
      const { shown, code } = await onTerminal(`${sized} ${id} --watch 0.1`, [[/queued/, '\x03']])
      expect(code).toBe(130)
      // Neither is the cursor hidden, nor is there another screen, nor is this one cleared.
      expect(shown).not.toMatch(/\x1b\[(\?|2J|H)/)
      expect(new ShownTerminal(20, 60).write(shown).text).toMatch(
        /^above\njob .*\nname +endless\nstatus +queued\n/,
      )
    })

    test('draws what has room on a low terminal', async () => {
      const id = await place.create(['--name', 'low'])
      await place.pvt(['job', 'status', id, 'cancelled'])
      const { shown } = await onTerminal(`stty cols 60 rows 5; pvt job status ${id} --watch`)
      expect(shown.replaceAll(/\x1b\[[\d;]*[a-zA-Z]|\r/g, '')).toMatch(
        /^job .*\nname .*\nstatus .*\n\(\d+ more lines\)\n$/,
      )
    })

    test.each([
      ['on a terminal that cannot move its cursor', { TERM: 'dumb' }, ''],
      ['where stdout is a pipe', {}, '| cat'],
    ])('prints lines %s', async (_, env, more) => {
      const id = await place.create(['--stages', 'gen'])
      const { shown } = await onTerminal(
        `pvt job status ${id} --watch 0.1 ${more}`,
        [
          [/queued/, mark(id, 'start')],
          [/running/, mark(id, 'done')],
        ],
        env,
      )
      expect(shown.replaceAll(/\d\d:\d\d:\d\d /g, '')).toMatch(
        /^queued\r\nrunning, stage gen\r\ncompleted, took \S+\r\n$/,
      )
    })

    test('as JSON is a document for each change there, too', async () => {
      const id = await place.create()
      await place.pvt(['job', 'status', id, 'cancelled'])
      const { shown } = await onTerminal(`pvt job status ${id} --watch --json`)
      expect(JSON.parse(shown)).toMatchObject({ job_id: id, status: 'cancelled' })
    })
  })
})
