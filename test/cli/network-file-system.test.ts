import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storeJob } from '../store/jobs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
const network = { env: { PVT_FILESYSTEM: 'network' } }

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

test('a database that is made on a network file system says so once, and uses no WAL', async () => {
  const first = await place.pvt(['job', 'create'], network)
  expect(first.code).toBe(0)
  expect(first.stderr).toMatch(/^pvt: warning: .*lies on a network file system .*use PostgreSQL\n$/)
  const second = await place.pvt(['job', 'create'], network)
  expect(second).toMatchObject({ code: 0, stderr: '' })
  const status = await place.pvt(['db', 'status', '--json'], network)
  expect(JSON.parse(status.stdout)).toMatchObject({ journal_mode: 'truncate', file_system: 'network' })
  expect(status.stderr).toMatch(/network file system/)
  expect(existsSync(`${place.db}-wal`)).toBe(false)
})

test('a WAL database there is refused, and the command that the error names makes it usable', async () => {
  const db = place.path('moved.db')
  await place.create([], { env: { PVT_DB: db } })
  const env = { PVT_DB: db, PVT_FILESYSTEM: 'network' }
  const refused = await place.pvt(['history'], { env })
  expectFailure(refused, 5, /in WAL mode, which loses data on a network file system/)
  const recipe = /sqlite3 '.*?' '(.*?)'/.exec(refused.stderr)![1]!
  const raw = new Sqlite(db)
  for (const pragma of recipe.split(';')) raw.exec(pragma)
  raw.close()
  expect(await place.json(['history'], { env })).toHaveLength(1)
})

test('the command of the error works as it is typed, with the shell of SQLite', async ({ skip }) => {
  try {
    execFileSync('sqlite3', ['--version'], { stdio: 'ignore' })
  } catch {
    skip('needs the sqlite3 shell')
  }
  const db = place.path("it's moved.db")
  copyFileSync(place.db, db)
  const raw = new Sqlite(db)
  raw.pragma('journal_mode = wal')
  raw.close()
  const env = { PVT_DB: db, PVT_FILESYSTEM: 'network' }
  const command = /(sqlite3 .*?); many hosts/.exec((await place.pvt(['history'], { env })).stderr)![1]!
  expect((await place.sh(command)).code).toBe(0)
  expect((await place.pvt(['history'], { env })).code).toBe(0)
})

test('a history that is left in a pager holds up no writer, even without WAL', async () => {
  const db = await openDatabase({ engine: 'sqlite', path: place.db })
  for (let job = 0; job < 80; job += 1) await storeJob(db, { description: 'x'.repeat(1_000) })
  await db.close()
  let isRead = false
  const pager = place.sh('pvt history --json | { sleep 4; wc -c; }', network).then((answer) => {
    isRead = true
    return answer
  })
  const writers = Array.from({ length: 8 }, () => place.pvt(['job', 'create'], network))
  for (const { code, stderr } of await Promise.all(writers))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(isRead).toBe(false)
  expect(Number((await pager).stdout)).toBeGreaterThan(80_000)
})
