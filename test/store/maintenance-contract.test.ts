import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase, databaseStatus, optimizeDatabase, tables } from '../../src/store/maintenance.ts'
import {
  checkRoomToRewrite,
  databaseSize,
  giveSpaceBack,
  hasFreeSpace,
  rewriteWhole,
} from '../../src/store/free-space.ts'
import { schemaVersion } from '../../src/store/migration-files.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { makePostgres, makeSqlite } from '../support/databases.ts'
import { type Given, onEachEngine } from './contract.ts'
import { addResults, aNewJob, aResult, storeJob, storeJobIn, threePoints } from './jobs.ts'
import { insertJob } from '../../src/store/jobs.ts'

onEachEngine('the upkeep of a database', (given) => {
  test('tells the engine, the version and the rows of every table', async () => {
    const job = await storeJobIn(given.db, 'completed', {}, threePoints)
    await addResults(
      given.db,
      job.job_id,
      threePoints.map((point) => aResult(point)),
    )
    const status = await databaseStatus(given.db)
    expect(status).toMatchObject({
      ...{ engine: given.dialect, schema_version: schemaVersion, pending_migrations: [] },
      location: given.db.location,
      engine_version: expect.stringMatching(/^\d+\.\d+/) as string,
      rows: { jobs: 1, stages: 0, points: 3, imports: 0, results: 3, summaries: 1, job_logs: 3 },
    })
    expect(status.size_bytes).toBeGreaterThan(50_000)
    expect([status.journal_mode, status.file_system]).toEqual(
      given.dialect === 'sqlite' ? ['wal', 'local'] : [null, null],
    )
    expect(status.location).not.toMatch(/secret/)
  })

  test('writes the whole database anew, smaller and with all that is in it', async () => {
    const stays = await storeJobIn(given.db, 'completed', { name: 'stays' }, threePoints)
    const goes = await storeJobIn(given.db, 'completed', { name: 'goes' })
    const rows = Array.from({ length: 3000 }, (_, index) =>
      aResult(threePoints[0]!, { row_number: index + 1 }),
    )
    await addResults(given.db, goes.job_id, rows)
    await addResults(given.db, stays.job_id, [aResult(threePoints[0]!)])
    await given.db.query('delete from jobs where job_id = $1', [goes.job_id])
    expect(await hasFreeSpace(given.db)).toBe(given.dialect === 'sqlite')
    const before = await databaseSize(given.db)
    await checkRoomToRewrite(given.db)
    await rewriteWhole(given.db, tables)
    expect(await databaseSize(given.db)).toBeLessThan(before - 500_000)
    expect(await hasFreeSpace(given.db)).toBe(false)
    expect((await databaseStatus(given.db)).rows).toMatchObject({ jobs: 1, points: 3, results: 1 })
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test('finds nothing wrong with jobs in every state', async () => {
    for (const status of ['queued', 'running', 'completed', 'failed', 'cancelled'] as const) {
      const { job_id } = await storeJobIn(given.db, status, {}, threePoints)
      if (status === 'queued') continue
      await addResults(given.db, job_id, [
        aResult(threePoints[0]!),
        aResult(threePoints[1]!, { measurements: { vout: null }, failed: { vout: 'failed' } }),
      ])
    }
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test.each(['stored_simulations', 'successful_simulations', 'failed_simulations'])(
    'finds a wrong %s, and the job',
    async (column) => {
      await storeJobIn(given.db, 'failed')
      const { job_id } = await storeJobIn(given.db, 'completed', {}, threePoints)
      await addResults(given.db, job_id, [aResult(threePoints[0]!)])
      await given.db.query(`update jobs set ${column} = 77 where job_id = $1`, [job_id])
      const truth = column === 'failed_simulations' ? 2 : 1
      expect(await checkDatabase(given.db)).toEqual([
        { kind: 'count', job_id, message: `${column} is 77, but there are ${truth}` },
      ])
    },
  )

  test('finds a result and a point that went behind the program', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {}, threePoints)
    await addResults(
      given.db,
      job_id,
      threePoints.map((point) => aResult(point)),
    )
    await given.db.query(`delete from results where corner = 'SSG'`)
    const columns = ['stored_simulations', 'successful_simulations', 'failed_simulations']
    expect((await checkDatabase(given.db)).map(({ message }) => message.split(' ')[0])).toEqual(columns)
    await given.db.query(`delete from points where corner = 'SSG'`)
    expect((await checkDatabase(given.db)).map(({ message }) => message.split(' ')[0])).toEqual([
      'total_simulations',
      ...columns.slice(0, 2),
    ])
  })

  test('finds a migration that is not the one that was applied', async () => {
    const [applied] = await given.db.query<{ sha256: string }>(
      'select sha256 from schema_migrations where version = 1',
    )
    await given.db.query(`update schema_migrations set sha256 = 'another' where version = 1`)
    const findings = await checkDatabase(given.db)
    await given.db.query('update schema_migrations set sha256 = $1 where version = 1', [applied!.sha256])
    expect(findings).toEqual([
      {
        ...{ kind: 'migration', job_id: null },
        message: 'migration 0001_initial is not the one that was applied',
      },
    ])
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test.each([
    [
      'stages',
      `insert into stages (job_id, stage, attempt, status) values ('gone', 'gen', 1, 'done'), ('gone', 'run', 1, 'done')`,
    ],
    [
      'points',
      `insert into points values ('gone', 1, 'TT', 'x', '85', 85, 'v'), ('gone', 2, 'TT', 'x', '85', 85, 'v')`,
    ],
    [
      'job_logs',
      `insert into job_logs values ('gone', 1, 't', 'info', 's', 'm'), ('gone', 2, 't', 'info', 's', 'm')`,
    ],
    [
      'summaries',
      `insert into summaries (job_id, measurement, ordinal, count, failed) values ('gone', 'a', 1, 0, 0), ('gone', 'b', 2, 0, 0)`,
    ],
  ])('finds rows of %s that belong to no job', async (table, sql) => {
    await withoutForeignKeys(given, table, async (db) => {
      await storeJob(db)
      await db.query(sql)
      expect(await checkDatabase(db)).toEqual([
        { kind: 'foreign_key', job_id: 'gone', message: `2 rows of ${table} belong to no job` },
      ])
    })
  })

  test('is made in a database that goes on working', async () => {
    const { job_id } = await storeJobIn(given.db, 'running', {}, threePoints)
    await addResults(
      given.db,
      job_id,
      threePoints.map((point) => aResult(point)),
    )
    const before = await databaseStatus(given.db)
    expect(typeof (await optimizeDatabase(given.db))).toBe('number')
    expect((await databaseStatus(given.db)).rows).toEqual(before.rows)
    await giveSpaceBack(given.db)
    expect(await checkDatabase(given.db)).toEqual([])
  })
})

/** Runs in a database of its own, where a table takes rows of jobs that are not there. */
async function withoutForeignKeys(
  { dialect }: Given,
  table: string,
  work: (db: Database) => Promise<void>,
): Promise<void> {
  const fresh = await (dialect === 'sqlite' ? makeSqlite() : makePostgres())
  const db = await openDatabase(fresh.location)
  try {
    await db.script(
      dialect === 'sqlite'
        ? 'pragma foreign_keys = off'
        : `alter table ${table} drop constraint ${table}_job_id_fkey`,
    )
    await work(db)
  } finally {
    await db.close()
    await fresh.drop()
  }
}

describe('the upkeep of a SQLite file', () => {
  test('gives the space of removed jobs back to the file system', async () => {
    const fresh = await makeSqlite()
    const db = await openDatabase(fresh.location)
    for (let index = 0; index < 12; index += 1) {
      await insertJob(db, aNewJob({}, { config_text: 'x'.repeat(1_000_000), status: 'completed' }))
    }
    const full = await databaseSize(db)
    expect(full).toBeGreaterThan(12e6)
    await db.query('delete from jobs')
    expect(await databaseSize(db)).toBe(full)
    await giveSpaceBack(db)
    expect(await databaseSize(db)).toBeLessThan(1e6)
    expect(await checkDatabase(db)).toEqual([])
    await db.close()
    expect(statSync(fresh.path).size).toBeLessThan(1e6)
    await fresh.drop()
  })

  test('tells the bytes that optimizing gave back', async () => {
    const fresh = await makeSqlite()
    const db = await openDatabase(fresh.location)
    await insertJob(db, aNewJob({}, { config_text: 'x'.repeat(3_000_000) }))
    await db.query('delete from jobs')
    expect(await optimizeDatabase(db)).toBeGreaterThan(2_900_000)
    expect(await optimizeDatabase(db)).toBe(0)
    await db.close()
    await fresh.drop()
  })

  test('finds a damaged page', async () => {
    const fresh = await makeSqlite()
    const db = await openDatabase(fresh.location)
    for (let index = 0; index < 300; index += 1) await insertJob(db, aNewJob({}, { user: `user-${index}` }))
    await db.close()
    damage(fresh.path, 'jobs_by_user')
    const again = await openDatabase(fresh.location)
    const findings = await checkDatabase(again)
    expect(findings.length).toBeGreaterThan(0)
    expect(findings[0]).toMatchObject({ kind: 'integrity', job_id: null })
    await again.close()
    await fresh.drop()
  })
})

/** Overwrites the end of an index's root page. */
function damage(path: string, index: string): void {
  const raw = new Sqlite(path)
  const page = raw.prepare('select rootpage from sqlite_master where name = ?').pluck().get(index) as number
  const size = raw.pragma('page_size', { simple: true }) as number
  raw.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(64, 0xff), 0, 64, page * size - 64)
  closeSync(file)
}
