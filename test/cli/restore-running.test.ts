import { readdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dumpDatabase } from './dump-database.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(async () => {
  place = openWorkplace()
  await place.create()
  await place.pvt(['backup', 'create', place.path('copy.db')])
})

afterEach(() => {
  place.remove()
})

test('a restore while another one is at work is refused, with who it is', async () => {
  const now = new Date().toISOString()
  const raw = new Sqlite(place.db)
  const lock = raw.prepare(`insert into locks values ('restore', 'x', 'farm-7', 1, null, 'eva', ?, ?)`)
  lock.run(now, now)
  const before = readdirSync(place.folder)
  expectFailure(
    await place.pvt(['restore', place.path('copy.db'), '--yes']),
    4,
    /^pvt: restore is running already: eva on farm-7, process 1, since 20[\dT:.-]+Z: nothing was changed/,
  )
  expect(readdirSync(place.folder)).toEqual(before)
  raw.exec(`update locks set refreshed_at = '2026-01-01T00:00:00.000Z'`)
  expect((await place.pvt(['restore', place.path('copy.db'), '--yes'])).code).toBe(0)
  expect(raw.prepare('select count(*) from locks').pluck().get()).toBe(0)
  raw.close()
})

test('several restores at once: what each has found is kept under a name of its own', async () => {
  await place.create(['--name', 'precious'])
  const present = dumpDatabase(place.db)
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => place.pvt(['restore', place.path('copy.db'), '--yes', '--json'])),
  )
  const done = answers.filter(({ code }) => code === 0)
  expect(answers.filter(({ code }) => code !== 0 && code !== 4)).toEqual([])
  const saved = done.map(({ stdout }) => (JSON.parse(stdout) as { saved: string }).saved)
  expect(new Set(saved).size).toBe(saved.length)
  expect(saved.map(dumpDatabase)).toContainEqual(present)
})

test('a restore beside writers: what was written is in the database, or in the copy of what was there before', async () => {
  let over = false
  const made: string[] = []
  const write = async (): Promise<void> => {
    while (!over) made.push(await place.create())
  }
  const writers = [write(), write()]
  const kept: string[] = []
  for (let count = 0; count < 6; count += 1)
    kept.push((await place.json<{ saved: string }>(['restore', place.path('copy.db'), '--yes'])).saved)
  over = true
  await Promise.all(writers)
  const found = [place.db, ...kept].flatMap((path) => JSON.stringify(dumpDatabase(path).jobs))
  expect(made.filter((job) => !found.some((jobs) => jobs.includes(job)))).toEqual([])
})
