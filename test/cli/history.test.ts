import { mkdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvLines, expectFailure, instant, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

const day = 86_400_000
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString()

/** Name, days ago, words of `job create`, states to move to. */
const jobs: [string, number, string[], string[]][] = [
  ['oldest', 40, ['--set', 'mode=polo', '--user', 'bob', '-d', 'alpha'], ['running', 'completed']],
  ['older', 20, ['--set', 'mode=prelay', '--tag', 'signoff', '-d', 'alpha'], ['failed']],
  ['recent', 5, ['--description', 'Über 50% done_now', '-d', 'beta'], ['cancelled']],
  ['newer', 2, ['-d', 'sub/alpha', '--user', "o'hara; drop table jobs"], ['running']],
  ['newest', 0.01, ['-d', 'beta'], []],
]

beforeAll(async () => {
  place = openWorkplace()
  for (const name of ['alpha', 'beta', 'sub/alpha']) mkdirSync(place.path('work', name), { recursive: true })
  const ids: Record<string, string> = {}
  for (const [name, , words, states] of jobs) {
    ids[name] = await place.create(['--name', name, ...words])
    for (const state of states) await place.pvt(['job', 'status', ids[name], state])
  }
  const db = new Sqlite(place.db)
  for (const [name, days] of jobs) {
    db.prepare('update jobs set created_at = ? where job_id = ?').run(ago(days), ids[name])
  }
  db.close()
})

afterAll(() => {
  place.remove()
})

type Job = Record<string, unknown> & { name: string; job_id: string; created_at: string }

const names = async (...words: string[]): Promise<string[]> =>
  (await place.json<Job[]>(['history', ...words])).map(({ name }) => name)
const all = ['newest', 'newer', 'recent', 'older', 'oldest']

test('newest first, with every column of a job', async () => {
  const found = await place.json<Job[]>(['history'])
  expect(found.map(({ name }) => name)).toEqual(all)
  const status = await place.json(['job', 'status', found[0]!.job_id])
  for (const key of Object.keys(found[0]!)) expect(status[key]).toEqual(found[0]![key])
  expect(Object.keys(status).filter((key) => !(key in found[0]!))).toEqual([
    ...['config_text', 'config_sha256', 'missing_simulations', 'clock_skew', 'stages', 'simulation_logs'],
    ...['progress', 'time_left', 'waiting', 'run', 'after'],
  ])
  for (const job of found) expect(job.created_at).toMatch(instant)
})

describe('filters', () => {
  test.concurrent.each([
    [['--status', 'completed'], ['oldest']],
    [
      ['--status', 'queued', '--status', 'running'],
      ['newest', 'newer'],
    ],
    [['--user', 'bob'], ['oldest']],
    [
      ['--user', 'bob', '--user', 'ada'],
      ['newest', 'recent', 'older', 'oldest'],
    ],
    [['--user', "o'hara; drop table jobs"], ['newer']],
    [['--user', 'nobody'], []],
    [
      ['--domain', 'alpha'],
      ['newer', 'older', 'oldest'],
    ],
    [
      ['--domain', './alpha'],
      ['older', 'oldest'],
    ],
    [['--domain', 'sub/alpha'], ['newer']],
    [['--domain', 'a%'], []],
    [['--mode', 'polo'], ['oldest']],
    [['--mode', 'prelay'], ['older']],
    [
      ['--since', '7d'],
      ['newest', 'newer', 'recent'],
    ],
    [['--since', '12h'], ['newest']],
    [
      ['--since', '3w'],
      ['newest', 'newer', 'recent', 'older'],
    ],
    [
      ['--until', '7d'],
      ['older', 'oldest'],
    ],
    [
      ['--since', '30d', '--until', '3d'],
      ['recent', 'older'],
    ],
    [
      ['--since', ago(10).slice(0, 10)],
      ['newest', 'newer', 'recent'],
    ],
    [
      ['--until', ago(10)],
      ['older', 'oldest'],
    ],
    [['--search', 'SIGNOFF'], ['older']],
    [['--search', '50% done_'], ['recent']],
    [['--search', '%'], ['recent']],
    [['--search', '_'], ['recent']],
    [
      ['--search', '/beta'],
      ['newest', 'recent'],
    ],
    [['--search', 'new', '--status', 'running'], ['newer']],
    [
      ['--limit', '2'],
      ['newest', 'newer'],
    ],
    [['--limit', '0'], []],
  ])('%j', async (words, expected) => {
    expect(await names(...words)).toEqual(expected)
  })

  test('--before is the next page', async () => {
    const pages: string[] = []
    let before: string[] = []
    for (;;) {
      const page = await place.json<Job[]>(['history', '--limit', '2', ...before])
      if (page.length === 0) break
      pages.push(...page.map(({ name }) => name))
      before = ['--before', page.at(-1)!.job_id.slice(0, 8)]
    }
    expect(pages).toEqual(all)
    expectFailure(await place.pvt(['history', '--before', 'deadbeef']), 3, /there is no job/)
  })

  test.concurrent.each([
    ['--since', 'yesterday'],
    ['--since', '7'],
    ['--until', '2026-13-01'],
    ['--until', '2026-02-29'],
    ['--since', ''],
  ])('%s %j is wrong usage', async (option, time) => {
    expectFailure(
      await place.pvt(['history', option, time]),
      2,
      `${option} ${time}: not a time: for example 7d`,
    )
  })
})

describe('forms', () => {
  test('the table: short ids, local times, no truncation', async () => {
    const found = await place.json<Job[]>(['history'])
    const { stdout } = await place.pvt(['history'])
    const [header, ...lines] = stdout.trimEnd().split('\n')
    expect(header).toMatch(/^JOB +NAME +STATUS +STAGE +CREATED +TOOK +SIMULATIONS +VERDICT +USER +DOMAIN$/)
    expect(lines).toHaveLength(5)
    lines.forEach((line, index) => {
      expect(line.startsWith(`${found[index]!.job_id.slice(0, 8)}  ${found[index]!.name}`)).toBe(true)
      expect(line).not.toContain(found[index]!.job_id)
      expect(line.endsWith(String(found[index]!.domain_path))).toBe(true)
    })
  })

  test('CSV has the keys of the JSON as its header; lists are JSON text', async () => {
    const found = await place.json<Job[]>(['history'])
    const { stdout } = await place.pvt(['history', '-f', 'csv'])
    expect(csvLines(stdout)[0]).toEqual(Object.keys(found[0]!))
    expect(stdout).toContain('"[""signoff""]"')
    expect(stdout).toContain('"[""gen"",""run"",""ext"",""srt"",""bkp""]"')
    expect(stdout.trimEnd().split('\n')).toHaveLength(6)
  })

  test('ndjson is the same, a line each', async () => {
    const { stdout } = await place.pvt(['history', '-f', 'ndjson'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as Job)).toEqual(await place.json(['history']))
  })

  test('nothing is an empty document', async () => {
    const words = ['history', '--user', 'nobody']
    expect(await place.pvt([...words, '--json'])).toEqual({ stdout: '[]\n', stderr: '', code: 0 })
    expect(await place.pvt([...words, '-f', 'ndjson'])).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(csvLines((await place.pvt([...words, '-f', 'csv'])).stdout)).toHaveLength(1)
    expect((await place.pvt(words)).stdout).toMatch(/^JOB .*\n$/)
  })
})
