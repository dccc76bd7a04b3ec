import { readFileSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let ended: string
let queued: string

beforeAll(async () => {
  place = openWorkplace()
  makeDomain(place.path('domain'), { failedPoints: ['TT/typical/m40/v1min_v2min'] })
  writeFileSync(place.path('notes.txt'), 'nothing of the flow\n')
  ended = await place.create(['-c', place.path('domain/config.cfg')])
  await place.pvt(['job', 'cancel', ended])
  queued = await place.create(['--name', 'queued', '-d', place.path('home')])
})

afterAll(() => {
  place.remove()
})

/** What each failure is, as words after `pvt`; a path stands for one in the workplace. */
const failures: [code: number, kind: string, args: () => string[], message: RegExp][] = [
  [2, 'usage', () => ['job', 'status', queued, 'done'], /there is no status 'done'/],
  [
    2,
    'usage',
    () => ['stage', 'start', 'build', '-j', queued],
    /there is no stage 'build': stages: gen run ext/,
  ],
  [2, 'usage', () => ['history', '--since', 'soon'], /--since soon: not a time: .*7d/],
  [2, 'usage', () => ['history', '--since', '2026-02-30'], /--since 2026-02-30: not a time/],
  [2, 'usage', () => ['history', '--status', 'done'], /there is no status 'done'/],
  [2, 'job_not_given', () => ['job', 'status'], /no job was named/],
  [3, 'job_not_found', () => ['job', 'status', 'deadbeef'], /there is no job 'deadbeef'/],
  [3, 'file_not_found', () => ['results', 'import', '-j', queued, '/nowhere/00bkp'], /there is no \/nowhere/],
  [3, 'file_not_found', () => ['inspect', '/nowhere/x.mt0'], /there is no \/nowhere\/x\.mt0/],
  [3, 'file_not_found', () => ['job', 'create', '-c', '/nowhere/config.cfg'], /there is no \/nowhere/],
  [3, 'file_not_found', () => ['job', 'create', '-d', '/nowhere'], /there is no \/nowhere/],
  [3, 'file_not_found', () => ['backup', 'verify', '/nowhere.db'], /there is no \/nowhere\.db/],
  [3, 'file_not_found', () => ['backup', 'list', '/nowhere'], /there is no \/nowhere/],
  [3, 'file_not_found', () => ['restore', '/nowhere.db', '--yes'], /there is no \/nowhere\.db/],
  [
    3,
    'file_not_found',
    () => ['stage', 'done', 'bkp', '--import', '-j', queued],
    /no backup folder 00bkp_\*/,
  ],
  [4, 'refused', () => ['job', 'status', ended, 'completed'], /is cancelled: .*completed.*final/],
  [4, 'refused', () => ['job', 'status', queued, 'completed'], /is queued: .*can become running or failed/],
  [4, 'refused', () => ['stage', 'start', 'gen', '-j', ended], /is cancelled: stage gen cannot start/],
  [4, 'not_confirmed', () => ['job', 'delete', queued], /not confirmed: .*add --yes/],
  [4, 'refused', () => ['backup', 'create', place.path('notes.txt')], /no backup of this tool/],
  [5, 'database_foreign', () => ['history', '--db', place.path('notes.txt')], /is not a database/],
  [5, 'database_foreign', () => ['backup', 'verify', place.path('notes.txt')], /notes\.txt/],
  [6, 'bad_input', () => ['inspect', place.path('notes.txt')], /not a file of the flow/],
  [6, 'bad_input', () => ['job', 'create', '-c', place.path('notes.txt')], /no key of a config\.cfg/],
  [6, 'bad_input', () => ['results', 'import', '-j', queued, place.path('home')], /no live tree/],
]

test.concurrent.each(failures)('exit code %i, %s (case %#)', async (code, kind, args, message) => {
  const [people, script] = await Promise.all([place.pvt(args()), place.pvt([...args(), '--json'])])
  expectFailure(people, code, message)
  expect({ code: script.code, stdout: script.stdout }).toEqual({ code, stdout: '' })
  expect(script.stderr).toMatch(/^\{"error":\{"code":[^\n]+\}\}\n$/)
  const { error } = JSON.parse(script.stderr) as { error: Record<string, unknown> }
  expect(Object.keys(error)).toEqual(['code', 'exit_code', 'message', 'hint'])
  expect(error).toMatchObject({ code: kind, exit_code: code, hint: expect.stringMatching(/\w/) as string })
  expect(`${String(error.message)}: ${String(error.hint)}`).toMatch(message)
})

test.concurrent.each([['-f', 'json'], ['-fjson'], ['--format=ndjson'], ['-f', 'ndjson']])(
  'an error is an object with %s %s, too',
  async (...format) => {
    const answer = await place.pvt([...format, 'job', 'status', 'deadbeef'])
    expect(JSON.parse(answer.stderr)).toMatchObject({ error: { code: 'job_not_found', exit_code: 3 } })
  },
)

test('exit code 0: what is done already is done', async () => {
  for (const args of [
    ['job', 'cancel', ended],
    ['job', 'status', ended, 'cancelled'],
    ['job', 'status', queued, 'queued'],
    ['db', 'migrate'],
    ['cleanup', '--older-than', '90d'],
  ]) {
    expect(await place.pvt(args)).toMatchObject({ code: 0, stderr: '' })
  }
})

test('exit code 7: a finding is an answer, not an error', async () => {
  const missing = await place.pvt(['results', 'missing', '-j', ended, '--json'])
  expect({ code: missing.code, stderr: missing.stderr }).toEqual({ code: 7, stderr: '' })
  expect(JSON.parse(missing.stdout)).toHaveLength(92)
})

describe('exit code 5: a database that is not ours stays as it is', () => {
  const files: [name: string, make: (path: string) => void, message: RegExp][] = [
    [
      'a text file',
      (path) => {
        writeFileSync(path, 'hello\n')
      },
      /is not a database/,
    ],
    [
      'random bytes',
      (path) => {
        writeFileSync(path, Buffer.alloc(9000, 0xa7))
      },
      /is not a database/,
    ],
    ['a database of another program', makeForeign, /is a database of another program/],
    ['a database of a newer pvt', makeNewer, /newer pvt/],
    ['the first half of a database', makeHalf, /damaged/],
  ]

  function makeForeign(path: string): void {
    new Sqlite(path).exec('create table jobs (a); insert into jobs values (1)').close()
  }

  function makeNewer(path: string): void {
    new Sqlite(place.db).exec(`vacuum into '${path}'`).close()
    const db = new Sqlite(path)
    db.exec("insert into schema_migrations values (99, '0099_later', 'x', '2030-01-01T00:00:00.000Z')")
    db.pragma('user_version = 99')
    db.close()
  }

  function makeHalf(path: string): void {
    new Sqlite(place.db).exec(`vacuum into '${path}'`).close()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length / 2))
  }

  test.concurrent.each(files)('%s', async (name, make, message) => {
    const path = place.path(`${name.replaceAll(' ', '-')}.db`)
    make(path)
    const before = readFileSync(path)
    for (const args of [
      ['history'],
      ['job', 'create'],
      ['db', 'check'],
      ['cleanup', '--older-than', '90d', '--yes'],
      ['backup', 'create', place.path('copy.db')],
    ]) {
      expectFailure(await place.pvt([...args, '--db', path]), 5, message)
    }
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('a file in place of its folder, and a folder in its own place', async () => {
    expectFailure(await place.pvt(['history', '--db', place.path('notes.txt/x.db')]), 5, /is not a folder/)
    expectFailure(await place.pvt(['history', '--db', place.path('home')]), 5, /is a folder, not a database/)
  })

  test('a server that is not there; the password is never shown', async () => {
    const db = 'postgres://eve:secret-word@127.0.0.1:1/pvt'
    for (const env of [{ PVT_DB: db }, { PVT_DB: db, PVT_DEBUG: '1' }]) {
      for (const args of [['history'], ['history', '--json'], ['db', 'path']]) {
        const answer = await place.pvt(args, { env })
        expect(answer.code).toBe(args[0] === 'db' ? 0 : 5)
        expect(answer.stdout + answer.stderr).not.toContain('secret-word')
        expect(answer.stdout + answer.stderr).toContain('127.0.0.1:1/pvt')
      }
    }
  })

  test.skipIf(process.getuid?.() !== 0)('a folder that the user may not write, or not enter', async () => {
    await place.sh('mkdir -m 755 theirs && mkdir -m 700 secret', { cwd: place.folder })
    for (const folder of ['theirs', 'secret']) {
      const env = { PVT_DB: place.path(folder, 'x.db') }
      const answer = await place.pvt(['history'], { env, user: 65534 })
      expectFailure(answer, 5, new RegExp(`${place.path(folder)}: user 65534 may not .*ask its owner`))
    }
  })
})
