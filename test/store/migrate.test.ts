import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { migrate, migrationStatus } from '../../src/store/migrate.ts'
import { readMigrations } from '../../src/store/migration-files.ts'
import { type FreshDatabase, eachEngine } from '../support/databases.ts'
import { type Workers, buildWorkers, counterMigration, writeMigrations } from '../support/workers.ts'

let migrations: string
let workers: Workers

beforeAll(async () => {
  workers = await buildWorkers()
})
afterAll(() => {
  workers.remove()
})
beforeEach(() => {
  migrations = writeMigrations(mkdtempSync(join(tmpdir(), 'pvt-migrations-')), {
    '0001_first': counterMigration,
  })
})
afterEach(() => {
  rmSync(migrations, { recursive: true, force: true })
})

const second = { '0002_second': 'create table more (a text); insert into more (a) values (1);' }

test.each([
  ['a gap', '0003_late.sql'],
  ['a double number', '0001_again.sql'],
  ['no number', 'notes.sql'],
])('migration files with %s are refused', (_name, file) => {
  writeFileSync(join(migrations, file), 'select 1')
  expect(() => readMigrations(migrations)).toThrow(/expected migration 000/)
})

test('line ends do not change a migration', () => {
  const [before] = readMigrations(migrations)
  writeFileSync(join(migrations, '0001_first.sql'), counterMigration.replaceAll('\n', '\r\n'))
  expect(readMigrations(migrations)[0]!.sha256).toBe(before!.sha256)
})

describe.each(eachEngine)('migrations on $name', ({ name, make }) => {
  let fresh: FreshDatabase
  beforeEach(async () => {
    fresh = await make()
  })
  afterEach(() => fresh.drop())

  async function using<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = await openDatabase(fresh.location, { migrations, migrate: false })
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }

  test('are applied once, in order, and told', async () => {
    await (await openDatabase(fresh.location, { migrations })).close()
    writeMigrations(migrations, second)
    await using(async (database) => {
      expect(await migrationStatus(database, migrations)).toMatchObject({
        schemaVersion: 1,
        applied: [{ version: 1, name: '0001_first' }],
        pending: ['0002_second'],
        changed: [],
      })
      expect(await migrate(database, migrations)).toEqual(['0002_second'])
      expect(await migrate(database, migrations)).toEqual([])
      expect((await migrationStatus(database, migrations)).pending).toEqual([])
    })
    await (await openDatabase(fresh.location, { migrations })).close()
  })

  test('that fail leave nothing behind and can be run again', async () => {
    await (await openDatabase(fresh.location, { migrations })).close()
    writeMigrations(migrations, {
      '0002_second': 'create table more (a text); insert into nowhere values (1);',
    })
    await using(async (database) => {
      await expect(migrate(database, migrations)).rejects.toThrow(/nowhere/)
      await expect(database.query('select * from more')).rejects.toThrow(/more/)
      expect((await migrationStatus(database, migrations)).schemaVersion).toBe(1)
      writeMigrations(migrations, second)
      expect(await migrate(database, migrations)).toEqual(['0002_second'])
    })
  })

  test('that were changed after they were applied are found', async () => {
    await (await openDatabase(fresh.location, { migrations })).close()
    writeMigrations(migrations, { '0001_first': `${counterMigration} -- edited`, ...second })
    await using(async (database) => {
      expect((await migrationStatus(database, migrations)).changed).toEqual(['0001_first'])
      await expect(migrate(database, migrations)).rejects.toMatchObject({
        code: 'database_foreign',
        message: expect.stringContaining('0001_first') as string,
      })
    })
  })

  test('are applied by one of 16 processes that start at once; the others go on', async () => {
    await (await openDatabase(fresh.location, { migrations })).close()
    writeMigrations(migrations, second)
    const order = {
      task: 'migrate',
      location: fresh.location,
      options: { migrations, migrate: false },
    } as const
    const answers = await Promise.all(Array.from({ length: 16 }, () => workers.run(order)))
    expect(answers.filter(({ code }) => code !== undefined)).toEqual([])
    expect(answers.flatMap(({ answer }) => answer)).toEqual(['0002_second'])
    await using(async (database) => {
      expect(await database.query('select a from more')).toEqual([{ a: '1' }])
    })
  })

  test.runIf(name === 'sqlite')('keep a copy of the older database beside it', async () => {
    await (await openDatabase(fresh.location, { migrations })).close()
    expect(existsSync(`${fresh.name}.before-0`)).toBe(false)
    writeMigrations(migrations, second)
    await using((database) => migrate(database, migrations))
    const copy = new Sqlite(`${fresh.name}.before-1`, { readonly: true })
    expect(copy.pragma('user_version', { simple: true })).toBe(1)
    expect(copy.prepare('select n from counters').all()).toEqual([{ n: 0 }])
    copy.close()
  })

  test.runIf(name === 'sqlite')(
    'keep the newest five copies, and nothing else beside the database',
    async () => {
      await (await openDatabase(fresh.location, { migrations })).close()
      for (let version = 2; version <= 8; version += 1) {
        writeMigrations(migrations, { [`000${version}_more`]: `create table more${version} (a text)` })
        await using((database) => migrate(database, migrations))
      }
      const beside = readdirSync(dirname(fresh.name)).filter((file) => file.startsWith('pvt.db'))
      const copies = [3, 4, 5, 6, 7].map((version) => `pvt.db.before-${version}`)
      expect(beside.sort()).toEqual(['pvt.db', ...copies])
    },
  )

  test.runIf(name === 'sqlite')(
    'may rebuild a table that others refer to, and may not orphan rows',
    async () => {
      writeMigrations(migrations, {
        '0001_first': `create table parent (id integer primary key);
        create table child (id integer references parent (id) on delete cascade);
        insert into parent values (1); insert into child values (1);`,
      })
      await (await openDatabase(fresh.location, { migrations })).close()
      writeMigrations(migrations, {
        '0002_rebuild': `create table parent2 (id integer primary key, more text);
        insert into parent2 (id) select id from parent; drop table parent; alter table parent2 rename to parent;`,
      })
      await using(async (database) => {
        expect(await migrate(database, migrations)).toEqual(['0002_rebuild'])
        expect(await database.query('select id from child')).toEqual([{ id: 1 }])
        writeMigrations(migrations, { '0003_orphan': 'delete from parent;' })
        await expect(migrate(database, migrations)).rejects.toThrow(/without their parent in child/)
        expect(await database.query('select id from parent')).toEqual([{ id: 1 }])
        expect(await database.query('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }])
      })
    },
  )
})
