import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { eachEngine, makeSqlite } from '../support/databases.ts'
import { type Workers, buildWorkers, counterMigration, writeMigrations } from '../support/workers.ts'

let migrations: string
let workers: Workers

beforeAll(async () => {
  migrations = writeMigrations(mkdtempSync(join(tmpdir(), 'pvt-migrations-')), {
    '0001_first': counterMigration,
  })
  workers = await buildWorkers()
})
afterAll(() => {
  workers.remove()
  rmSync(migrations, { recursive: true, force: true })
})

const times = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work))

describe.each(eachEngine)('many processes on $name', ({ make }) => {
  test('32 that make the same database at once make one, and all can use it', async () => {
    const fresh = await make()
    const answers = await times(32, () =>
      workers.run({ task: 'open', location: fresh.location, options: { migrations } }),
    )
    expect(answers.map(({ answer, code, message }) => answer ?? [code, message])).toEqual(
      Array.from({ length: 32 }, () => [{ n: 1 }]),
    )
    await fresh.drop()
  }, 120_000)

  test('64 that read and write in transactions lose nothing and see no lock', async () => {
    const fresh = await make()
    const [processes, rounds] = [64, 5]
    const database = await openDatabase(fresh.location, { migrations })
    const answers = await times(processes, () =>
      workers.run({ task: 'count', location: fresh.location, options: { migrations }, rounds }),
    )
    expect(answers.filter(({ answer }) => answer !== 'counted')).toEqual([])
    expect(await database.query('select n from counters')).toEqual([{ n: processes * rounds }])
    expect(await database.query('select count(*) as n from notes')).toEqual([{ n: processes * rounds }])
    await database.close()
    await fresh.drop()
  }, 120_000)
})

describe('many processes on a SQLite file', () => {
  test.each(['network', 'local'])(
    'made at once in an empty file (%s) make one database',
    async (kind) => {
      vi.stubEnv('PVT_FILESYSTEM', kind)
      const fresh = await makeSqlite()
      writeFileSync(fresh.path, '')
      const answers = await times(32, () =>
        workers.run({ task: 'count', location: fresh.location, options: { migrations } }),
      )
      vi.unstubAllEnvs()
      expect(answers.filter(({ answer }) => answer !== 'counted')).toEqual([])
      const raw = new Sqlite(fresh.path)
      expect(raw.prepare('select n from counters').all()).toEqual([{ n: 32 }])
      expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
      raw.close()
      // The journal mode TRUNCATE leaves its journal, empty.
      expect(readdirSync(dirname(fresh.path))).toEqual(
        kind === 'local' ? ['pvt.db'] : ['pvt.db', 'pvt.db-journal'],
      )
      await fresh.drop()
    },
    120_000,
  )
})
