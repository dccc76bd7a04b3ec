import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addRows, makeJob } from './finished-jobs.ts'
import { expectFailure, openWorkplace, program, type Workplace } from './run-pvt.ts'

let place: Workplace
const cleanup = ['cleanup', '--older-than', '90d', '--yes']

beforeEach(() => {
  place = openWorkplace()
})

afterEach(() => {
  place.remove()
})

/** A lock as another process has it. */
function lock({ host = hostname(), pid = process.pid, minutesAgo = 1 } = {}): void {
  const time = new Date(Date.now() - minutesAgo * 60_000).toISOString()
  const db = new Sqlite(place.db)
  db.prepare(`insert or replace into locks values ('cleanup', 'x', ?, ?, null, 'eva', ?, ?)`).run(
    ...[host, pid, time, time],
  )
  db.close()
}

const count = (table: string): number => {
  const db = new Sqlite(place.db, { readonly: true })
  const found = db.prepare(`select count(*) from ${table}`).pluck().get() as number
  db.close()
  return found
}

test('a second cleanup says who is at it since when, and is exit code 4', async () => {
  await makeJob(place, 'old')
  lock({ host: 'farm-7' })
  const message = /^pvt: cleanup is running already: eva on farm-7, process \d+, since 20[\dT:.-]+Z: /
  expectFailure(await place.pvt(cleanup), 4, message)
  expect(count('jobs')).toBe(1)
  const { stderr } = await place.pvt([...cleanup, '--json'])
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'already_running', exit_code: 4 } })
  lock()
  expectFailure(await place.pvt(cleanup), 4, /is running already/)
  // To look, and where there is nothing to do, no lock is needed.
  expect((await place.pvt([...cleanup, '--dry-run'])).code).toBe(0)
  expect((await place.pvt(['cleanup', '--older-than', '999d'])).code).toBe(0)
})

test.each([
  ['a host that was not seen for half an hour', { host: 'farm-7', minutesAgo: 31 }],
  // Numbers end at 4,194,304.
  ['a process of this host that is gone', { pid: 4_194_305 }],
])('the lock of %s is taken over, and gone afterwards', async (_name, row) => {
  await makeJob(place, 'old')
  lock(row)
  expect(await place.pvt(cleanup)).toMatchObject({ code: 0, stderr: '' })
  expect([count('jobs'), count('locks')]).toEqual([0, 0])
})

test('a cleanup that is killed in the middle is finished by the same command', async () => {
  for (const name of ['a', 'b', 'c']) addRows(place, await makeJob(place, name), 30_000)
  const stays = await makeJob(place, 'stays', { days: 1.5 })
  const all = count('results')
  const child = spawn(process.execPath, [program, ...cleanup], { env: place.env, stdio: 'ignore' })
  const over = once(child, 'exit')
  const hasBegun = (): boolean => count('results') < all
  while (!hasBegun() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await over
  const left = count('results')
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(all)
  expect([count('locks'), count('removals')]).toEqual([1, 1])

  const again = await place.json<{ removed: { reason: string }[] }>(cleanup)
  expect(again.removed.map(({ reason }) => reason).sort()[2]).toBe('its removal was begun before')
  expect([count('results'), count('removals'), count('locks')]).toEqual([0, 0, 0])
  expect(await place.json(['history'])).toMatchObject([{ job_id: stays }])
  expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
})

test('space that a killed cleanup had made free is given back by the next, with nothing to remove', async () => {
  addRows(place, await makeJob(place, 'a'), 5000)
  const db = new Sqlite(place.db)
  db.pragma('foreign_keys = on')
  db.exec('delete from jobs')
  const pages = db.pragma('freelist_count', { simple: true }) as number
  db.close()
  expect(pages).toBeGreaterThan(100)
  const answer = await place.json<{ freed_bytes: number }>(cleanup)
  expect(answer).toMatchObject({ removed: [], freed_bytes: expect.any(Number) as number })
  expect(answer.freed_bytes).toBeGreaterThan(pages * 8000)
})

test('--vacuum writes the database anew, and says before that others wait', async () => {
  addRows(place, await makeJob(place, 'old'), 3000)
  await makeJob(place, 'stays', { days: 1.5 })
  const before = await place.json<{ size_bytes: number }>(['db', 'status'])
  const done = await place.pvt([...cleanup, '--vacuum', '--json'])
  expect(done.stderr).toMatch(/^pvt: warning: --vacuum writes the whole database anew: others have to wait/)
  const answer = JSON.parse(done.stdout) as { freed_bytes: number }
  expect(answer).toMatchObject({ vacuumed: true, removed_jobs: 1 })
  const after = await place.json<{ size_bytes: number }>(['db', 'status'])
  expect(after.size_bytes).toBe(before.size_bytes - answer.freed_bytes)
  expect(answer.freed_bytes).toBeGreaterThan(1_000_000)
  expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  expect(await place.json(['history'])).toHaveLength(1)
})

// A folder without any room, which only root may write to.
test.runIf(process.getuid?.() === 0)('--vacuum without room for it removes nothing', async () => {
  await makeJob(place, 'old')
  const env = { SQLITE_TMPDIR: '/proc' }
  const answer = await place.pvt([...cleanup, '--vacuum'], { env })
  expectFailure(answer, 5, /--vacuum needs 1 MB in \/proc, where 0 MB are free: nothing was removed/)
  expect(count('jobs')).toBe(1)
  expect((await place.pvt(cleanup, { env })).code).toBe(0)
})
