import { mkdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvLines, expectFailure, instant, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

/** Name, days ago, words of `job create`, states to move to. */
const jobs: [string, number, string[], string[]][] = [
  ['oldest', 40, ['--set', 'mode=polo', '--user', 'bob', '-d', 'alpha'], ['running', 'completed']],
  ['older', 20, ['--set', 'mode=prelay', '-d', 'alpha'], ['failed']],
  ['recent', 5, [], ['cancelled']],
  ['newer', 2, ['--user', "o'hara; drop table jobs"], ['running']],
  ['newest', 0, [], []],
]

beforeAll(async () => {
  place = openWorkplace()
  mkdirSync(place.path('work/alpha'))
  for (const [name, days, words, states] of jobs) {
    const id = await place.create(['--name', name, ...words])
    for (const state of states) await place.pvt(['job', 'status', id, state])
    const db = new Sqlite(place.db)
    const time = new Date(Date.now() - days * 86_400_000).toISOString()
    db.prepare('update jobs set created_at = ? where job_id = ?').run(time, id)
    db.close()
  }
})

afterAll(() => {
  place.remove()
})

test('jobs by status, rate and shares', async () => {
  expect(await place.json(['stats'])).toMatchObject({
    ...{ since: null, jobs: 5, success_rate: 0.5, simulations_stored: 0 },
    by_status: { queued: 1, running: 1, completed: 1, failed: 1, cancelled: 1 },
    job_times: {
      count: 1,
      median_seconds: expect.any(Number) as number,
      p90_seconds: expect.any(Number) as number,
    },
    stage_times: ['gen', 'run', 'ext', 'srt', 'bkp', 'usr'].map((stage) => ({
      ...{ stage, count: 0, median_seconds: null, p90_seconds: null },
    })),
    by_user: [
      { user: 'ada', jobs: 3, completed: 0, failed: 1, simulations_stored: 0 },
      { user: 'bob', jobs: 1, completed: 1, failed: 0 },
      { user: "o'hara; drop table jobs", jobs: 1 },
    ],
    by_simulator: [
      { simulator: null, jobs: 3 },
      { simulator: 'finesim', jobs: 2, completed: 1, failed: 1 },
    ],
  })
})

test('--since counts the jobs made since', async () => {
  expect(await place.json(['stats', '--since', '7d'])).toMatchObject({
    ...{ jobs: 3, success_rate: null, since: expect.stringMatching(instant) as string },
  })
  expectFailure(await place.pvt(['stats', '--since', 'soon']), 2, /--since soon/)
})

test('medians and 90th percentiles of stages and jobs', async () => {
  const other = openWorkplace()
  try {
    const seconds = [1, 2, 3, 4, 10]
    while ((await other.json<unknown[]>(['history'])).length < seconds.length) {
      const id = await other.create(['--stages', 'gen'])
      for (const verb of ['start', 'done']) await other.pvt(['stage', verb, 'gen', '-j', id])
    }
    const db = new Sqlite(other.db)
    const ids = db.prepare('select job_id from jobs order by created_at').pluck().all()
    seconds.forEach((value, index) => {
      db.prepare('update stages set elapsed_seconds = ? where job_id = ?').run(value, ids[index])
      db.prepare('update jobs set elapsed_seconds = ? where job_id = ?').run(value * 2, ids[index])
    })
    db.close()
    const stats = await other.json<{ job_times: object; stage_times: object[] }>(['stats'])
    expect(stats.stage_times[0]).toMatchObject({ stage: 'gen', count: 5, median_seconds: 3 })
    expect(stats.job_times).toMatchObject({ count: 5, median_seconds: 6 })
    expect(stats.job_times).toHaveProperty('p90_seconds', expect.closeTo(16, -1))
  } finally {
    other.remove()
  }
})

test('CSV is a line per number with what it is about; the table has every section', async () => {
  const [header, ...lines] = csvLines((await place.pvt(['stats', '-f', 'csv'])).stdout)
  expect(header!.slice(0, 2)).toEqual(['group', 'name'])
  expect(new Set(lines.map(([group]) => group))).toEqual(
    new Set(['status', 'job', 'stage', 'user', 'domain', 'simulator']),
  )
  const { stdout } = await place.pvt(['stats'])
  for (const word of ['success rate', 'TIME OF', 'MEDIAN', '90 %', 'USER', 'DOMAIN', 'SIMULATOR']) {
    expect(stdout).toContain(word)
  }
})

test('of an empty database nothing fails', async () => {
  const empty = await place.json(['stats', '--db', place.path('empty.db')])
  expect(empty).toMatchObject({ jobs: 0, success_rate: null, by_user: [], by_domain: [], by_simulator: [] })
  expect((await place.pvt(['stats', '--db', place.path('empty.db')])).code).toBe(0)
})
