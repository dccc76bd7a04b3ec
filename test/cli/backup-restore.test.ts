import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { schemaVersion } from '../../src/store/migration-files.ts'
import { dumpDatabase } from './dump-database.ts'
import { csvLines, expectFailure, instant, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let id: string

beforeEach(async () => {
  place = openWorkplace()
  const { backupPath } = makeDomain(place.path('domain'), { measurements: ['del_rr'] })
  id = (await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])).job_id
})

afterEach(() => {
  place.remove()
})

const ownName = /^pvt-\d{8}T\d{6}Z\.db$/
const names = async (): Promise<string[]> =>
  (await place.json<{ name: string }[]>(['history'])).map(({ name }) => name)

describe('backup', () => {
  test.each([[['backup']], [['backup', 'create']]])(
    '%j goes into the folder backups beside the database',
    async (words) => {
      const answer = await place.pvt(words)
      const [name] = readdirSync(place.path('backups'))
      expect(name).toMatch(ownName)
      expect(answer).toMatchObject({ code: 0, stderr: '' })
      expect(answer.stdout).toMatch(
        new RegExp(`^${place.path('backups', name!)} written: 1 job, 92 results, [\\d.]+ kB\n$`),
      )
    },
  )

  test('it holds everything, and is told as JSON', async () => {
    const path = place.path('copy.db')
    expect(await place.json(['backup', 'create', path])).toEqual({
      ...{
        path,
        size_bytes: statSync(path).size,
        schema_version: schemaVersion,
        jobs: 1,
        results: 92,
        removed: [],
      },
    })
    expect(dumpDatabase(path)).toEqual(dumpDatabase(place.db))
    expect(await place.json(['history', '--db', path])).toEqual(await place.json(['history']))
    expect(readdirSync(place.folder).filter((name) => name.includes('tmp') || name.startsWith('.'))).toEqual(
      [],
    )
  })

  test('a folder is made where the name ends in a slash; a name without its folder is exit code 3', async () => {
    expect((await place.pvt(['backup', 'create', place.path('a/b/')])).code).toBe(0)
    expect(readdirSync(place.path('a/b'))[0]).toMatch(ownName)
    expectFailure(
      await place.pvt(['backup', 'create', place.path('c/d.db')]),
      3,
      /there is no folder .*end the name with \//,
    )
  })

  test('a backup is replaced, anything else is refused', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    await place.create(['--name', 'second'])
    expect(await place.json(['backup', 'create', path])).toMatchObject({ jobs: 2 })
    writeFileSync(place.path('notes.txt'), 'mine')
    new Sqlite(place.path('foreign.db')).exec('create table x (a)').close()
    const foreign = readFileSync(place.path('foreign.db'))
    for (const name of ['notes.txt', 'foreign.db']) {
      expectFailure(await place.pvt(['backup', 'create', place.path(name)]), 4, /is no backup of this tool/)
    }
    expectFailure(await place.pvt(['backup', 'create', place.db]), 4, /is the database itself/)
    expect(readFileSync(place.path('notes.txt'), 'utf8')).toBe('mine')
    expect(readFileSync(place.path('foreign.db')).equals(foreign)).toBe(true)
  })

  test("--keep keeps the newest of the folder, and nobody else's files", async () => {
    mkdirSync(place.path('kept'))
    for (const name of ['pvt-20200101T000000Z.db', 'pvt-20200102T000000Z.db', 'pvt-mine.db', 'other.db']) {
      writeFileSync(place.path('kept', name), 'x')
    }
    const answer = await place.json<{ path: string; removed: string[] }>([
      'backup',
      'create',
      place.path('kept'),
      '--keep',
      '2',
    ])
    expect(answer.removed).toEqual([place.path('kept/pvt-20200101T000000Z.db')])
    expect(
      readdirSync(place.path('kept'))
        .filter((name) => !answer.path.endsWith(name))
        .sort(),
    ).toEqual([...['other.db', 'pvt-20200102T000000Z.db', 'pvt-mine.db']])
    for (const words of [
      ['--keep', '0'],
      ['--keep', 'x'],
    ]) {
      expectFailure(await place.pvt(['backup', 'create', place.path('kept'), ...words]), 2, /--keep/)
    }
    expectFailure(
      await place.pvt(['backup', 'create', place.path('x.db'), '--keep', '2']),
      2,
      /name a folder/,
    )
  })

  test('list: newest first, from the default or a named folder', async () => {
    expect(await place.json(['backup', 'list'])).toEqual([])
    const { path } = await place.json<{ path: string }>(['backup'])
    writeFileSync(place.path('backups/pvt-20200102T030405Z.db'), 'x')
    const found = await place.json<Record<string, unknown>[]>(['backup', 'list'])
    expect(found).toEqual([
      { path, created_at: expect.stringMatching(instant) as string, size_bytes: statSync(path).size },
      {
        path: place.path('backups/pvt-20200102T030405Z.db'),
        created_at: '2020-01-02T03:04:05.000Z',
        size_bytes: 1,
      },
    ])
    expect(await place.json(['backup', 'list', place.path('backups')])).toEqual(found)
    expect(csvLines((await place.pvt(['backup', 'list', '-f', 'csv'])).stdout)[0]).toEqual(
      Object.keys(found[0]!),
    )
  })

  test('verify: sound, damaged, of another kind', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    expect(await place.json(['backup', 'verify', path])).toMatchObject({ path, jobs: 1, results: 92 })
    expect((await place.pvt(['backup', 'verify', path])).stdout).toMatch(
      /^copy\.db is sound: 1 job, 92 results, /,
    )
    const bytes = readFileSync(path)
    bytes.fill(0xa7, 5 * 4096, 9 * 4096)
    writeFileSync(place.path('damaged.db'), bytes)
    expectFailure(
      await place.pvt(['backup', 'verify', place.path('damaged.db')]),
      5,
      /damaged|not a sound backup/,
    )
    writeFileSync(place.path('cut.db'), bytes.subarray(0, 20_000))
    expectFailure(
      await place.pvt(['backup', 'verify', place.path('cut.db')]),
      5,
      /damaged|not a sound backup/,
    )
    writeFileSync(place.path('text.db'), 'hello')
    expectFailure(await place.pvt(['backup', 'verify', place.path('text.db')]), 5, /text\.db/)
  })
})

describe('restore', () => {
  test('it puts the contents back in one step, and saves what was there', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    const then = dumpDatabase(place.db)
    await place.pvt(['job', 'delete', id, '--yes'])
    await place.create(['--name', 'later'])
    const later = dumpDatabase(place.db)
    const answer = await place.json<{ saved: string }>(['restore', path, '--yes'])
    expect(answer).toMatchObject({ path, location: place.db, jobs: 1, results: 92 })
    expect(dumpDatabase(place.db)).toEqual(then)
    expect(answer.saved).toMatch(/\/pvt\.db\.before-restore-\d{8}T\d{6}Z$/)
    expect(dumpDatabase(answer.saved)).toEqual(later)
    expect(await place.json(['db', 'check'])).toMatchObject({ sound: true, findings: [] })
  })

  test('into a database that is not there yet', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    const env = { PVT_DB: place.path('new/pvt.db') }
    expect(await place.json(['restore', path, '--yes'], { env })).toMatchObject({ saved: null, jobs: 1 })
    expect(await place.json(['job', 'status', id], { env })).toMatchObject({ stored_simulations: 92 })
  })

  test('in place of a damaged database, which is put aside', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    const broken = place.path('broken.db')
    copyFileSync(path, broken)
    const bytes = readFileSync(broken)
    writeFileSync(broken, bytes.subarray(0, bytes.length / 2))
    const env = { PVT_DB: broken }
    expectFailure(await place.pvt(['history'], { env }), 5, /damaged/)
    const { saved } = await place.json<{ saved: string }>(['restore', path, '--yes'], { env })
    expect(readFileSync(saved).equals(bytes.subarray(0, bytes.length / 2))).toBe(true)
    expect(await place.json(['job', 'status', id], { env })).toMatchObject({ stored_simulations: 92 })
  })

  test('without a terminal it needs --yes; "y" from a pipe is none', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    await place.create()
    for (const input of [undefined, 'y\n', 'yes\n']) {
      expectFailure(await place.pvt(['restore', path], { input }), 4, /not confirmed.*--yes/)
    }
    expect(await names()).toHaveLength(2)
    expect(existsSync(place.path('backups'))).toBe(false)
  })

  test('what is no sound backup is refused, and nothing changes', async () => {
    const path = place.path('copy.db')
    await place.pvt(['backup', 'create', path])
    const bytes = readFileSync(path)
    writeFileSync(place.path('cut.db'), bytes.subarray(0, 20_000))
    writeFileSync(place.path('text.db'), 'hello')
    new Sqlite(place.path('foreign.db')).exec('create table jobs (a)').close()
    const before = dumpDatabase(place.db)
    const files = readdirSync(place.folder)
    for (const name of ['cut.db', 'text.db', 'foreign.db']) {
      const answer = await place.pvt(['restore', place.path(name), '--yes'])
      expectFailure(answer, 5, name)
    }
    expect(dumpDatabase(place.db)).toEqual(before)
    expect(readdirSync(place.folder)).toEqual(files)
  })

  test('two restores in one second: what was there before the first is not lost', async () => {
    await place.pvt(['backup', 'create', place.path('copy.db')])
    await place.pvt(['job', 'delete', id, '--yes'])
    await place.create(['--name', 'precious'])
    // From the beginning of a second there is time for both.
    await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)))
    const { saved } = await place.json<{ saved: string }>(['restore', place.path('copy.db'), '--yes'])
    await place.json(['restore', saved, '--yes'])
    expect(await names()).toEqual(['precious'])
  })
})

describe('a file that was copied without its -wal', () => {
  test.each([
    ['backup verify', (file: string) => ['backup', 'verify', file]],
    ['restore', (file: string) => ['restore', file, '--yes']],
  ])('%s warns that something may be missing', async (_, words) => {
    const copy = place.path('copied.db')
    copyFileSync(place.db, copy)
    const answer = await place.pvt(words(copy))
    expect(answer.code).toBe(0)
    expect(answer.stderr).toBe(
      `pvt: warning: ${copy} is a copy of a database in use, without its -wal file: what was written last may be missing; pvt backup makes whole copies\n`,
    )
  })

  test('one with a -wal beside it is told to be in use', async () => {
    const live = new Sqlite(place.db)
    try {
      live.exec("update jobs set description = 'new'")
      const answer = await place.pvt(['backup', 'verify', place.db])
      expect(answer).toMatchObject({ code: 0 })
      expect(answer.stderr).toContain(`${place.db}-wal lies beside it and belongs to it`)
    } finally {
      live.close()
    }
  })

  test('of a backup that pvt made nothing is said', async () => {
    await place.pvt(['backup', 'create', place.path('whole.db')])
    expect(await place.pvt(['backup', 'verify', place.path('whole.db')])).toMatchObject({
      code: 0,
      stderr: '',
    })
  })
})
