import { mkdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** Marks of an older pvt for a database that a newer one has brought up to date: they wait for its own update. */
let place: Workplace
let id: string

beforeEach(async () => {
  place = openWorkplace()
  place.env.PVT_SPOOL = place.path('spool')
  id = await place.create()
})

afterEach(() => {
  place.remove()
})

async function whileNewer(work: () => Promise<void>): Promise<void> {
  const raw = new Sqlite(place.db)
  const version = raw.pragma('user_version', { simple: true }) as number
  raw.pragma(`user_version = ${version + 1}`)
  await work()
  raw.pragma(`user_version = ${version}`)
  raw.close()
}

const delivered = { code: 0, stdout: '1 change delivered, 0 put aside\n' }

test('the mark of an older one waits for its update', async () => {
  await whileNewer(async () => {
    const mark = await place.pvt(['stage', 'done', 'gen', '-j', id, '--best-effort'])
    expect(mark).toMatchObject({ code: 0, stdout: '' })
    expect(mark.stderr).toMatch(/was written by a newer pvt .*: the change is spooled/)
  })
  expect(await place.pvt(['spool', 'flush'])).toMatchObject(delivered)
  expect(await place.json(['stage', 'list', '-j', id])).toMatchObject([{ stage: 'gen', status: 'done' }])
})

test('a relative path means the folder in which it was typed', async () => {
  mkdirSync(place.path('work', '00bkp_202601151030'))
  await whileNewer(async () => {
    const words = ['stage', 'done', 'bkp', '--backup', '00bkp_202601151030', '-j', id, '--best-effort']
    expect((await place.pvt(words)).code).toBe(0)
  })
  const flush = await place.pvt(['spool', 'flush'], { cwd: place.path('home') })
  expect(flush).toMatchObject(delivered)
  expect(await place.json(['job', 'status', id])).toMatchObject({
    backup_path: place.path('work', '00bkp_202601151030'),
  })
})
