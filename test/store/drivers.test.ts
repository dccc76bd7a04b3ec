import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Database, isKeyClash } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { type FreshDatabase, eachEngine, makeSqlite } from '../support/databases.ts'
import { writeMigrations } from '../support/workers.ts'

const tables = `
  create table samples (
    id text primary key,
    n bigint,
    x double precision,
    note text
  );
`

let migrations: string
beforeAll(() => {
  migrations = writeMigrations(mkdtempSync(join(tmpdir(), 'pvt-migrations-')), { '0001_first': tables })
})
afterAll(() => {
  rmSync(migrations, { recursive: true, force: true })
})

describe.each(eachEngine)('the driver of $name', ({ name, make }) => {
  let fresh: FreshDatabase
  let database: Database

  beforeEach(async () => {
    fresh = await make()
    database = await openDatabase(fresh.location, { migrations })
  })
  afterEach(async () => {
    await database.close()
    await fresh.drop()
  })

  const add = (id: string) => database.query('insert into samples (id) values ($1)', [id])
  const ids = async () =>
    (await database.query<{ id: string }>('select id from samples order by id')).map(({ id }) => id)

  test('gives numbers, texts and nulls back as they were', async () => {
    const rows = await database.query(
      'insert into samples (id, n, x, note) values ($1, $2, $3, $4) returning n, x, note',
      ['a', 9_007_199_254_740_991, -3.2e-5, null],
    )
    expect(rows).toEqual([{ n: 9_007_199_254_740_991, x: -3.2e-5, note: null }])
    expect(await database.query('select count(*) as c, sum(n) as s, max(x) > 0 as b from samples')).toEqual([
      { c: 1, s: 9_007_199_254_740_991, b: 0 },
    ])
  })

  test('takes a parameter that is used twice or out of order', async () => {
    await database.query('insert into samples (note, id) values ($2, $1)', ['a', 'b'])
    const rows = await database.query('select id from samples where id = $1 or note = $1', ['b'])
    expect(rows).toEqual([{ id: 'a' }])
  })

  test('keeps hostile text as text', async () => {
    const hostile = [`x' or 1=1--`, '$1', '%_\\', '\u001b[2J', 'é😀', '"; drop table samples; --']
    await database.insert(
      'samples',
      ['id'],
      hostile.map((text) => [text]),
    )
    expect((await ids()).sort()).toEqual([...hostile].sort())
  })

  test('refuses a NUL character before the engine sees it', async () => {
    const refusal = { code: 'bad_input', message: 'a text holds a NUL character at position 3, after "ab"' }
    await expect(add('ab\0c')).rejects.toMatchObject(refusal)
    await expect(database.insert('samples', ['id'], [['fine'], ['ab\0c']])).rejects.toMatchObject(refusal)
    expect(await ids()).toEqual([])
  })

  test('refuses a number that is not finite, which the engines would store differently', async () => {
    await expect(database.query('select $1', [Number.NaN])).rejects.toThrow('NaN')
  })

  test('inserts 20,000 rows at once, more than one statement can hold', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [`${index}`, index, index / 3, null])
    await database.insert('samples', ['id', 'n', 'x', 'note'], rows)
    expect(await database.query('select count(*) as c, sum(n) as s from samples')).toEqual([
      { c: 20_000, s: 199_990_000 },
    ])
  })

  test('inserts all rows or none, and tells a key clash', async () => {
    await add('taken')
    const rows = Array.from({ length: 3000 }, (_, index) => [index === 2999 ? 'taken' : `${index}`])
    const error: unknown = await database.insert('samples', ['id'], rows).catch((thrown: unknown) => thrown)
    expect(isKeyClash(error)).toBe(true)
    expect(await ids()).toEqual(['taken'])
    await database.insert('samples', ['id'], [])
  })

  test('undoes a transaction that fails, and goes on working', async () => {
    const work = database.transaction(async () => {
      await add('a')
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await ids()).toEqual([])
    expect(await database.transaction(async () => 'kept')).toBe('kept')
  })

  test('joins a transaction inside a transaction', async () => {
    const work = database.transaction(async () => {
      await add('a')
      await database.transaction(() => add('b'))
      throw new Error('all of it')
    })
    await expect(work).rejects.toThrow('all of it')
    expect(await ids()).toEqual([])
  })

  test('lets transactions and queries side by side take turns', async () => {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
    const failing = database.transaction(async () => {
      await add('a')
      await pause()
      throw new Error('undone')
    })
    const beside = add('b')
    const other = database.transaction(async () => {
      await add('c')
      await pause()
      await add('d')
    })
    await expect(failing).rejects.toThrow('undone')
    await Promise.all([beside, other])
    expect(await ids()).toEqual(['b', 'c', 'd'])
  })

  test('undoes a transaction in which a failure was caught on the way only if the engine must', async () => {
    const work = database.transaction(async () => {
      await add('a')
      await add('a').catch(() => undefined)
      await add('b').catch(() => undefined)
    })
    if (name === 'sqlite') await work
    else await expect(work).rejects.toThrow('rolled back')
    expect(await ids()).toEqual(name === 'sqlite' ? ['a', 'b'] : [])
  })

  test('says who is locked out when another connection does not let go', async () => {
    await add('a')
    const other = await openDatabase(fresh.location, { migrations, lockTimeoutMs: 100 })
    await database.transaction(async () => {
      await database.query(`update samples set n = 1 where id = 'a'`)
      const work = other.transaction(() => other.query(`update samples set n = 2 where id = 'a'`))
      await expect(work).rejects.toMatchObject({ code: 'database_locked', exitCode: 5 })
    })
    await other.transaction(() => other.query(`update samples set n = 3 where id = 'a'`))
    await other.close()
  })
})

describe('SQLite', () => {
  test('says that a database was moved away or replaced while it was used', async () => {
    const fresh = await makeSqlite()
    const database = await openDatabase(fresh.location, { migrations })
    renameSync(fresh.path, `${fresh.path}.moved`)
    const write = () => database.query(`insert into samples (id) values ('a')`)
    await expect(write()).rejects.toMatchObject({ code: 'database_unreachable' })
    await expect(database.transaction(async () => undefined)).rejects.toMatchObject({
      message: expect.stringContaining('deleted or replaced') as string,
    })
    await database.close()
    await fresh.drop()
  })
})

describe('PostgreSQL', () => {
  const postgres = eachEngine.find(({ name }) => name === 'postgres')!

  test('transactions that lock each other out are run again until both are through', async () => {
    const fresh = await postgres.make()
    const [one, two] = await Promise.all([1, 2].map(() => openDatabase(fresh.location, { migrations })))
    await one!.insert(
      'samples',
      ['id', 'n'],
      [
        ['a', 0],
        ['b', 0],
      ],
    )
    const cross = (database: Database, order: string[]) =>
      database.transaction(async () => {
        for (const id of order) {
          await database.query('update samples set n = n + 1 where id = $1', [id])
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      })
    await Promise.all([cross(one!, ['a', 'b']), cross(two!, ['b', 'a'])])
    expect(await one!.query('select id, n from samples order by id')).toEqual([
      { id: 'a', n: 2 },
      { id: 'b', n: 2 },
    ])
    await Promise.all([one!.close(), two!.close()])
    await fresh.drop()
  })

  test('a standby or read-only database says permission', async () => {
    const fresh = await postgres.make()
    const database = await openDatabase(fresh.location, { migrations })
    await database.script('set default_transaction_read_only = on')
    await expect(database.query(`insert into samples (id) values ('a')`)).rejects.toMatchObject({
      code: 'permission',
      message: expect.stringContaining('read-only') as string,
    })
    await database.close()
    await fresh.drop()
  })
})
