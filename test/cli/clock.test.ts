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
