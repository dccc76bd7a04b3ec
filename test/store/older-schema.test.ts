import { copyFileSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { restoreContents } from '../../src/store/backup.ts'
import type { Database } from '../../src/store/database.ts'
import { findHistory } from '../../src/store/history.ts'
import { checkDatabase, databaseStatus } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findStatistics } from '../../src/store/statistics.ts'
import { eachEngine } from '../support/databases.ts'

let folder: string
let older: string

/** A database as the first version made it, with a job that has ended. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-older-'))
  older = join(folder, 'older.db')
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  const first = '0001_initial.sql'
  copyFileSync(resolve(import.meta.dirname, '../../migrations', first), join(migrations, first))
  const db = await openDatabase({ engine: 'sqlite', path: older }, { migrations })
  await db.query(
    `insert into jobs (job_id, name, status, created_at, updated_at, completed_at, planned_stages, completed_stages,
        domain_path, "user", host, tags)
      values ('a', 'old', 'failed', $1, $1, $1, '[]', '[]', '/a', 'eva', 'farm', '["x"]')`,
    ['2026-01-01T00:00:00.000Z'],
  )
  await db.query(
    `insert into stages (job_id, stage, attempt, status, elapsed_seconds) values ('a', 'gen', 1, 'done', 4)`,
  )
  await db.close()
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const all = {
  ...{ limit: 10, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}

/** How many stages statistics know of the jobs since an instant, and since a day later. */
async function stagesSince(db: Database, since: string): Promise<number[]> {
  const counts: number[] = []
  for (const time of [since, '2026-01-02']) {
    const { stage_times } = await findStatistics(db, time)
    counts.push(stage_times.reduce((sum, { count }) => sum + count, 0))
  }
  return counts
}

test('an older file is looked at as it is, and its jobs are not pinned once it is migrated', async () => {
  const asItIs = await openDatabase({ engine: 'sqlite', path: older }, { migrate: false })
  expect(await databaseStatus(asItIs)).toMatchObject({ schema_version: 1, rows: { jobs: 1, job_logs: 0 } })
  await asItIs.close()
  const db = await openDatabase({ engine: 'sqlite', path: older })
  expect(await findHistory(db, all)).toMatchObject([{ name: 'old', pinned: false, tags: ['x'] }])
  expect(await stagesSince(db, '2026-01-01')).toEqual([1, 0])
  expect(await checkDatabase(db)).toEqual([])
  await db.close()
})

test.each(eachEngine)('a backup of an older schema is restored on $name', async ({ make }) => {
  const fresh = await make()
  const db = await openDatabase(fresh.location)
  await restoreContents(db, older)
  expect(await findHistory(db, all)).toMatchObject([{ name: 'old', pinned: false, tags: ['x'] }])
  expect(await stagesSince(db, '2026-01-01')).toEqual([1, 0])
  await db.close()
  await fresh.drop()
})
