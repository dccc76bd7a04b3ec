import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { type Conditions, type Workers, buildWorkers } from '../support/workers.ts'
import { folder, options, path } from './open-place.ts'

let workers: Workers

beforeAll(async () => {
  workers = await buildWorkers()
})
afterAll(() => {
  workers.remove()
})

const open = () => openDatabase({ engine: 'sqlite', path }, options)

async function makeDatabase(): Promise<void> {
  await (await open()).close()
}

describe('permissions', () => {
  /** Root may write everything: then an ordinary user's process has to try. */
  const nobody = process.getuid?.() === 0 ? 65534 : undefined

  beforeEach(() => {
    chmodSync(folder, 0o755)
  })
  afterEach(() => {
    chmodSync(folder, 0o755)
  })

  const order = (task: 'open' | 'write', file = path) =>
    workers.run({ task, location: { engine: 'sqlite', path: file }, options }, { user: nobody })

  test('a file that may not be written can be read; a write says permission and where', async () => {
    vi.stubEnv('PVT_FILESYSTEM', 'network')
    await makeDatabase()
    chmodSync(path, 0o444)
    expect((await order('open')).answer).toEqual([{ n: 1 }])
    const refused = await order('write')
    expect(refused.code).toBe('permission')
    expect(refused.message).toContain(path)
  })

  test('a WAL database in a folder that may not be written can be read', async () => {
    await makeDatabase()
    chmodSync(path, 0o444)
    chmodSync(folder, 0o555)
    expect((await order('open')).answer).toEqual([{ n: 1 }])
    expect((await order('write')).code).toBe('permission')
  })

  test('what a process that was killed left in the WAL is read as well', async () => {
    const database = await open()
    await database.query(`insert into counters (name, n) values ('late', 1)`)
    const copy = join(folder, 'copy.db')
    for (const suffix of ['', '-wal']) writeFileSync(copy + suffix, readFileSync(path + suffix))
    await database.close()
    chmodSync(folder, 0o555)
    expect((await order('open', copy)).answer).toEqual([{ n: 2 }])
  })

  test('a file that may not be read is refused', async () => {
    await makeDatabase()
    chmodSync(path, 0)
    const refused = await order('open')
    expect(refused.code).toBe('permission')
    expect(refused.message).toMatch(
      /pvt\.db: user \d+ may not read and write this file \(owner \d+, .*mode 0\)/,
    )
  })

  test('a folder in which nothing may be made is named', async () => {
    chmodSync(folder, 0o555)
    for (const file of [path, join(folder, 'sub', 'pvt.db')]) {
      const refused = await order('open', file)
      expect(refused.code).toBe('permission')
      expect(refused.message).toContain(`${folder}: user`)
    }
  })

  test('a folder that may not be entered is named', async () => {
    mkdirSync(join(folder, 'closed'), { mode: 0o600 })
    const refused = await order('open', join(folder, 'closed', 'deep', 'pvt.db'))
    expect(refused.code).toBe('permission')
    expect(refused.message).toContain(`${join(folder, 'closed')}: user`)
  })
})

describe('without room', () => {
  test('a write is undone and says so, with the path and the room that is left', async () => {
    await makeDatabase()
    const order = { task: 'fill', location: { engine: 'sqlite', path }, options } as const
    const refused = await workers.run(order, { fileBlocks: 600 })
    expect(refused.code).toBe('disk_full')
    expect(refused.message).toMatch(/pvt\.db: no room to write \(\d+ MB free/)
    const database = await open()
    expect(await database.query('select count(*) as n from notes')).toEqual([{ n: 0 }])
    await database.close()
    expect((await workers.run(order)).answer).toBe('filled')
  })
})

describe('without a driver', () => {
  const order = (conditions: Conditions) =>
    workers.run({ task: 'open', location: { engine: 'sqlite', path }, options }, conditions)

  test('that is installed, one line says so', async () => {
    const refused = await order({ modules: folder })
    expect([refused.code, refused.stderr]).toEqual(['driver_unavailable', ''])
    expect(refused.message).toContain('better-sqlite3 is not installed')
    expect(refused.message).not.toContain('\n')
  })

  test('that fits this Node.js, one line says so', async () => {
    const driver = join(folder, 'modules', 'better-sqlite3')
    mkdirSync(join(driver, 'build', 'Release'), { recursive: true })
    writeFileSync(join(driver, 'build', 'Release', 'better_sqlite3.node'), '')
    writeFileSync(join(driver, 'package.json'), '{"main": "index.js"}')
    writeFileSync(
      join(driver, 'index.js'),
      `process.dlopen = () => {
        throw Object.assign(new Error('compiled against NODE_MODULE_VERSION 93\\nmore'), { code: 'ERR_DLOPEN_FAILED' })
      }`,
    )
    const refused = await order({ modules: join(folder, 'modules') })
    expect(refused.code).toBe('driver_unavailable')
    expect(refused.message).toMatch(/was built for another version of Node\.js; this is v\d+\.\d+\.\d+$/)
  })
})
