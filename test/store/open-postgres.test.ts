import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OpenOptions } from '../../src/store/database.ts'
import { openDatabase, shownLocation } from '../../src/store/open-database.ts'
import { administer, makePostgres, postgresAdminUrl } from '../support/databases.ts'
import { failure } from '../support/failure.ts'
import { counterMigration, writeMigrations } from '../support/workers.ts'

let folder: string
let options: OpenOptions

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-open-'))
  options = { migrations: writeMigrations(folder, { '0001_first': counterMigration }) }
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const openUrl = (url: string, more: OpenOptions = {}) =>
  openDatabase({ engine: 'postgres', url }, { ...options, ...more })

describe('a PostgreSQL database', () => {
  test('is made on first use, and is shown without user and password', async () => {
    const fresh = await makePostgres()
    const database = await openUrl(fresh.url)
    expect(await database.query('select n from counters')).toEqual([{ n: 0 }])
    const { host, pathname } = new URL(fresh.url)
    expect(database.location).toBe(`${host}${pathname}`)
    expect(shownLocation(fresh.location)).toBe(database.location)
    await database.close()
    await fresh.drop()
  })

  test('is whole as soon as it can be seen: whoever comes while it is made waits', async () => {
    const fresh = await makePostgres()
    writeMigrations(options.migrations!, { '0002_slow': 'select pg_sleep(0.4); create table more (a text)' })
    const later = async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return openUrl(fresh.url)
    }
    for (const database of await Promise.all([later(0), later(0), later(200)])) {
      expect(await database.query('select count(*) as n from more')).toEqual([{ n: 0 }])
      await database.close()
    }
    await fresh.drop()
  })

  test('whose making was interrupted is still new, and is made by the next', async () => {
    const fresh = await makePostgres()
    writeMigrations(options.migrations!, { '0002_second': 'insert into nowhere values (1)' })
    await expect(openUrl(fresh.url)).rejects.toThrow(/nowhere/)
    writeMigrations(options.migrations!, { '0002_second': 'create table more (a text)' })
    const database = await openUrl(fresh.url)
    expect(await database.query('select count(*) as n from more')).toEqual([{ n: 0 }])
    await database.close()
    await fresh.drop()
  })

  test('is not made when the caller wants one that exists', async () => {
    const fresh = await makePostgres()
    expect((await failure(openUrl(fresh.url, { mustExist: true }))).code).toBe('file_not_found')
    expect(await administer(`select 1 from pg_tables where tablename = 'counters'`, fresh.url)).toEqual([])
    await fresh.drop()
  })

  test.each([
    ['jobs of somebody else', 'create table jobs (id integer)'],
    ['results of somebody else', 'create table results (id integer)'],
    ['migrations of Ruby on Rails', 'create table schema_migrations (version varchar)'],
  ])('with %s is refused', async (_name, sql) => {
    const fresh = await makePostgres()
    await administer(sql, fresh.url)
    expect((await failure(openUrl(fresh.url))).code).toBe('database_foreign')
    expect(await administer(`select 1 from pg_tables where tablename = 'counters'`, fresh.url)).toEqual([])
    await fresh.drop()
  })

  test('of an older or a newer pvt is refused', async () => {
    const fresh = await makePostgres()
    await (await openUrl(fresh.url)).close()
    writeMigrations(options.migrations!, { '0002_second': 'create table more (a text)' })
    const older = await failure(openUrl(fresh.url))
    expect([older.code, older.hint]).toEqual(['database_older', 'pvt db migrate'])
    await administer(`insert into schema_migrations values (99, 'x', 'x', 'x')`, fresh.url)
    expect((await failure(openUrl(fresh.url))).code).toBe('database_newer')
    await fresh.drop()
  })

  test('that cannot be reached is an error of one line without the password', async () => {
    const admin = new URL(postgresAdminUrl())
    const server = `${admin.hostname}:${admin.port}`
    const cases: [string, string, string][] = [
      [`postgres://u:hunter2@127.0.0.1:1/x`, 'database_unreachable', '127.0.0.1:1/x: nothing listens there'],
      [`postgres://u:hunter2@no-such-host.invalid/x`, 'database_unreachable', 'no-such-host.invalid:5432/x'],
      [`postgres://u:hunter2@${server}/x`, 'permission', `${server}/x: password authentication failed`],
      [`postgres://u:hunter2@/x?host=/no/such/folder`, 'database_unreachable', '/no/such/folder/x'],
      [`postgres://u:hunter2/3@host/x`, 'usage', 'the database URL of host/x'],
      [`postgres://u:hunter2?3@host/x`, 'usage', 'the database URL of host/x'],
    ]
    for (const [url, code, text] of cases) {
      const error = await failure(openUrl(url))
      expect([url, error.code]).toEqual([url, code])
      expect(error.message).toContain(text)
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('hunter2')
    }
    const missing = new URL(admin)
    missing.pathname = '/no_such_database'
    expect((await failure(openUrl(missing.href))).message).toContain('there is no database of this name')
  })

  test('whose server says nothing is given up after five seconds', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const started = Date.now()
    const error = await failure(openUrl(`postgres://u:hunter2@127.0.0.1:${port}/x`))
    expect(error.code).toBe('database_unreachable')
    expect(error.message).toBe(`127.0.0.1:${port}/x: the server does not answer (5 seconds)`)
    expect(Date.now() - started).toBeLessThan(8000)
    silent.close()
  })

  test('in which the user may not make tables says permission', async () => {
    const fresh = await makePostgres()
    await administer(`create role ${fresh.url.split('/').at(-1)!} login password 'hunter2'`)
    await administer('revoke create on schema public from public', fresh.url)
    const url = new URL(fresh.url)
    url.username = url.pathname.slice(1)
    url.password = 'hunter2'
    const error = await failure(openUrl(url.href))
    expect(error.code).toBe('permission')
    await fresh.drop()
    await administer(`drop role ${url.username}`)
  })

  test('with no connection left is waited for, and given up with a word in the end', async () => {
    const fresh = await makePostgres()
    await (await openUrl(fresh.url)).close()
    const url = new URL(fresh.url)
    url.username = url.pathname.slice(1)
    url.password = 'hunter2'
    await administer(`create role ${url.username} login connection limit 1 password 'hunter2'`)
    await administer(`grant all on all tables in schema public to ${url.username}`, fresh.url)
    const first = await openUrl(url.href)
    setTimeout(() => void first.close(), 500)
    const second = await openUrl(url.href)
    const error = await failure(openUrl(url.href))
    expect([error.code, error.message]).toEqual([
      'database_unreachable',
      `${second.location}: the server has no connection left`,
    ])
    await second.close()
    await fresh.drop()
    await administer(`drop role ${url.username}`)
  })
})
