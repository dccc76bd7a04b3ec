import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { damageIn, markDamaged, removeMark } from '../../src/store/damage.ts'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { repairDatabase } from '../../src/store/repair.ts'
import { eachEngine, type FreshDatabase, makeSqlite } from '../support/databases.ts'
import { contentsOf, fill } from './jobs.ts'

describe.each(eachEngine)('a repair on $name', ({ name, make }) => {
  let fresh: FreshDatabase
  let db: Database
  let folder: string
  let copy: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pvt-repair-'))
    copy = join(folder, 'copy.db')
    fresh = await make()
    db = await openDatabase(fresh.location)
    await fill(db)
  })
  afterEach(async () => {
    await db.close()
    await fresh.drop()
    rmSync(folder, { recursive: true })
  })
  const check = () => checkDatabase(db, { full: true })

  test('mends counts, summaries and rows of no job, and nothing else', async () => {
    const sound = await contentsOf(db)
    expect(await check()).toEqual([])
    if (name === 'sqlite') await db.script('pragma foreign_keys = off')
    else await db.script('alter table points drop constraint points_job_id_fkey')
    await db.query(`insert into points values ('gone', 1, 'TT', 'x', '85', 85, 'v')`)
    await db.query(`update jobs set stored_simulations = 77, total_simulations = 5 where name = 'completed'`)
    await db.query(`update summaries set mean = 3 where measurement = 'vout'`)
    await db.query(`delete from summaries where measurement = 'del_rr'`)
    const findings = await check()
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['foreign_key', 'count', 'summary']))
    expect((await checkDatabase(db)).map(({ kind }) => kind)).not.toContain('summary')
    const repairs = await repairDatabase(db, findings, copy)
    expect(repairs.map(({ message }) => message)).toEqual([
      '1 rows of points removed that belonged to no job',
      'counts and summaries derived again from its results',
      'counts and summaries derived again from its results',
    ])
    expect(await check()).toEqual([])
    expect(await contentsOf(db)).toEqual(sound)
    const saved = new Sqlite(copy, { readonly: true })
    expect(saved.prepare(`select count(*) from points where job_id = 'gone'`).pluck().get()).toBe(1)
    saved.close()
  })

  test('without room for the copy changes nothing', async () => {
    await db.query('update jobs set stored_simulations = 77')
    const before = await contentsOf(db)
    const repair = repairDatabase(db, await check(), '/dev/null/copy.db')
    await expect(repair).rejects.toMatchObject({ name: 'PvtError' })
    expect(await contentsOf(db)).toEqual(before)
  })
})

describe('a damaged SQLite file', () => {
  let fresh: FreshDatabase & { path: string }
  beforeEach(async () => {
    fresh = await makeSqlite()
    const db = await openDatabase(fresh.location)
    await fill(db)
    await db.close()
  })
  afterEach(() => fresh.drop())
  const open = (): Promise<Database> => openDatabase(fresh.location)

  /** An index without one of its entries, as a bug or a lost write leaves it. */
  function breakIndex(): void {
    const raw = new Sqlite(fresh.path)
    raw.pragma('journal_mode = delete')
    raw.unsafeMode()
    raw.pragma('writable_schema = on')
    const sql = raw
      .prepare(`select sql from sqlite_master where name = 'jobs_by_user'`)
      .pluck()
      .get() as string
    raw
      .prepare(`update sqlite_master set sql = ? where name = 'jobs_by_user'`)
      .run(`${sql} where name <> 'completed'`)
    raw.close()
    const again = new Sqlite(fresh.path)
    again.unsafeMode()
    again.exec('reindex jobs_by_user; pragma writable_schema = on')
    again.prepare(`update sqlite_master set sql = ? where name = 'jobs_by_user'`).run(sql)
    again.close()
  }

  test('whose index lacks an entry is mended by making the indexes anew', async () => {
    breakIndex()
    const db = await open()
    const findings = await checkDatabase(db)
    expect(findings[0]!.message).toMatch(/missing from index jobs_by_user|wrong # of entries/)
    const repairs = await repairDatabase(db, findings, `${fresh.path}.copy`)
    expect(repairs).toEqual([{ kind: 'integrity', job_id: null, message: 'all indexes made anew' }])
    expect(await checkDatabase(db, { full: true })).toEqual([])
    await db.close()
  })

  test('whose pages are damaged is refused with the ways back, and stays as it is', async () => {
    const db = await open()
    const before = readFileSync(fresh.path)
    const lost = [
      { kind: 'integrity' as const, job_id: null, message: 'Tree 5 page 7: btreeInitPage() returns 11' },
    ]
    await expect(repairDatabase(db, lost, `${fresh.path}.copy`)).rejects.toMatchObject({
      code: 'database_corrupt',
      hint: expect.stringMatching(/pvt restore.*sqlite3 .* \.recover/) as string,
    })
    await db.close()
    expect(readFileSync(fresh.path).equals(before)).toBe(true)
  })

  test('that is marked can be read, and is written again when the mark is gone', async () => {
    markDamaged(fresh.path, 'page 7')
    expect(damageIn(fresh.path)).toBe('page 7')
    const db = await open()
    expect(await db.query('select count(*) as n from jobs')).toEqual([{ n: 3 }])
    await expect(db.query(`update jobs set name = 'x'`)).rejects.toMatchObject({ code: 'database_corrupt' })
    await expect(db.transaction(() => db.query(`update jobs set name = 'x'`))).rejects.toMatchObject({
      message: expect.stringMatching(/page 7; nothing is written until pvt db check/) as string,
    })
    await db.close()
    removeMark(fresh.path)
    const again = await open()
    await again.query(`update jobs set name = 'x'`)
    await again.close()
  })
})
