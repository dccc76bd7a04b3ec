import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let id: string

beforeEach(async () => {
  place = openWorkplace()
  const { backupPath } = makeDomain(place.path('domain'))
  id = (await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])).job_id
})

afterEach(() => {
  place.remove()
})

const byHand = (...statements: string[]): void => {
  const raw = new Sqlite(place.db)
  for (const statement of statements) raw.exec(statement)
  raw.close()
}

/** Overwrites the end of the page in which a table or index begins. */
function damagePageOf(name: string): void {
  const raw = new Sqlite(place.db)
  const page = raw.prepare('select rootpage from sqlite_master where name = ?').pluck().get(name) as number
  raw.close()
  const file = openSync(place.db, 'r+')
  writeSync(file, Buffer.alloc(8100, 0xff), 0, 8100, page * 8192 - 8150)
  closeSync(file)
}

describe('db check', () => {
  test('names files that lock out the group of a shared folder; --repair gives it its rights', async () => {
    chmodSync(place.folder, 0o2770)
    chmodSync(place.db, 0o600)
    const answer = await place.pvt(['db', 'check', '--json'])
    expect(answer.code).toBe(5)
    const { findings } = JSON.parse(answer.stdout) as { findings: { kind: string; message: string }[] }
    expect(findings[0]).toEqual({
      ...{ kind: 'mode', job_id: null },
      message: `${place.db} has the mode 600, but its folder is shared by a group that cannot write it: chmod 660 ${place.db}`,
    })
    expect((await place.pvt(['db', 'check', '--repair'])).code).toBe(0)
    expect(statSync(place.db).mode & 0o777).toBe(0o660)
    expect((await place.pvt(['db', 'check'])).code).toBe(0)
  })

  test('names triggers, which are none of ours; one that would run code is refused as strange, not as a bug', async () => {
    byHand("create trigger loader after insert on jobs begin select load_extension('/tmp/x'); end")
    const check = await place.pvt(['db', 'check', '--json'])
    expect(check.code).toBe(5)
    expect(JSON.parse(check.stdout)).toMatchObject({
      findings: [{ kind: 'migration', message: expect.stringContaining('drop trigger loader') as string }],
    })
    const created = await place.pvt(['job', 'create', '--json'])
    expect(created.code).toBe(5)
    expect(JSON.parse(created.stderr)).toMatchObject({ error: { code: 'database_foreign' } })
    byHand('drop trigger loader')
    expect((await place.pvt(['job', 'create'])).code).toBe(0)
  })

  test('a database of one user alone may have any mode', async () => {
    chmodSync(place.folder, 0o700)
    chmodSync(place.db, 0o600)
    expect((await place.pvt(['db', 'check'])).code).toBe(0)
  })

  test('finds summaries that are not those of the results only with --full', async () => {
    byHand("update summaries set max = 1 where measurement = 'del_rr'")
    expect((await place.pvt(['db', 'check'])).code).toBe(0)
    const answer = await place.pvt(['db', 'check', '--full', '--json'])
    expect(answer.code).toBe(5)
    expect(JSON.parse(answer.stdout)).toMatchObject({
      findings: [
        { kind: 'summary', job_id: id, message: 'the summaries of del_rr are not those of the results' },
      ],
    })
  })

  test('--repair of a sound database says so, and writes nothing', async () => {
    const answer = await place.pvt(['db', 'check', '--repair'])
    expect(answer).toEqual({ stdout: `${place.db} is sound; nothing to repair\n`, stderr: '', code: 0 })
    expect(readdirSync(place.folder).filter((name) => name.includes('before-repair'))).toEqual([])
  })

  test('--repair says what it did and where the copy is; a second one finds nothing', async () => {
    byHand(
      'pragma foreign_keys = off',
      'update jobs set successful_simulations = 3',
      "insert into stages (job_id, stage, attempt, status) values ('gone', 'gen', 1, 'done')",
    )
    const { stdout, code } = await place.pvt(['db', 'check', '--repair'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/foreign_key .*1 rows of stages removed that belonged to no job\n/)
    expect(stdout).toMatch(/count .*counts and summaries derived again from its results\n/)
    const saved = /2 repairs, 0 findings left; what was there before: (.*)\n$/.exec(stdout)![1]!
    expect(basename(saved)).toMatch(/^pvt\.db\.before-repair-\d{8}T\d{6}Z$/)
    expect((await place.pvt(['backup', 'verify', saved])).code).toBe(0)
    expect(await place.json(['db', 'check', '--repair'])).toEqual({
      ...{ location: place.db, sound: true, findings: [], repairs: [], saved: null },
    })
  })

  test('what cannot be mended is left, with exit code 5', async () => {
    byHand(
      "update schema_migrations set sha256 = 'x' where version = 1",
      'update jobs set successful_simulations = 3',
    )
    const { stdout, code } = await place.pvt(['db', 'check', '--repair', '--json'])
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ sound: false, findings: [{ kind: 'migration' }] })
  })
})

describe('damaged pages', () => {
  test('are written no more once they were met, name the newest backup, and a restore ends it', async () => {
    const { path } = await place.json<{ path: string }>(['backup'])
    damagePageOf('points')
    // A small insert elsewhere succeeds as long as nobody has met the damage.
    expect((await place.pvt(['job', 'note', id, 'unaware'])).code).toBe(0)
    expectFailure(
      await place.pvt(['results', 'missing', '-j', id]),
      5,
      new RegExp(`is damaged .*pvt restore '${path}'; or .*sqlite3 .* \\.recover`),
    )
    const bytes = readFileSync(place.db)
    expectFailure(await place.pvt(['job', 'note', id, 'aware']), 5, /nothing is written until pvt db check/)
    expect((await place.pvt(['history'])).code).toBe(0)
    expectFailure(await place.pvt(['db', 'check', '--repair']), 5, /is damaged/)
    expectFailure(await place.pvt(['job', 'create']), 5, /is damaged/)
    expect(readFileSync(place.db).equals(bytes)).toBe(true)
    expect((await place.pvt(['restore', path, '--yes'])).code).toBe(0)
    expect((await place.pvt(['job', 'note', id, 'restored'])).code).toBe(0)
    expect(await place.json(['db', 'check', '--full'])).toMatchObject({ sound: true })
    expect(existsSync(`${place.db}.check-needed`)).toBe(false)
  })

  test('that a check finds are marked, and a check that finds none takes the mark away', async () => {
    const sound = readFileSync(place.db)
    damagePageOf('points')
    const found = await place.pvt(['db', 'check'])
    expect(found.code).toBe(5)
    expect(found.stderr).toMatch(/nothing is written into it any more; .*restore/)
    expectFailure(await place.pvt(['job', 'create']), 5, /nothing is written until/)
    const file = openSync(place.db, 'r+')
    writeSync(file, sound)
    closeSync(file)
    const answer = await place.pvt(['db', 'check'])
    expect(answer).toMatchObject({ code: 0, stderr: 'pvt: its pages are sound: it may be written again\n' })
    expect((await place.pvt(['job', 'create'])).code).toBe(0)
  })
})
