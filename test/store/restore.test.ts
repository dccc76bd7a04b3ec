import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { putAside, restoreContents, writeBackup } from '../../src/store/backup.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { eachEngine, makePostgres, makeSqlite } from '../support/databases.ts'
import { writeMigrations } from '../support/workers.ts'
import { onEachEngine } from './contract.ts'
import { aPoint, at, contentsOf, fill, storeJob } from './jobs.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-restore-'))
  path = join(folder, 'backup.db')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

onEachEngine('a backup of a database', (given) => {
  test.each(eachEngine)('replaces the contents of another one on $name', async ({ make }) => {
    await fill(given.db)
    await writeBackup(given.db, path)
    const fresh = await make()
    const target = await openDatabase(fresh.location)
    const before = await storeJob(target, { name: 'goes away' })
    await restoreContents(target, path)
    const contents = await contentsOf(target)
    expect(contents).toEqual(await contentsOf(given.db))
    expect(JSON.stringify(contents)).not.toContain(before.job_id)
    expect(await checkDatabase(target)).toEqual([])
    await target.close()
    await fresh.drop()
  })

  test('that an older pvt made is brought up to date on the way', async () => {
    await fill(given.db)
    await writeBackup(given.db, path)
    const bytes = readFileSync(path)
    const migrations = join(folder, 'migrations')
    cpSync('migrations', migrations, { recursive: true })
    const next = String(readdirSync(migrations).length + 1).padStart(4, '0')
    writeMigrations(migrations, {
      [`${next}_colour`]: `alter table jobs add column colour text not null default 'red'`,
    })
    const fresh = await (given.dialect === 'sqlite' ? makeSqlite() : makePostgres())
    const target = await openDatabase(fresh.location, { migrations })
    await restoreContents(target, path, { migrations })
    expect(await target.query('select distinct colour from jobs')).toEqual([{ colour: 'red' }])
    expect(await target.query('select count(*) as n from results')).toEqual([{ n: 6 }])
    await target.close()
    await fresh.drop()
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test('brings back more rows of one job than are copied at a time', async () => {
    const { job_id } = await storeJob(
      given.db,
      {},
      Array.from({ length: 5001 }, () => aPoint()),
    )
    const numbers = Array.from({ length: 10_001 }, (_, index) => index + 2)
    const row = (number: number) => [job_id, number, at(1), 'info', 'test', `${number}`]
    const columns = ['job_id', 'log_number', 'logged_at', 'level', 'source', 'message']
    await given.db.insert('job_logs', columns, numbers.map(row))
    const summaries = numbers.map((number) => [job_id, `m${number}`, number, 0, 0])
    await given.db.insert('summaries', ['job_id', 'measurement', 'ordinal', 'count', 'failed'], summaries)
    const before = await contentsOf(given.db)
    await writeBackup(given.db, path)
    await restoreContents(given.db, path)
    expect(await contentsOf(given.db)).toEqual(before)
    expect(before['job_logs']).toHaveLength(10_002)
  })

  test('brings back what was there, and can be brought back again', async () => {
    await fill(given.db)
    const before = await contentsOf(given.db)
    await writeBackup(given.db, path)
    await given.db.query('delete from results')
    await storeJob(given.db)
    await restoreContents(given.db, path)
    expect(await contentsOf(given.db)).toEqual(before)
    await restoreContents(given.db, path)
    expect(await contentsOf(given.db)).toEqual(before)
  })

  test('is brought back for connections that are open, whose file stays', async () => {
    await fill(given.db)
    await writeBackup(given.db, path)
    const other = await openDatabase(given.fresh.location)
    await storeJob(given.db)
    await restoreContents(given.db, path)
    expect(await contentsOf(other)).toEqual(await contentsOf(given.db))
    await storeJob(other)
    expect(await given.db.query('select count(*) as n from jobs')).toEqual([{ n: 4 }])
    await other.close()
  })

  test.each<[string, (file: string) => void]>([
    [
      'is no database',
      (file) => {
        writeFileSync(file, 'notes')
      },
    ],
    [
      'is not there',
      (file) => {
        rmSync(file)
      },
    ],
    [
      'has rows without their job',
      (file) => {
        orphan(file)
      },
    ],
    [
      'is damaged',
      (file) => {
        damage(file)
      },
    ],
  ])('that %s changes nothing and leaves nothing', async (_name, spoil) => {
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary)
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    await fill(given.db)
    await writeBackup(given.db, path)
    spoil(path)
    await storeJob(given.db)
    const before = await contentsOf(given.db)
    await expect(restoreContents(given.db, path)).rejects.toThrow()
    expect(await contentsOf(given.db)).toEqual(before)
    expect(readdirSync(temporary)).toEqual([])
  })
})

function orphan(file: string): void {
  const raw = new Sqlite(file)
  raw.pragma('foreign_keys = off')
  raw.exec(`insert into stages (job_id, stage, attempt, status) values ('gone', 'gen', 1, 'done')`)
  raw.close()
}

/** Noise in every page but the first, which holds the schema. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, 8192)
  writeFileSync(file, bytes)
}

describe('a damaged file that is put aside', () => {
  test('goes with its journals, and leaves its name free', () => {
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(path + suffix, `was${suffix}`)
    const aside = putAside(path, '2026-01-31T12:00:00.000Z')
    expect(aside).toBe(`${path}.damaged-20260131T120000Z`)
    for (const suffix of ['', '-wal', '-shm']) {
      expect(existsSync(path + suffix)).toBe(false)
      expect(readFileSync(aside + suffix, 'utf8')).toBe(`was${suffix}`)
    }
  })
})
