import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** A computer whose clock is set back between two commands, or is in another zone than the next one. */
let place: Workplace
let shift: string

beforeAll(() => {
  place = openWorkplace()
  shift = place.path('shift.cjs')
  writeFileSync(
    shift,
    `const now = Date.now, RealDate = Date, by = Number(process.env.CLOCK_SHIFT) * 1000
    Date.now = () => now() + by
    globalThis.Date = class extends RealDate { constructor(...a) { super(...(a.length ? a : [now() + by])) } }\n`,
  )
})

afterAll(() => {
  place.remove()
})

const at = (seconds: number): { env: Record<string, string> } => ({
  env: { NODE_OPTIONS: `--require ${shift}`, CLOCK_SHIFT: String(seconds) },
})

test('a clock that steps back by an hour: no time taken is negative, and the log keeps its order', async () => {
  const id = await place.create(['--stages', 'gen,run'])
  for (const [seconds, ...words] of [
    [0, 'stage', 'start', 'gen'],
    [-3600, 'stage', 'done', 'gen'],
    [-3600, 'stage', 'start', 'run'],
    [-7200, 'stage', 'done', 'run'],
  ] as const)
    expect((await place.pvt([...words, '-j', id], at(seconds))).code).toBe(0)
  const job = await place.json<{ status: string; elapsed_seconds: number }>(['job', 'status', id])
  expect(job.status).toBe('completed')
  expect(job.elapsed_seconds).toBeGreaterThanOrEqual(0)
  const stages = await place.json<{ stage: string; elapsed_seconds: number }[]>(['stage', 'list', '-j', id])
  expect(stages.map(({ stage }) => stage)).toEqual(['gen', 'run'])
  for (const { elapsed_seconds } of stages) expect(elapsed_seconds).toBeGreaterThanOrEqual(0)
  const log = await place.json<{ message: string }[]>(['job', 'log', id])
  const told = log.map(({ message }) => message).filter((message) => /gen|run/.test(message))
  expect(told.map((message) => /gen|run/.exec(message)![0])).toEqual(
    [...told.map((m) => /gen|run/.exec(m)![0])].sort(),
  )
  expect((await place.pvt(['stats'])).code).toBe(0)
  expect((await place.pvt(['cleanup', '--older-than', '1d', '--dry-run'], at(-86_400))).code).toBe(0)
})

test('history lists jobs of a stepped clock by their stored times, pages without loss', async () => {
  for (const seconds of [0, -600, 600, -300]) await place.pvt(['job', 'create'], at(seconds))
  const all = await place.json<{ job_id: string; created_at: string }[]>(['history'])
  expect(all.map(({ created_at }) => created_at)).toEqual(
    all
      .map((job) => job.created_at)
      .sort()
      .reverse(),
  )
  const paged: string[] = []
  for (let before: string | undefined; paged.length < all.length; before = paged.at(-1)) {
    const words = ['history', '--limit', '1', ...(before === undefined ? [] : ['--before', before])]
    paged.push((await place.json<{ job_id: string }[]>(words))[0]!.job_id)
  }
  expect(paged).toEqual(all.map(({ job_id }) => job_id))
})

test.each(['Europe/Berlin', 'America/St_Johns', 'UTC', 'Nonsense/Zone'])(
  'with TZ=%s a local time that does not exist, or exists twice, is an answer or a usage error',
  async (TZ) => {
    for (const time of ['2026-03-29T02:30', '2026-10-25T02:30', '2026-03-08T02:30']) {
      const { code, stderr } = await place.pvt(['history', '--since', time], { env: { TZ } })
      expect([0, 2], stderr).toContain(code)
    }
  },
)

test('an end before its start is told: to who marks it, in the timeline and as JSON', async () => {
  const id = await place.create(['--stages', 'gen,run'])
  await place.pvt(['stage', 'start', 'gen', '-j', id])
  const mark = await place.pvt(['stage', 'done', 'gen', '-j', id], at(-3600))
  expect(mark.code).toBe(0)
  expect(mark.stderr).toMatch(
    /^pvt: warning: job [0-9a-f]{8}: stage gen ends \(.*Z\) before it began .*: a clock was set back/,
  )
  expect((await place.pvt(['stage', 'list', '-j', id])).stdout).toContain('clock set back')
  expect(await place.json(['stage', 'list', '-j', id])).toMatchObject([
    { stage: 'gen', elapsed_seconds: 0, clock_skew: true },
  ])
  expect(await place.json(['job', 'status', id])).toMatchObject({ status: 'running', clock_skew: true })
  await place.pvt(['stage', 'done', 'run', '-j', id], at(-7200))
  const { stdout } = await place.pvt(['job', 'status', id])
  expect(stdout).toMatch(/^ended .*before it began: a clock was set back/m)
})

test('a job that ends before it began says so, without a stage too', async () => {
  const id = await place.create()
  await place.pvt(['job', 'status', id, 'running'])
  expect(await place.json(['job', 'status', id])).toMatchObject({ clock_skew: false })
  const moved = await place.pvt(['job', 'status', id, 'completed'], at(-3600))
  expect(moved.code).toBe(0)
  expect(moved.stderr).toMatch(
    /^pvt: warning: job [0-9a-f]{8} ends \(.*Z\) before it began .*: a clock was set back/,
  )
  expect(await place.json(['job', 'status', id])).toMatchObject({ elapsed_seconds: 0, clock_skew: true })
})

test.each([
  [
    'an hour that summer time skips: an hour later',
    'Europe/Berlin',
    '2026-03-29 02:30',
    '2026-03-29T01:30:00.000Z',
  ],
  ['an hour that it repeats: its first', 'Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
  ['a zone of half hours, skipped', 'America/St_Johns', '2026-03-08 02:30', '2026-03-08T06:00:00.000Z'],
  ['half an hour that is repeated', 'Australia/Lord_Howe', '2026-04-05 01:45', '2026-04-04T14:45:00.000Z'],
  ['no summer time', 'UTC', '2026-03-29 02:30', '2026-03-29T02:30:00.000Z'],
])('--since in %s', async (_, TZ, text, since) => {
  const env = { TZ }
  expect(await place.json(['stats', '--since', text], { env })).toMatchObject({ since })
})
