import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { openWorkplace, program, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  return () => {
    place.remove()
  }
})

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const oldPath = (): string => place.path('old.db')

/** Makes an old database as its program declared it. */
function makeOld(sql: string): void {
  new Sqlite(oldPath()).exec(sql).close()
}

const jobsTable = (key: string, rest = ''): string =>
  `create table jobs (${key}, domain_path text, mode text, status text, created_at text)${rest};`
const job = (key: string, more: { status?: string; created_at?: string } = {}): string =>
  `insert into jobs values (${key}, '/d', 'prelay', '${more.status ?? 'completed'}',
    '${more.created_at ?? '2025-06-16T12:00:00'}');`
const resultsTable = (rest = ''): string =>
  `create table results (id integer primary key, job_id, corner, temperature, voltage_combo,
    del_rr real, measurements_json text)${rest};`
const result = (key: string, delRr: number, json: string | null = null): string =>
  `insert into results (job_id, corner, temperature, voltage_combo, del_rr, measurements_json)
    values (${key}, 'TT', 'm40', 'v1min', ${delRr}, ${json === null ? 'null' : `'${json}'`});`

async function adopt(): Promise<{ code: number | null; stderr: string; answer: unknown }> {
  const { code, stdout, stderr } = await place.pvt(['db', 'adopt', oldPath(), '--tz', 'UTC', '--json'])
  return { code, stderr, answer: JSON.parse(stdout === '' ? 'null' : stdout) as unknown }
}

interface Shown {
  measurements: Record<string, number | null>
  failed: Record<string, string>
}

/** The results of every job, the oldest job first. */
async function adopted(): Promise<Shown[][]> {
  const jobs = await place.json<{ job_id: string }[]>(['history'])
  return Promise.all(
    jobs.reverse().map(({ job_id }) => place.json<Shown[]>(['results', 'show', '-j', job_id])),
  )
}

const values = (shown: readonly Shown[]): unknown[] => shown.map(({ measurements }) => measurements['del_rr'])

describe('results find their job', () => {
  test.each<[string, string, [string, string], [string, string]]>([
    ['by whole numbers', 'job_id integer primary key', ['1', '2'], ['1', '2']],
    ['by numbers that are texts elsewhere', 'job_id integer primary key', ['1', '2'], ["'1'", "'2'"]],
    ['by reals', 'job_id real', ['1', '2'], ['1', '2']],
    [
      'by numbers beyond those of JavaScript',
      'job_id integer primary key',
      ['9007199254740992', '9007199254740993'],
      ['9007199254740992', '9007199254740993'],
    ],
    ['by a column in capitals', 'JOB_ID text', ["'a'", "'b'"], ["'a'", "'b'"]],
  ])('%s', async (_, key, [one, two], [ofOne, ofTwo]) => {
    const later = { created_at: '2025-06-17T12:00:00' }
    makeOld(
      jobsTable(key) + job(one) + job(two, later) + resultsTable() + result(ofOne, 1) + result(ofTwo, 2),
    )
    expect(await adopt()).toMatchObject({ code: 0, stderr: '', answer: { jobs_new: 2, results_new: 2 } })
    expect((await adopted()).map(values)).toEqual([[1], [2]])
    expect(await adopt()).toMatchObject({ code: 0, answer: { jobs_new: 0, jobs_known: 2, results_new: 0 } })
  })

  test.each([
    ['in tables without row numbers', () => resultsTable(' without rowid') + result(`'${id}'`, 1)],
    [
      'in a view',
      () =>
        resultsTable().replace('table results', 'table kept') +
        result(`'${id}'`, 1).replace('results', 'kept') +
        'create view results as select * from kept;',
    ],
  ])('%s', async (_, results) => {
    const sql = results().replace('(job_id, corner', '(id, job_id, corner').replace('values (', 'values (1, ')
    makeOld(jobsTable('job_id text primary key', ' without rowid') + job(`'${id}'`) + sql)
    expect(await adopt()).toMatchObject({ code: 0, stderr: '', answer: { jobs_new: 1, results_new: 1 } })
    expect((await adopted()).map(values)).toEqual([[1]])
  })
})

test('of two jobs with one id the first is taken with the results, the second is named', async () => {
  const later = { created_at: '2025-06-17T12:00:00' }
  makeOld(jobsTable('job_id') + job('7') + job("'7'", later) + resultsTable() + result('7', 1))
  const { code, stderr, answer } = await adopt()
  expect({ code, answer }).toMatchObject({ code: 6, answer: { jobs_new: 1, jobs_failed: 1, results_new: 1 } })
  expect(stderr).toMatch(/a job before it in the file has the same job_id.*: this one is not taken/)
  expect((await adopted()).map(values)).toEqual([[1]])
})

describe('measurements in JSON', () => {
  const adoptJson = async (json: string) => {
    makeOld(jobsTable('job_id') + job(`'${id}'`) + resultsTable() + result(`'${id}'`, 1, json))
    const { code, stderr } = await adopt()
    const [[shown] = []] = await adopted()
    return { code, stderr, shown: shown! }
  }

  test('as Python writes NaN and Infinity: those failed, the others are taken', async () => {
    const { code, stderr, shown } = await adoptJson('{"a": NaN, "b": -Infinity, "c": 2.5, "NaN \\" x": 1}')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(shown).toMatchObject({
      measurements: { a: null, b: null, c: 2.5, 'NaN " x': 1, del_rr: 1 },
      failed: { a: 'NaN', b: '-Infinity' },
    })
  })

  test('a list or an object is no number, and is told as it stands', async () => {
    const { shown } = await adoptJson('{"a": {"value": 1}, "b": [1, 2]}')
    expect(shown.failed).toEqual({ a: '{"value":1}', b: '[1,2]' })
  })

  test.each(['{"a": 1, ', "{''a'': 1.0}", '[1, 2]'])('%s is named, the rest is taken', async (json) => {
    const { code, stderr, shown } = await adoptJson(json)
    expect(code).toBe(6)
    expect(stderr).toMatch(/TT\/typical\/m40\/v1min: measurements_json is no JSON object: .* not taken/)
    expect(shown.measurements).toEqual({ del_rr: 1 })
  })
})

test('a zone that there is not, a status of any word and counts that are none do not stop the others', async () => {
  makeOld(
    'create table jobs (job_id, domain_path, mode, status, created_at, total_simulations);' +
      `insert into jobs values ('a', '/d', 'prelay', 'constructor', '2025-06-16T12:00:00+99:00', 1e300);` +
      `insert into jobs values ('b', '/d', 'prelay', 'done', '2025-06-16T12:00:00+05:30', -5);`,
  )
  const { code, stderr } = await adopt()
  expect(code).toBe(0)
  expect(stderr).toMatch(/created_at '2025-06-16T12:00:00\+99:00' is no time: left out/)
  expect(stderr).toMatch(/status 'constructor' is read as failed/)
  const jobs = await place.json<object[]>(['history'])
  expect(jobs).toMatchObject([
    { status: 'failed', total_simulations: null },
    { status: 'completed', created_at: '2025-06-16T06:30:00.000Z', total_simulations: null },
  ])
})

test('where no copy of a database with a journal can be made, that place is named', async () => {
  makeOld(jobsTable('job_id') + job(`'${id}'`))
  writeFileSync(`${oldPath()}-journal`, '')
  const nowhere = place.path('nowhere')
  const { code, stderr } = await place.pvt(['db', 'adopt', oldPath()], { env: { TMPDIR: nowhere } })
  expect(code).not.toBe(0)
  expect(stderr).toContain(nowhere)
  expect(stderr).not.toContain(oldPath())
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s between two jobs: says what stays, and the next one goes on', async (signal, code) => {
  const count = 600
  // The first is warned of: then the adoption is under way.
  const jobs = Array.from({ length: count }, (_, index) =>
    job(String(index), index === 0 ? { status: '?' } : {}),
  )
  makeOld(`begin; ${jobsTable('job_id')}${jobs.join('')}${resultsTable()} commit;`)
  const ended = await new Promise<{ code: number | null; stderr: string }>((done) => {
    const child = spawn(process.execPath, [program, 'db', 'adopt', oldPath()], { env: place.env })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (stderr === '') child.kill(signal)
      stderr += chunk
    })
    child.on('close', (exitCode) => {
      done({ code: exitCode, stderr })
    })
  })
  const [stored] = /\d+(?= jobs? adopted)/.exec(ended.stderr) ?? ['none']
  expect(ended.code).toBe(code)
  expect(ended.stderr).toMatch(/: \d+ jobs? adopted before it stay; doing it again goes on\n$/)
  expect((await adopt()).answer).toMatchObject({
    jobs_known: Number(stored),
    jobs_new: count - Number(stored),
  })
})

test('a text with a NUL character does not keep its job out', async () => {
  makeOld(
    `${jobsTable('job_id integer primary key')} ${resultsTable()} ${job('1', { status: 'done' })} ${result('1', 1)}
      alter table jobs add column description text; update jobs set description = 'a' || char(0) || 'b';`,
  )
  expect(await adopt()).toMatchObject({ code: 0, answer: { jobs_new: 1, results_new: 1 } })
  expect(await place.json(['history'])).toMatchObject([{ description: 'a\ufffdb' }])
})

test('a text as long as a file is cut where it is told', async () => {
  const long = 'x'.repeat(100_000)
  makeOld(
    `${jobsTable('job_id integer primary key')} ${resultsTable()}
      ${job('1', { status: long, created_at: long })} ${result('1', 1)} update results set corner = '/${long}';`,
  )
  const { code, stderr } = await adopt()
  expect([code, stderr.length < 1000]).toEqual([6, true])
  expect(stderr).toMatch(/status 'x{59}…' is read as/)
  expect(stderr).toMatch(/a result at \/x{58}…\/NULL\/m40\/v1min has no PVT point/)
})
