import { readFileSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { dumpDatabase } from './dump-database.ts'
import { makeJob } from './finished-jobs.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
})

afterEach(() => {
  place.remove()
})

const jobOf = (name: string, state: string, days: number, domain = 'work'): Promise<string> =>
  makeJob(place, name, { state, days, domain })

interface Answer {
  dry_run: boolean
  removed_jobs: number
  kept_jobs: number
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

  const dry = await cleanup('--older-than', '90d', '--dry-run')
  expect(dry).toMatchObject({ dry_run: true, freed_bytes: null })
  expect(namesOf(dry.removed)).toEqual(['cancelled-old', 'completed-old', 'failed-old'])
  expect(dry.kept).toMatchObject([{ name: 'completed-new', action: 'keep', reason: 'not old enough' }])
  expect(dumpDatabase(place.db)).toEqual(before)

  const done = await cleanup('--older-than', '90d')
  expect(done).toMatchObject({ dry_run: false, freed_bytes: expect.any(Number) as number })
  expect(namesOf(done.removed)).toEqual(namesOf(dry.removed))
  expect(await history()).toEqual(['completed-new', 'queued-old', 'running-old'])
  expect(await place.pvt(['cleanup', '--older-than', '90d'])).toMatchObject({ code: 0, stderr: '' })
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
    expect(await removed('--older-than', '90d')).toEqual([])
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
      a1: 'newest 1 of its domain; not old enough',
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
        'tags',
        'pinned',
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

describe('--keep-…', () => {
  // Days before today, so that the local days differ; far from the day at which a month or year changes.
  const at = (text: string): number => (Date.now() - Date.parse(text)) / 86_400_000

  /** The database after the first time: 21 starts of the program for each test would take a minute in all. */
  let made: { db: Buffer; folder: string } | null = null

  beforeEach(async () => {
    if (made !== null) {
      writeFileSync(place.db, made.db)
      const db = new Sqlite(place.db)
      db.prepare('update jobs set domain_path = replace(domain_path, ?, ?)').run(made.folder, place.folder)
      db.close()
      return
    }
    for (const [name, time, domain, tags] of [
      ['tx-wed', '2026-01-21T12:00Z', 'tx', []],
      ['tx-tue-late', '2026-01-20T20:00Z', 'tx', []],
      ['tx-tue-early', '2026-01-20T08:00Z', 'tx', ['signoff']],
      ['tx-monday', '2026-01-12T08:00Z', 'tx', []],
      ['tx-year', '2025-06-12T08:00Z', 'tx', []],
      ['tx-oldest', '2025-03-12T08:00Z', 'tx', []],
      ['rx-only', '2024-01-01T08:00Z', 'rx', []],
    ] as const) {
      const args = tags.flatMap((tag) => ['--tag', tag])
      await makeJob(place, name, { days: at(time), domain, args })
    }
    made = { db: readFileSync(place.db), folder: place.folder }
  })

  const newest = ['rx-only', 'tx-wed']

  test.each<[string, string[], string[]]>([
    ['last 1', ['--keep-last', '1'], newest],
    ['daily 1', ['--keep-daily', '1'], newest],
    ['daily 2', ['--keep-daily', '2'], [...newest, 'tx-tue-late']],
    ['weekly 2', ['--keep-weekly', '2'], [...newest, 'tx-monday']],
    ['monthly 2', ['--keep-monthly', '2'], [...newest, 'tx-year']],
    ['yearly 2', ['--keep-yearly', '2'], [...newest, 'tx-year']],
    ['yearly 3, with the oldest', ['--keep-yearly', '3'], [...newest, 'tx-year', 'tx-oldest']],
    ['within 9 days of the newest', ['--keep-within', '9d'], [...newest, 'tx-tue-early', 'tx-tue-late']],
    ['a tag alone', ['--keep-tag', 'signoff'], ['tx-tue-early']],
    ['tags', ['--keep-tag', 'none', '--keep-tag', 'signoff'], ['tx-tue-early']],
    ['several', ['--keep-tag', 'signoff', '--keep-last', '1'], [...newest, 'tx-tue-early']],
    [
      'an age besides',
      ['--keep-last', '1', '--older-than', '9999d'],
      [...newest, 'tx-tue-late', 'tx-tue-early', 'tx-monday', 'tx-year', 'tx-oldest'],
    ],
  ])('%s', async (_name, words, kept) => {
    const dry = await cleanup('--dry-run', ...words)
    expect(namesOf(dry.kept)).toEqual([...kept].sort())
    const done = await cleanup(...words)
    expect(namesOf(done.removed)).toEqual(namesOf(dry.removed))
    expect(await history()).toEqual([...kept].sort())
    expect([done.removed_jobs, done.kept_jobs]).toEqual([7 - kept.length, kept.length])
    expect(namesOf((await cleanup(...words)).removed)).toEqual([])
  })

  test('days are those of the zone in which it runs', async () => {
    const words = ['cleanup', '--dry-run', '--keep-daily', '3', '--domain', 'tx', '--json']
    const keptIn = async (TZ: string): Promise<string[]> => {
      const { stdout } = await place.pvt(words, { env: { TZ } })
      return namesOf((JSON.parse(stdout) as Answer).kept)
    }
    expect(await keptIn('UTC')).toEqual(['tx-monday', 'tx-tue-late', 'tx-wed'])
    // There the late evening of Tuesday is Wednesday morning.
    expect(await keptIn('Asia/Tokyo')).toEqual(['tx-monday', 'tx-tue-early', 'tx-wed'])
  })

  test('--dry-run tells the policy, and by domain what stays and what goes, with all reasons', async () => {
    const { stdout } = await place.pvt([
      ...['cleanup', '--dry-run', '--keep-last', '1', '--keep-weekly', '2', '--keep-tag', 'signoff'],
    ])
    const told = stdout
      .replaceAll(place.folder, '')
      .replaceAll(/^[0-9a-f]{8} /gm, 'ID       ')
      .replaceAll(/ +\n/g, '\n')
    expect(told)
      .toBe(`policy: of each domain keep the newest 1, 2 weekly, tag signoff, pinned jobs; remove what else ended more than a day ago

/tx
keep 3 jobs:
JOB       NAME          STATUS     ENDED                POINTS  REASONS
ID        tx-wed        completed  2026-01-21 12:00:00       0  newest 1 of its domain; weekly 2026-W04
ID        tx-tue-early  completed  2026-01-20 08:00:00       0  tag signoff
ID        tx-monday     completed  2026-01-12 08:00:00       0  weekly 2026-W03
remove 3 jobs:
JOB       NAME         STATUS     ENDED                POINTS  REASONS
ID        tx-tue-late  completed  2026-01-20 20:00:00       0  no rule keeps it
ID        tx-year      completed  2025-06-12 08:00:00       0  no rule keeps it
ID        tx-oldest    completed  2025-03-12 08:00:00       0  no rule keeps it

/rx
keep 1 job:
JOB       NAME     STATUS     ENDED                POINTS  REASONS
ID        rx-only  completed  2024-01-01 08:00:00       0  newest 1 of its domain; weekly 2024-W01

would remove 3 jobs, kept 4 finished jobs
`)
  })

  test('JSON has the policy and the reasons, for a log', async () => {
    const answer = await place.json([
      'cleanup',
      '--keep-tag',
      'signoff',
      '--older-than',
      '7d',
      '--domain',
      'tx',
    ])
    expect(answer).toMatchObject({
      dry_run: false,
      policy: { older_than: '7d', keep_last: 0, keep_daily: 0, keep_within: null, keep_tags: ['signoff'] },
      removed_jobs: 5,
      kept_jobs: 1,
      freed_bytes: expect.any(Number) as number,
      vacuumed: false,
      kept: [{ name: 'tx-tue-early', reason: 'tag signoff', reasons: ['tag signoff'], tags: ['signoff'] }],
    })
    expect(answer).toMatchObject({
      removed: Array.from({ length: 5 }, () => ({
        reasons: ['ended more than 7d ago', 'no rule keeps it'],
        reason: 'ended more than 7d ago; no rule keeps it',
        pinned: false,
      })),
    })
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
  ['no policy', [], /cleanup was not told what to keep.*--older-than/],
  ['a policy of nothing', ['--keep-last', '0', '--keep-daily', '0'], /not told what to keep/],
  ['a choice without a policy', ['--status', 'failed', '--domain', 'work'], /not told what to keep/],
  ['six minutes for six months', ['--keep-within', '6m'], /--keep-within 6m: less than a day/],
  ['no span', ['--keep-within', 'always'], /--keep-within always: not an age/],
  ['an empty tag', ['--keep-tag', ''], /--keep-tag: the tag is empty/],
  ['half a day to keep', ['--keep-daily', '0.5'], /--keep-daily/],
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
  const answer = await place.pvt(['cleanup', '--older-than', '90d'])
  expect(answer.stdout).toMatch(/\nremoved 1 job, kept 0 finished jobs; [\d.]+ kB given back\n$/)
  const after = await place.json<{ size_bytes: number; rows: object }>(['db', 'status'])
  expect(after.size_bytes).toBeLessThan(before.size_bytes)
  expect(after.rows).toMatchObject({ jobs: 1, results: 0, points: 0, imports: 0, summaries: 0 })
  expect(JSON.stringify(dumpDatabase(place.db))).not.toContain(job_id)
  expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
})
