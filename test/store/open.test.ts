import { createHash } from 'node:crypto'
import {
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import type { OpenOptions } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { readMigrations, schemaVersion } from '../../src/store/migration-files.ts'
import { applicationId } from '../../src/store/sqlite-file.ts'
import { failure } from '../support/failure.ts'
import { writeMigrations } from '../support/workers.ts'
import { folder, options, path } from './open-place.ts'

const open = (file = path, more: OpenOptions = {}) =>
  openDatabase({ engine: 'sqlite', path: file }, { ...options, ...more })

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

async function makeDatabase(): Promise<void> {
  await (await open()).close()
}

function pragma(file: string, name: string): unknown {
  const raw = new Sqlite(file)
  try {
    return raw.pragma(name, { simple: true })
  } finally {
    raw.close()
  }
}

function edit(file: string, sql: string): void {
  const raw = new Sqlite(file)
  raw.exec(sql)
  raw.close()
}

describe('a new SQLite database', () => {
  test('is made on first use, with its folder, and leaves no other file behind', async () => {
    const file = join(folder, 'a', 'b', 'pvt.db')
    const database = await open(file)
    expect(await database.query('select n from counters')).toEqual([{ n: 0 }])
    await database.close()
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['pvt.db'])
  })

  test('carries the application id, the schema version, WAL, 8 KiB pages and incremental vacuum', async () => {
    await makeDatabase()
    const names = ['application_id', 'user_version', 'journal_mode', 'page_size', 'auto_vacuum']
    expect(names.map((name) => pragma(path, name))).toEqual([applicationId, 1, 'wal', 8192, 2])
  })

  test('is made beside the WAL of a database that is gone, and has nothing of it', async () => {
    const old = await openDatabase({ engine: 'sqlite', path }, options)
    await old.query(`update counters set n = 77`)
    const wal = readFileSync(`${path}-wal`)
    await old.close()
    rmSync(path)
    writeFileSync(`${path}-wal`, wal)
    const database = await openDatabase({ engine: 'sqlite', path }, options)
    expect(await database.query('select n from counters')).toEqual([{ n: 0 }])
    expect(await database.query('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    await database.close()
  })

  test('is made in an empty file that lies there (touch, mktemp)', async () => {
    writeFileSync(path, '')
    const database = await open()
    expect(await database.query('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }])
    await database.close()
    expect(pragma(path, 'application_id')).toBe(applicationId)
  })

  test('is not made when the caller wants one that exists', async () => {
    expect((await failure(open(path, { mustExist: true }))).code).toBe('file_not_found')
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, '')
    expect((await failure(open(path, { mustExist: true }))).code).toBe('file_not_found')
    expect(readFileSync(path).length).toBe(0)
  })

  test('is not left half made when a migration fails', async () => {
    writeMigrations(options.migrations!, { '0002_broken': 'create table broken (' })
    await expect(open()).rejects.toThrow(/syntax error|incomplete/)
    expect(readdirSync(folder)).toEqual(['migrations'])
  })
})

describe('every open of a SQLite database', () => {
  test('sets full synchronisation, foreign keys and no trust in the schema', async () => {
    await makeDatabase()
    const database = await open()
    const ask = async (name: string) => Object.values((await database.query(`pragma ${name}`))[0]!)[0]
    expect(await ask('synchronous')).toBe(2)
    expect(await ask('foreign_keys')).toBe(1)
    expect(await ask('trusted_schema')).toBe(0)
    expect(await ask('cell_size_check')).toBe(1)
    expect(await ask('busy_timeout')).toBe(30_000)
    await database.close()
  })

  test('uses a TRUNCATE journal on a network file system', async () => {
    vi.stubEnv('PVT_FILESYSTEM', 'network')
    await makeDatabase()
    const database = await open()
    expect(await database.query('pragma journal_mode')).toEqual([{ journal_mode: 'truncate' }])
    expect(await database.query('pragma synchronous')).toEqual([{ synchronous: 2 }])
    await database.close()
  })

  test('brings an older schema up to date, and keeps a copy of what was there', async () => {
    await makeDatabase()
    writeMigrations(options.migrations!, { '0002_second': 'create table more (a text)' })
    const database = await open()
    expect(await database.query('select count(*) as n from more')).toEqual([{ n: 0 }])
    await database.close()
    expect(readdirSync(folder).sort()).toEqual(['migrations', 'pvt.db', 'pvt.db.before-1'])
  })

  test('finds the schema version in the program without listing the migrations', () => {
    expect(readMigrations()).toHaveLength(schemaVersion)
  })

  test('keeps the locks of another connection of this process to the same file', async () => {
    const first = await open()
    await first.transaction(async () => {
      await first.query(`update counters set n = 5 where name = 'shared'`)
      const second = await open(path, { lockTimeoutMs: 50 })
      expect(await second.query('select n from counters')).toEqual([{ n: 0 }])
      expect((await failure(second.transaction(async () => undefined))).code).toBe('database_locked')
      await second.close()
    })
    await first.close()
  })
})

describe('a file that must not be touched is refused and stays as it is, to the byte', () => {
  const cases: [string, string, () => void][] = [
    [
      'a text file',
      'database_foreign',
      () => {
        writeFileSync(path, 'a list of things\n'.repeat(100))
      },
    ],
    [
      'a short file',
      'database_foreign',
      () => {
        writeFileSync(path, 'x')
      },
    ],
    [
      'a database of another program',
      'database_foreign',
      () => {
        edit(path, 'create table cookies (name text)')
      },
    ],
    [
      'a database of the earlier Python tool',
      'database_foreign',
      () => {
        edit(path, 'pragma journal_mode = wal; create table jobs (id text); create table results (id text)')
      },
    ],
    [
      'a database of a newer pvt',
      'database_newer',
      () => {
        edit(path, `pragma application_id = ${applicationId}; create table t (a); pragma user_version = 99`)
      },
    ],
    [
      'a header with random bytes behind it',
      'database_corrupt',
      () => {
        edit(path, `pragma application_id = ${applicationId}; create table t (a); pragma user_version = 1`)
        const bytes = readFileSync(path)
        bytes.fill(0xa7, 100)
        writeFileSync(path, bytes)
      },
    ],
  ]

  test.each(cases)('%s', async (_name, code, make) => {
    make()
    const before = digest(path)
    const error = await failure(
      open().then(async (database) => {
        try {
          await database.query('select * from counters')
        } finally {
          await database.close()
        }
      }),
    )
    expect(error.code).toBe(code)
    expect(error.message).toContain(path)
    expect(digest(path)).toBe(before)
    expect(readdirSync(folder).sort()).toEqual(['migrations', 'pvt.db'])
  })

  test('a WAL database on a network file system, with the way out', async () => {
    await makeDatabase()
    const before = digest(path)
    vi.stubEnv('PVT_FILESYSTEM', 'network')
    const error = await failure(open())
    expect(error.code).toBe('wal_on_network')
    expect(error.hint).toContain('journal_mode=delete')
    expect(digest(path)).toBe(before)
  })
})

describe('a path that cannot be used is refused with the component at fault', () => {
  test('a folder', async () => {
    const error = await failure(open(folder))
    expect(error.message).toBe(`${folder} is a folder, not a database file`)
  })

  test('a file in the place of a folder', async () => {
    writeFileSync(path, 'x')
    const error = await failure(open(join(path, 'sub', 'pvt.db')))
    expect(error.message).toBe(`${path} is not a folder`)
  })

  test('a symbolic link to nothing', async () => {
    symlinkSync(join(folder, 'gone.db'), path)
    expect((await failure(open())).message).toContain('gone.db, which does not exist')
  })

  test('a device, without waiting for it', async () => {
    expect((await failure(open('/dev/zero'))).message).toBe('/dev/zero is not a regular file')
  })

  test('a truncated database', async () => {
    const database = await open()
    await database.insert(
      'notes',
      ['note'],
      Array.from({ length: 2000 }, (_, index) => [`note ${index} ${'x'.repeat(100)}`]),
    )
    await database.close()
    truncateSync(path, 30_000)
    const error = await failure(
      open().then(async (broken) => {
        try {
          await broken.query('select sum(length(note)) as n from notes')
        } finally {
          await broken.close()
        }
      }),
    )
    expect(error.code).toBe('database_corrupt')
    expect(error.hint).toContain('pvt restore')
  })
})
