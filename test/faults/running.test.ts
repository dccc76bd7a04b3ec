import { readdirSync, renameSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { damageOf, leftovers } from './subjects.ts'

/** What happens to commands while they run. */
let place: Workplace
let backupPath: string

beforeAll(async () => {
  place = openWorkplace()
  backupPath = makeDomain(place.path('domain'), { measurements: ['del_rr'] }).backupPath
  await place.create(['--name', 'first'])
})

afterAll(() => {
  place.remove()
})

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s', (signal, code) => {
  test('ends an import that waits for a lock at once, and an import that is at work whole or not at all', async () => {
    const holder = new Sqlite(place.db)
    holder.exec('begin immediate')
    const words = `pvt results import -j @latest '${backupPath}'`
    const waiting = await place.sh(`set -m; ${words} & sleep 1; kill -${signal} $!; wait $!`)
    holder.exec('rollback')
    holder.close()
    expect(waiting).toMatchObject({ code, stdout: '' })
    expect(await place.json(['results', 'show', '-j', '@latest'])).toEqual([])
    for (const delay of ['0.05', '0.08', '0.11']) {
      const answer = await place.sh(`set -m; ${words} & sleep ${delay}; kill -${signal} $!; wait $!`)
      expect([0, code]).toContain(answer.code)
      expect([0, 92]).toContain((await place.json<unknown[]>(['results', 'show', '-j', '@latest'])).length)
      await place.pvt(['job', 'delete', '@latest', '--yes'])
      await place.create()
    }
    expect(damageOf(place.db)).toEqual([])
  })
})

test('a backup beside 8 writers: every one is sound, of one moment, and no writer fails', async () => {
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let note = 0; note < 5; note += 1) {
      const { code, stderr } = await place.pvt(['job', 'note', '@latest', `note ${writer}-${note}`])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  })
  const counted: number[] = []
  for (let backup = 0; backup < 4; backup += 1) {
    const path = place.path(`beside-${backup}.db`)
    expect((await place.pvt(['backup', 'create', path])).code).toBe(0)
    expect(damageOf(path)).toEqual([])
    const raw = new Sqlite(path)
    counted.push(
      raw.prepare("select count(*) from job_logs where message like 'note %'").pluck().get() as number,
    )
    raw.close()
  }
  await Promise.all(writers)
  expect(counted).toEqual([...counted].sort((a, b) => a - b))
  const log = await place.json<{ message: string }[]>(['job', 'log', '--limit', '1000', '@latest'])
  expect(log.filter(({ message }) => message.startsWith('note '))).toHaveLength(40)
  expect(leftovers(place.folder)).toEqual([])
})

test('a restore while others write: each of them is done whole, before or after it', async () => {
  const saved = place.path('saved.db')
  const id = await place.create(['--name', 'kept'])
  await place.pvt(['backup', 'create', saved])
  const writers = Array.from({ length: 6 }, (_, writer) =>
    place.pvt(['job', 'create', '--name', `beside ${writer}`]),
  )
  const notes = Array.from({ length: 6 }, () => place.pvt(['job', 'note', id, 'beside']))
  const restore = place.pvt(['restore', saved, '--yes'])
  for (const { code, stderr } of await Promise.all([...writers, ...notes, restore]))
    expect(code, stderr).toBe(0)
  expect(await place.json(['db', 'check', '--full'])).toMatchObject({ sound: true })
  expect(damageOf(place.db)).toEqual([])
})

test('a database that is moved away under a command that waits: exit code 5, and the new one stays sound', async () => {
  const holder = new Sqlite(place.db)
  holder.exec('begin immediate')
  const running = place.pvt(['job', 'create', '--name', 'into the void'])
  await place.sh('sleep 1')
  renameSync(place.db, place.path('moved.db'))
  holder.exec('rollback')
  const { code, stderr } = await running
  expect({ code, stdout: stderr }).toEqual({
    code: 5,
    stdout: expect.stringMatching(/was deleted or replaced while this command used it/) as string,
  })
  holder.close()
  for (const suffix of ['-wal', '-shm'])
    if (readdirSync(place.folder).includes(`pvt.db${suffix}`))
      renameSync(place.db + suffix, place.path(`moved.db${suffix}`))
  expect((await place.pvt(['job', 'create'])).code).toBe(0)
  expect(damageOf(place.db)).toEqual([])
})
