import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { dumpDatabase } from './dump-database.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
const day = 86_400_000

beforeEach(() => {
  place = openWorkplace()
})

afterEach(() => {
  place.remove()
})

/** A job in a state that it came to so many days ago. */
async function jobOf(name: string, state: string, days: number, domain = 'work'): Promise<string> {
  const id = await place.create(['--name', name, '-d', place.path(domain)])
  const steps = state === 'completed' ? ['running', 'completed'] : state === 'queued' ? [] : [state]
  for (const step of steps) await place.pvt(['job', 'status', id, step])
  const db = new Sqlite(place.db)
  const time = new Date(Date.now() - days * day).toISOString()
  // Long runs are created long before they end; the age is that of the end.
  db.prepare('update jobs set created_at = ? where job_id = ?').run('2020-01-01T00:00:00.000Z', id)
  if (state !== 'queued' && state !== 'running') {
    db.prepare('update jobs set completed_at = ? where job_id = ?').run(time, id)
  }
  db.close()
  return id
}

interface Answer {
  dry_run: boolean
  removed: { name: string; reason: string; action: string }[]
  kept: { name: string; reason: string; action: string }[]
  freed_bytes: number | null
}

const cleanup = (...words: string[]): Promise<Answer> => place.json(['cleanup', ...words])
const namesOf = (jobs: { name: string }[]): string[] => jobs.map(({ name }) => name).sort()
const history = async (): Promise<string[]> => namesOf(await place.json<{ name: string }[]>(['history']))

test('finished jobs that ended longer ago than 90 days go; running and queued ones never', async () => {
  await jobOf('completed-old', 'completed', 91)
  await jobOf('failed-old', 'failed', 400)
  await jobOf('cancelled-old', 'cancelled', 100)
  await jobOf('completed-new', 'completed', 89)
  await jobOf('running-old', 'running', 400)
  await jobOf('queued-old', 'queued', 400)
  const before = dumpDatabase(place.db)

  const dry = await cleanup('--dry-run')
  expect(dry).toMatchObject({ dry_run: true, freed_bytes: null })
  expect(namesOf(dry.removed)).toEqual(['cancelled-old', 'completed-old', 'failed-old'])
  expect(dry.kept).toMatchObject([{ name: 'completed-new', action: 'keep', reason: 'not old enough' }])
  expect(dumpDatabase(place.db)).toEqual(before)

  const people = await place.pvt(['cleanup', '--dry-run'])
  expect(people.stdout).toMatch(/^JOB +NAME +STATUS +ENDED +POINTS +ACTION +REASON +DOMAIN\n/)
  expect(people.stdout).toMatch(/ completed-old .* remove +ended more than 90d ago /)
  expect(people.stdout).toMatch(/ completed-new .* keep +not old enough /)
  expect(people.stdout).toMatch(/\nwould remove 3 jobs, kept 1 finished job\n$/)

  const done = await cleanup()
  expect(done).toMatchObject({ dry_run: false, freed_bytes: expect.any(Number) as number })
  expect(namesOf(done.removed)).toEqual(namesOf(dry.removed))
  expect(await history()).toEqual(['completed-new', 'queued-old', 'running-old'])
  expect(await place.pvt(['cleanup'])).toMatchObject({ code: 0, stderr: '' })
})

describe('options', () => {
  beforeEach(async () => {
    await jobOf('a1', 'completed', 10, 'home')
    await jobOf('a2', 'failed', 20, 'home')
    await jobOf('a3', 'completed', 30, 'home')
    await jobOf('b1', 'completed', 40)
    await jobOf('b2', 'cancelled', 50)
  })

  test('--older-than, --keep-last, --status and --domain', async () => {
    const removed = async (...words: string[]): Promise<string[]> =>
      namesOf((await cleanup('--dry-run', ...words)).removed)
    expect(await removed()).toEqual([])
    expect(await removed('--older-than', '25d')).toEqual(['a3', 'b1', 'b2'])
    expect(await removed('--older-than', '1d')).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
    expect(await removed('--older-than', '5w')).toEqual(['b1', 'b2'])
    expect(await removed('--older-than', '48h', '--keep-last', '1')).toEqual(['a2', 'a3', 'b2'])
    expect(await removed('--older-than', '1d', '--keep-last', '2')).toEqual(['a3'])
    expect(await removed('--older-than', '1d', '--status', 'completed')).toEqual(['a1', 'a3', 'b1'])
    expect(await removed('--older-than', '1d', '--status', 'failed', '--status', 'cancelled')).toEqual([
      'a2',
      'b2',
    ])
    expect(await removed('--older-than', '1d', '--domain', 'home')).toEqual(['a1', 'a2', 'a3'])
    expect(await removed('--older-than', '1d', '--domain', '.')).toEqual(['b1', 'b2'])
  })

  test('what stays says why', async () => {
    const { kept } = await cleanup(
      '--dry-run',
      '--older-than',
      '25d',
      '--keep-last',
      '1',
      '--status',
      'completed',
    )
    const reasons = Object.fromEntries(kept.map(({ name, reason }) => [name, reason]))
    expect(reasons).toMatchObject({
      a1: 'newest 1 of its domain',
      b1: 'newest 1 of its domain',
      a2: 'not old enough',
    })
  })

  test('CSV has a line per job, removed and kept', async () => {
    const { stdout } = await place.pvt(['cleanup', '--dry-run', '--older-than', '25d', '-f', 'csv'])
    const [header, ...lines] = csvLines(stdout)
    expect(header).toEqual([
      ...[
        'job_id',
        'name',
        'status',
        'domain_path',
        'completed_at',
        'stored_simulations',
        'action',
        'reason',
      ],
    ])
    expect(lines.map((line) => [line[1], line[6]]).sort()).toEqual([
      ...[
        ['a1', 'keep'],
        ['a2', 'keep'],
        ['a3', 'remove'],
        ['b1', 'remove'],
        ['b2', 'remove'],
      ],
    ])
  })
})

test.each([
  ['less than a day', ['--older-than', '23h'], /less than a day: at least 1d/],
  ['nothing', ['--older-than', '0d'], /less than a day/],
  ['no unit', ['--older-than', '90'], /--older-than 90: not an age/],
  ['an empty age', ['--older-than', ''], /not an age/],
  ['a negative age', ['--older-than=-1d'], /not an age/],
  ['a running status', ['--status', 'running'], /running jobs are never removed/],
  ['a queued status', ['--status', 'queued'], /queued jobs are never removed/],
  ['an unknown status', ['--status', 'done'], /there is no status 'done'/],
  ['a negative number to keep', ['--keep-last', '-1'], /--keep-last/],
])('%s is wrong usage and removes nothing', async (_, words, message) => {
  await jobOf('old', 'completed', 400)
  expectFailure(await place.pvt(['cleanup', '--yes', ...words]), 2, message)
  expect(await history()).toEqual(['old'])
})

test('everything of a job goes with it, and the space is given back', async () => {
  const { backupPath } = makeDomain(place.path('domain'), { stamp: '202001010000' })
  const { job_id } = await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])
  await place.create(['--name', 'stays'])
  const before = await place.json<{ size_bytes: number }>(['db', 'status'])
  const answer = await place.pvt(['cleanup'])
  expect(answer.stdout).toMatch(/\nremoved 1 job, kept 0 finished jobs; [\d.]+ kB given back\n$/)
  const after = await place.json<{ size_bytes: number; rows: object }>(['db', 'status'])
  expect(after.size_bytes).toBeLessThan(before.size_bytes)
  expect(after.rows).toMatchObject({ jobs: 1, results: 0, points: 0, imports: 0, summaries: 0 })
  expect(JSON.stringify(dumpDatabase(place.db))).not.toContain(job_id)
  expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
})
