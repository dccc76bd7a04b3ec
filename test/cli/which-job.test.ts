import { mkdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Conditions, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
/** The newest job of the outer folder, of the inner one, and of another user elsewhere. */
let outer: string
let inner: string
let others: string
const twins = ['abcd1234-0000-4000-8000-000000000001', 'abcd1234-0000-4000-8000-000000000002']

beforeAll(async () => {
  place = openWorkplace()
  mkdirSync(place.path('outer/inner/deep'), { recursive: true })
  mkdirSync(place.path('outer-not'))
  mkdirSync(place.path('else'))
  await place.create(['-d', place.path('outer')])
  outer = await place.create(['-d', place.path('outer')])
  inner = await place.create(['-d', place.path('outer/inner')])
  others = await place.create(['-d', place.path('else'), '--user', 'bob'])
  for (const name of ['twin', 'twin'])
    await place.create(['--name', name, '--user', 'eve', '-d', place.path('else')])
  const db = new Sqlite(place.db)
  db.pragma('foreign_keys = off')
  const ids = db.prepare("select job_id from jobs where name = 'twin'").pluck().all() as string[]
  ids.forEach((id, index) => {
    for (const table of ['jobs', 'job_logs']) {
      db.prepare(`update ${table} set job_id = ? where job_id = ?`).run(twins[index], id)
    }
  })
  db.close()
})

afterAll(() => {
  place.remove()
})

const at = (folder: string): Conditions => ({ cwd: place.path(folder) })

/** The job that a reference means, asked of the job group and of another command. */
async function meant(reference: string[], conditions: Conditions = {}): Promise<string> {
  const [status, log] = await Promise.all([
    place.json<{ job_id: string }>(['job', 'status', ...reference], conditions),
    place.pvt(['stage', 'list', ...reference.flatMap((word) => ['-j', word])], conditions),
  ])
  expect(log).toMatchObject({ code: 0, stderr: '' })
  return status.job_id
}

describe('a job is named by', () => {
  test('its full id, in any case and without dashes', async () => {
    expect(await meant([outer])).toBe(outer)
    expect(await meant([outer.toUpperCase()])).toBe(outer)
    expect(await meant([outer.replaceAll('-', '')])).toBe(outer)
  })

  test('a unique prefix of 4 or more characters', async () => {
    expect(await meant([outer.slice(0, 8)])).toBe(outer)
    expect(await meant([outer.slice(0, 12)])).toBe(outer)
    expect(await meant([twins[1]!])).toBe(twins[1])
    expect(await meant([twins[0]!.slice(0, 36)])).toBe(twins[0])
  })

  test("@latest: the user's newest job, not anybody's", async () => {
    expect(await meant(['@latest'])).toBe(inner)
    expect(await meant(['@latest'], { env: { USER: 'bob' } })).toBe(others)
  })

  test.concurrent.each([
    ['outer', () => outer],
    ['outer/inner', () => inner],
    ['outer/inner/deep', () => inner],
  ])('. in %s: the newest job of the folder or of one above it', async (folder, expected) => {
    // The newest of all folders above counts: in `outer/inner` that is the inner one, made last.
    expect(await meant(['.'], at(folder))).toBe(expected())
  })

  test('nothing at all: $PVT_JOB, else the folder', async () => {
    expect(await meant([], { env: { PVT_JOB: others } })).toBe(others)
    expect(await meant([], { env: { PVT_JOB: others.slice(0, 8) }, ...at('outer') })).toBe(others)
    expect(await meant([], { env: { PVT_JOB: '@latest' } })).toBe(inner)
    expect(await meant([], at('outer/inner'))).toBe(inner)
  })

  test('a word wins over $PVT_JOB', async () => {
    expect(await meant([outer], { env: { PVT_JOB: others } })).toBe(outer)
    expect(await meant(['.'], { env: { PVT_JOB: others }, ...at('outer/inner') })).toBe(inner)
  })

  test('-j, --job and --job= alike', async () => {
    for (const words of [['-j', outer], [`-j${outer}`], ['--job', outer], [`--job=${outer}`]]) {
      expect(await place.json(['results', 'show', ...words])).toEqual([])
    }
  })
})

describe('what names no job', () => {
  test.concurrent.each([
    [
      'an ambiguous prefix lists the candidates',
      ['abcd'],
      {},
      2,
      /'abcd' is ambiguous: .*: give more characters/,
    ],
    ['an unknown id', ['deadbeef'], {}, 3, /there is no job 'deadbeef'/],
    ['a full id that is not there', ['00000000-0000-4000-8000-000000000000'], {}, 3, /there is no job/],
    ['no hexadecimal text', ['my-job'], {}, 3, /there is no job 'my-job'/],
    ['three characters', ['abc'], {}, 2, /too short.*at least 4/],
    ['an empty word', [''], {}, 2, /the job is empty/],
    ['a blank word', ['  '], {}, 2, /the job is empty/],
    ['an empty PVT_JOB', [], { env: { PVT_JOB: '' } }, 2, /PVT_JOB is empty/],
    ['a PVT_JOB that is not there', [], { env: { PVT_JOB: 'deadbeef' } }, 3, /there is no job 'deadbeef'/],
    [
      '@latest of a user without jobs',
      ['@latest'],
      { env: { USER: 'nobody-here' } },
      3,
      /nobody-here has no job/,
    ],
  ])('%s', async (_, reference, conditions, code, message) => {
    const [job, other] = await Promise.all([
      place.pvt(['job', 'status', ...reference], conditions),
      place.pvt(['results', 'show', ...reference.flatMap((word) => ['-j', word])], conditions),
    ])
    expectFailure(job, code, message)
    expect(other).toEqual(job)
  })

  test('the candidates are full ids with name and status', async () => {
    const { stderr } = await place.pvt(['job', 'status', 'abcd1234'])
    for (const id of twins) expect(stderr).toContain(`${id} (twin, queued)`)
    const json = await place.pvt(['job', 'status', 'abcd1234', '--json'])
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'ambiguous_job', exit_code: 2 } })
  })

  test('. in a folder without a job is 3; nothing at all there is 2 and says the three ways', async () => {
    for (const folder of ['work', 'outer-not', 'home']) {
      expectFailure(await place.pvt(['job', 'status', '.'], at(folder)), 3, /no job has .* as its domain/)
      expectFailure(
        await place.pvt(['job', 'status'], at(folder)),
        2,
        /an id, .*@latest.*PVT_JOB.*domain folder/,
      )
    }
  })

  test('a change with a wrong name changes nothing', async () => {
    for (const args of [
      ['job', 'cancel', 'abcd'],
      ['job', 'note', 'abcd', 'text'],
      ['stage', 'done', 'gen', '-j', 'abcd'],
      ['job', 'delete', 'abcd', '--yes'],
    ]) {
      expectFailure(await place.pvt(args), 2, /ambiguous/)
    }
    for (const id of twins)
      expect(await place.json(['job', 'status', id])).toMatchObject({ status: 'queued' })
  })
})
