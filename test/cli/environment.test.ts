import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(async () => {
  place = openWorkplace()
  const id = await place.create(['--name', 'noted'])
  await place.pvt(['job', 'status', id, 'failed'])
})

afterAll(() => {
  place.remove()
})

describe('where the database is', () => {
  test.concurrent.each([
    ['PVT_DB', {}, 'pvt.db'],
    ['XDG_DATA_HOME', { PVT_DB: undefined, XDG_DATA_HOME: 'data' }, 'data/pvt/pvt.db'],
    ['HOME', { PVT_DB: undefined }, 'home/.local/share/pvt/pvt.db'],
    [
      'HOME, with an empty XDG_DATA_HOME',
      { PVT_DB: undefined, XDG_DATA_HOME: '' },
      'home/.local/share/pvt/pvt.db',
    ],
  ])('%s', async (_, given, expected) => {
    const data = 'XDG_DATA_HOME' in given && given.XDG_DATA_HOME !== '' ? place.path('data') : ''
    const env = 'XDG_DATA_HOME' in given ? { ...given, XDG_DATA_HOME: data } : given
    const answer = await place.pvt(['db', 'path'], { env })
    expect(answer).toEqual({ stdout: `${place.path(expected)}\n`, stderr: '', code: 0 })
  })

  test('db path opens nothing and makes nothing', async () => {
    const path = place.path('nowhere', 'x.db')
    expect(await place.json(['db', 'path', '--db', path])).toEqual({ engine: 'sqlite', location: path })
    expect(existsSync(place.path('nowhere'))).toBe(false)
  })

  test('the first use makes it, folders included, in silence', async () => {
    const env = { PVT_DB: undefined, XDG_DATA_HOME: place.path('fresh', 'data') }
    const first = await place.pvt(['history', '--json'], { env })
    expect(first).toEqual({ stdout: '[]\n', stderr: '', code: 0 })
    expect(statSync(place.path('fresh/data/pvt/pvt.db')).isFile()).toBe(true)
    expect(readdirSync(place.path('fresh/data'))).toEqual(['pvt'])
  })

  test.each([
    ['PVT_DB is empty', { PVT_DB: '' }],
    ['PVT_DB is blank', { PVT_DB: '  ' }],
  ])('%s: exit code 2, never a database in memory', async (_, env) => {
    for (const args of [['history'], ['job', 'create'], ['db', 'path'], ['db', 'status']]) {
      expectFailure(await place.pvt(args, { env }), 2, /^pvt: PVT_DB is empty: /)
    }
    expect(readdirSync(place.path('work'))).toEqual([])
  })

  test('a relative name is one below the current folder', async () => {
    mkdirSync(place.path('relative'))
    const conditions = { cwd: place.path('relative'), env: { PVT_DB: 'here.db' } }
    await place.create([], conditions)
    expect(existsSync(place.path('relative', 'here.db'))).toBe(true)
    expect((await place.pvt(['db', 'path'], conditions)).stdout).toBe(
      `${place.path('relative', 'here.db')}\n`,
    )
  })
})

describe('without a home, a name or a terminal type', () => {
  test('no HOME: everything works as long as the database is named', async () => {
    const env = { HOME: undefined, USER: undefined, LANG: 'C', TERM: undefined }
    expect((await place.pvt(['history'], { env })).code).toBe(0)
    expect((await place.pvt(['job', 'create'], { env })).code).toBe(0)
  })

  test.skipIf(process.getuid?.() !== 0)('a user that the system does not know', async () => {
    const folder = place.path('unknown-user')
    mkdirSync(folder, { mode: 0o777 })
    // The process's umask takes rights away.
    await place.sh(`chmod 777 ${folder}`)
    const env = { HOME: undefined, USER: undefined, LOGNAME: undefined, PVT_DB: undefined }
    const unknown = { env, user: 54321, cwd: folder }
    expectFailure(await place.pvt(['history'], unknown), 2, /no home folder.*set PVT_DB or use --db/)
    const named = { ...unknown, env: { ...env, PVT_DB: join(folder, 'x.db') } }
    await place.create([], named)
    const [job] = await place.json<{ user: string }[]>(['history'], named)
    expect(job!.user).toBe('uid:54321')
  })

  test('USER, else LOGNAME, is the user of a new job', async () => {
    const userOf = async (env: Record<string, string | undefined>, ...args: string[]): Promise<unknown> =>
      (await place.json(['job', 'create', ...args], { env })).user
    expect(await userOf({})).toBe('ada')
    expect(await userOf({ USER: undefined, LOGNAME: 'grace' })).toBe('grace')
    expect(await userOf({ USER: '', LOGNAME: undefined })).not.toBe('')
    expect(await userOf({}, '--user', 'bob')).toBe('bob')
  })
})

describe('colour', () => {
  const coloured = /\x1b\[/
  test.concurrent.each([
    ['none in a pipe', {}, [], false],
    ['FORCE_COLOR asks for it', { FORCE_COLOR: '1' }, [], true],
    ['FORCE_COLOR=0 does not', { FORCE_COLOR: '0' }, [], false],
    ['NO_COLOR wins over FORCE_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
    ['an empty NO_COLOR counts as unset', { FORCE_COLOR: '1', NO_COLOR: '' }, [], true],
    ['--no-color wins over FORCE_COLOR', { FORCE_COLOR: '1' }, ['--no-color'], false],
    ['never in JSON', { FORCE_COLOR: '1' }, ['--json'], false],
    ['never in CSV', { FORCE_COLOR: '1' }, ['-f', 'csv'], false],
  ])('%s', async (_, env, args, expected) => {
    const plain = await place.pvt(['history', ...args])
    const answer = await place.pvt(['history', ...args], { env })
    expect(answer).toMatchObject({ code: 0, stderr: '' })
    expect(coloured.test(answer.stdout)).toBe(expected)
    // Colour adds to the text, and changes nothing of it.
    expect(answer.stdout.replace(/\x1b\[\d+m/g, '')).toBe(plain.stdout)
  })
})

test('tables show local times, JSON and CSV never do', async () => {
  const [{ created_at }] = await place.json<[{ created_at: string }]>(['history', '--search', 'noted'])
  const berlin = { env: { TZ: 'Europe/Berlin' } }
  const local = new Date(created_at).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' })
  expect((await place.pvt(['history', '--search', 'noted'], berlin)).stdout).toContain(local)
  for (const format of ['json', 'csv', 'ndjson']) {
    const answer = await place.pvt(['history', '-f', format], berlin)
    expect(answer.stdout).toContain(created_at)
    expect(answer).toEqual(await place.pvt(['history', '-f', format]))
  }
})

test('the width of the terminal changes nothing', async () => {
  const answer = await place.pvt(['history'])
  for (const COLUMNS of ['20', '400'])
    expect(await place.pvt(['history'], { env: { COLUMNS } })).toEqual(answer)
})

describe('PVT_DEBUG', () => {
  test('adds the stack to an error, in text and JSON', async () => {
    const text = await place.pvt(['nope'], { env: { PVT_DEBUG: '1' } })
    expect(text.code).toBe(2)
    expect(text.stderr).toMatch(/^pvt: unknown command 'nope': .+\nPvtError: .+\n\s+at /)
    const json = await place.pvt(['nope', '--json'], { env: { PVT_DEBUG: '1' } })
    expect(json.stderr).toMatch(/"code": *"usage"/)
    expect(json.stderr).toMatch(/\n\s+at /)
  })

  test.concurrent.each(['0', ''])('PVT_DEBUG=%s does not', async (PVT_DEBUG) => {
    expectFailure(await place.pvt(['nope'], { env: { PVT_DEBUG } }), 2, /unknown command/)
  })
})
