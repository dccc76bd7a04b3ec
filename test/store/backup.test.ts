import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verifyBackup, writeBackup } from '../../src/store/backup.ts'
import { addLogEntry } from '../../src/store/job-logs.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { failure } from '../support/failure.ts'
import { schemaVersion } from '../../src/store/migration-files.ts'
import { onEachEngine } from './contract.ts'
import { aNewJob, at, contentsOf, fill, storeJob } from './jobs.ts'
import { insertJob } from '../../src/store/jobs.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-backup-'))
  path = join(folder, 'backup.db')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

onEachEngine('a backup', (given) => {
  test('is a file with the very contents, and nothing is left beside it', async () => {
    await fill(given.db)
    const backup = await writeBackup(given.db, path)
    expect(backup).toMatchObject({ path, schema_version: schemaVersion, jobs: 3, results: 6 })
    expect(backup.size_bytes).toBe(readFileSync(path).length)
    expect(readdirSync(folder)).toEqual(['backup.db'])
    expect(await verifyBackup(path)).toEqual(backup)
    const copy = await openDatabase({ engine: 'sqlite', path })
    expect(await contentsOf(copy)).toEqual(await contentsOf(given.db))
    expect(await checkDatabase(copy)).toEqual([])
    await copy.close()
  })

  test('of an empty database is sound and empty', async () => {
    expect(await writeBackup(given.db, path)).toMatchObject({ jobs: 0, results: 0 })
  })

  test('can lie on any file system: it is in no WAL mode', async () => {
    await writeBackup(given.db, path)
    expect([...readFileSync(path).subarray(18, 20)]).toEqual([1, 1])
  })

  test('is of one moment, while another connection goes on writing', async () => {
    const [one, two] = [await storeJob(given.db), await storeJob(given.db)]
    // Several steps of the copy: SQLite takes 16 MB at once.
    const size = given.dialect === 'sqlite' ? 40 : 5
    for (let index = 0; index < size; index += 1) {
      await insertJob(given.db, aNewJob({}, { config_text: 'x'.repeat(1e6) }))
    }
    const other = await openDatabase(given.fresh.location)
    let commits = 0
    let finished = false
    const writer = (async () => {
      const entry = { logged_at: at(1), level: 'info', source: 'test', message: 'm' } as const
      while (!finished) {
        await other.transaction(async () => {
          await addLogEntry(other, one.job_id, entry)
          await addLogEntry(other, two.job_id, entry)
        })
        if (!finished) commits += 1
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await writeBackup(given.db, path)
    finished = true
    await writer
    await other.close()
    expect(commits).toBeGreaterThan(1)
    const copy = await openDatabase({ engine: 'sqlite', path })
    const counts = await copy.query<{ n: number }>(
      'select count(*) as n from job_logs where job_id in ($1, $2) group by job_id',
      [one.job_id, two.job_id],
    )
    expect(counts).toHaveLength(2)
    expect(counts[0]).toEqual(counts[1])
    expect(counts[0]!.n).toBeLessThan(1 + commits)
    expect(await checkDatabase(copy)).toEqual([])
    await copy.close()
  })

  test('replaces an older backup', async () => {
    await writeBackup(given.db, path)
    await fill(given.db)
    expect(await writeBackup(given.db, path)).toMatchObject({ jobs: 3 })
    expect((await verifyBackup(path)).jobs).toBe(3)
    expect(readdirSync(folder)).toEqual(['backup.db'])
  })

  test.each<[string, () => void]>([
    [
      'a text',
      () => {
        writeFileSync(path, 'my notes\n')
      },
    ],
    [
      'an empty file',
      () => {
        writeFileSync(path, '')
      },
    ],
    [
      'a database of another program',
      () => new Sqlite(path).exec('create table t (a); insert into t values (1)').close(),
    ],
    [
      'a cut backup',
      () => {
        writeFileSync(path, 'SQLite format 3\0')
      },
    ],
  ])('over %s is refused, and the file stays as it is', async (_name, make) => {
    make()
    const before = readFileSync(path)
    expect(await failure(writeBackup(given.db, path))).toMatchObject({ code: 'refused', exitCode: 4 })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['backup.db'])
  })

  test.each([true, false])(
    'over another database, in use %s, is refused and leaves it whole',
    async (inUse) => {
      const other = await openDatabase({ engine: 'sqlite', path })
      await storeJob(other, { name: 'precious' })
      if (!inUse) await other.close()
      expect(await failure(writeBackup(given.db, path))).toMatchObject({ code: 'refused' })
      if (inUse) await other.close()
      const again = await openDatabase({ engine: 'sqlite', path })
      expect(await again.query('select name from jobs')).toEqual([{ name: 'precious' }])
      await again.close()
    },
  )

  test('that was used as a database is a backup no more', async () => {
    await writeBackup(given.db, path)
    await (await openDatabase({ engine: 'sqlite', path })).close()
    expect(await failure(writeBackup(given.db, path))).toMatchObject({ code: 'refused' })
  })

  test('over a folder is refused', async () => {
    mkdirSync(path)
    expect(await failure(writeBackup(given.db, path))).toMatchObject({ code: 'refused' })
    expect(readdirSync(folder)).toEqual(['backup.db'])
  })

  test.runIf(given.dialect === 'sqlite')(
    'into a folder that is not there fails, and makes none',
    async () => {
      const error = await failure(writeBackup(given.db, join(folder, 'no', 'backup.db')))
      expect(error.code).toBe('file_not_found')
      expect(existsSync(join(folder, 'no'))).toBe(false)
    },
  )

  test('from inside a transaction is a mistake, and tells so', async () => {
    await expect(given.db.transaction(() => writeBackup(given.db, path))).rejects.toThrow(
      'inside a transaction',
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(given.dialect === 'sqlite')(
    'over the database itself is refused, by whatever name',
    async () => {
      await fill(given.db)
      const live = given.fresh.name
      symlinkSync(live, join(folder, 'symbolic.db'))
      linkSync(live, join(folder, 'hard.db'))
      for (const name of [live, join(folder, 'symbolic.db'), join(folder, 'hard.db')]) {
        expect(await failure(writeBackup(given.db, name))).toMatchObject({
          ...{ code: 'refused', message: `${name} is the database itself` },
        })
      }
      rmSync(join(folder, 'hard.db'))
      expect(await given.db.query('select count(*) as n from jobs')).toEqual([{ n: 3 }])
    },
  )

  test.each<[string, string, (file: string) => void]>([
    [
      'is cut',
      'database_corrupt',
      (file) => {
        truncateSync(file, readFileSync(file).length - 8192)
      },
    ],
    [
      'is overwritten in the middle',
      'database_corrupt',
      (file) => {
        overwrite(file, 8192 * 3)
      },
    ],
    [
      'is overwritten at its start',
      'database_foreign',
      (file) => {
        overwrite(file, 0)
      },
    ],
    [
      'is empty',
      'database_foreign',
      (file) => {
        writeFileSync(file, '')
      },
    ],
    [
      'is not there',
      'file_not_found',
      (file) => {
        rmSync(file)
      },
    ],
    [
      'is of a newer program',
      'database_newer',
      (file) => new Sqlite(file).exec('pragma user_version = 99').close(),
    ],
    [
      'is of another program',
      'database_foreign',
      (file) => new Sqlite(file).exec('pragma application_id = 7').close(),
    ],
  ])('that %s is %s', async (_name, code, spoil) => {
    await fill(given.db)
    await writeBackup(given.db, path)
    spoil(path)
    expect((await failure(verifyBackup(path))).code).toBe(code)
  })
})

/** Writes a page of noise. */
function overwrite(file: string, offset: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, offset, offset + 8192)
  writeFileSync(file, bytes)
}
