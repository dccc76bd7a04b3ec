import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'vitest'
import type { DatabaseLocation } from '../../src/settings.ts'
import { verifyBackup, writeBackup } from '../../src/store/backup.ts'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { migrationStatus } from '../../src/store/migrate.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import type { Conditions, Run, Workplace } from '../cli/run-pvt.ts'
import type { Domain } from '../fixtures/flow.ts'
import { fill, storeJob, storeJobIn, threePoints } from '../store/jobs.ts'
import { counterMigration, type Workers, writeMigrations } from '../support/workers.ts'

/** Where a command works: a database, and a folder for its files. */
export interface Ground {
  folder: string
  location: DatabaseLocation
}

export type Disturbance = Pick<Conditions, 'killAfter'> & { env?: Record<string, string> }

/** A command that changes something, for tests that disturb it. */
export interface Subject {
  name: string
  /** Makes what the command finds; it is copied for every run. */
  prepare: (ground: Ground) => Promise<void>
  run: (ground: Ground, disturbance: Disturbance) => Promise<Pick<Run, 'code' | 'stderr'>>
  /** `before`, `after`, or anything between the two, or beyond. Looks for damage as well; `where` is for messages. */
  state: (ground: Ground, where: string) => Promise<string>
  /** What the state may be when the command did not get to its end. */
  allowed: RegExp
  /** The state when the command was done, and when it was disturbed and then done again. */
  again: RegExp
}

interface Tools {
  place: Workplace
  workers: Workers
  domain: Domain
}

export function makeSubjects({ place, workers, domain }: Tools): Subject[] {
  const pvt =
    (...args: string[]): Subject['run'] =>
    ({ folder, location }, { env, killAfter }) =>
      place.pvt(
        args.map((word) => word.replace('FOLDER', folder)),
        { killAfter, env: { ...env, PVT_DB: location.engine === 'sqlite' ? location.path : location.url } },
      )
  const beforeOrAfter = { allowed: /^(before|after)$/, again: /^after$/ }
  return [
    {
      name: 'job create',
      prepare: (ground) => inDatabase(ground, (db) => storeJob(db)),
      run: pvt('job', 'create', '-c', domain.configPath),
      state: soundly(async (db) => {
        const found = await counts(db, 'jobs', 'points', 'job_logs')
        return found === '1 0 1'
          ? 'before'
          : /^[23] /.test(found) && isWhole(found)
            ? 'after'
            : `torn ${found}`
      }),
      ...beforeOrAfter,
    },
    {
      name: 'stage start',
      prepare: (ground) => inDatabase(ground, (db) => storeJob(db, { user: 'ada' }, threePoints)),
      run: pvt('stage', 'start', 'gen', '-j', '@latest'),
      state: soundly(async (db) => {
        const [job] = await db.query('select status, current_stage, started_at is null as idle from jobs')
        const found = [...Object.values(job!), await counts(db, 'stages')].join(' ')
        return found === 'queued  1 0' ? 'before' : found === 'running gen 0 1' ? 'after' : `torn ${found}`
      }),
      ...beforeOrAfter,
    },
    {
      name: 'results import',
      prepare: async (ground) => {
        expect((await pvt('job', 'create', '-c', domain.configPath)(ground, {})).code).toBe(0)
      },
      run: pvt('results', 'import', '-j', '@latest', domain.backupPath),
      state: soundly(async (db) => {
        const found = await counts(db, 'results', 'summaries', 'imports')
        return found === '0 0 0' ? 'before' : found === '92 2 1' ? 'after' : `torn ${found}`
      }),
      ...beforeOrAfter,
    },
    {
      name: 'cleanup',
      prepare: (ground) =>
        inDatabase(ground, async (db) => {
          for (let job = 0; job < 60; job += 1) await storeJobIn(db, 'cancelled', {}, threePoints)
          await db.query(`update jobs set completed_at = '2020-01-02T00:00:00.000Z'`)
        }),
      run: pvt('cleanup', '--older-than', '30d', '--yes'),
      state: soundly(async (db) => {
        const found = await counts(db, 'jobs')
        return found === '60' ? 'before' : found === '0' ? 'after' : `part ${found} left`
      }),
      allowed: /^(before|part \d+ left|after)$/,
      again: /^after$/,
    },
    {
      name: 'backup',
      prepare: (ground) =>
        inDatabase(ground, async (db) => {
          await storeJobIn(db, 'completed', {}, threePoints)
          await writeBackup(db, join(ground.folder, 'copy.db'))
          await fill(db)
        }),
      run: pvt('backup', 'create', 'FOLDER/copy.db'),
      state: soundly(async (_, { folder }) => {
        const { jobs } = await verifyBackup(join(folder, 'copy.db'))
        return jobs === 1 ? 'before' : jobs === 4 ? 'after' : `torn ${jobs} jobs`
      }),
      ...beforeOrAfter,
    },
    {
      name: 'restore',
      prepare: (ground) =>
        inDatabase(ground, async (db) => {
          await storeJobIn(db, 'completed', {}, threePoints)
          await writeBackup(db, join(ground.folder, 'copy.db'))
          await fill(db)
        }),
      run: pvt('restore', 'FOLDER/copy.db', '--yes'),
      state: soundly(async (db) => {
        const found = await counts(db, 'jobs', 'results')
        return found === '4 6' ? 'before' : found === '1 0' ? 'after' : `torn ${found}`
      }),
      ...beforeOrAfter,
    },
    {
      name: 'migrate',
      prepare: async (ground) => {
        writeMigrations(made(ground.folder, 'first'), { '0001_first': counterMigration })
        writeMigrations(made(ground.folder, 'both'), {
          '0001_first': counterMigration,
          '0002_more': secondMigration,
        })
        const options = { migrations: join(ground.folder, 'first') }
        const db = await openDatabase(ground.location, options)
        const notes = Array.from({ length: 300 }, (_, index) => [`${index} ${'x'.repeat(200)}`])
        await db.insert('notes', ['note'], notes)
        await db.close()
      },
      run: async ({ folder, location }, disturbance) => {
        const options = { migrations: join(folder, 'both'), migrate: false }
        const order = { task: 'migrate' as const, location, options }
        const { code, stderr, answer } = await workers.run(order, disturbance)
        return { code: answer !== undefined ? 0 : code === 'no answer' ? null : 5, stderr }
      },
      state: async (ground, where) => {
        if (ground.location.engine === 'sqlite') expect(damageOf(ground.location.path), where).toEqual([])
        const options = { migrations: join(ground.folder, 'both'), migrate: false }
        const db = await openDatabase(ground.location, options)
        const [row] = await db.query<{ version: number }>(
          'select max(version) as version from schema_migrations',
        )
        const [there, gone] = row!.version === 1 ? ['notes', 'longer'] : ['longer', 'notes']
        const rows = await counts(db, there)
        const torn = await counts(db, gone).then(
          () => ' both tables',
          () => '',
        )
        await db.close()
        const found = `${row!.version} ${rows}${torn}`
        return found === '1 300' ? 'before' : found === '2 300' ? 'after' : `torn ${found}`
      },
      ...beforeOrAfter,
    },
    {
      // The newest of our own: it writes every row of a table.
      name: 'db migrate',
      prepare: async (ground) => {
        const db = await openDatabase(ground.location, { migrations: migrationsUpTo(8, ground.folder) })
        const jobs = Array.from({ length: 400 }, (_, number) => `job-${number}`)
        const at = '2026-01-01T00:00:00.000Z'
        await db.insert(
          'jobs',
          [
            ...['job_id', 'name', 'status', 'created_at', 'updated_at', 'planned_stages', 'completed_stages'],
            ...['domain_path', '"user"', 'host', 'tags'],
          ],
          jobs.map((id) => [id, id, 'queued', at, at, '[]', '[]', '/a', 'eva', 'farm', '[]']),
        )
        await db.insert(
          'stages',
          ['job_id', 'stage', 'attempt', 'status', 'elapsed_seconds'],
          jobs.flatMap((id) => ['gen', 'run', 'ext', 'srt'].map((stage) => [id, stage, 1, 'done', 7])),
        )
        await db.close()
      },
      run: pvt('db', 'migrate'),
      state: async (ground, where) => {
        if (ground.location.engine === 'sqlite') expect(damageOf(ground.location.path), where).toEqual([])
        const db = await openDatabase(ground.location, { migrate: false })
        try {
          const { schemaVersion } = await migrationStatus(db)
          const dated = await db
            .query<{ n: number }>("select count(*) as n from stages where job_created_at like '2026%'")
            .then(
              ([row]) => String(row!.n),
              () => 'no column',
            )
          const found = `${schemaVersion} ${await counts(db, 'stages')} ${dated}`
          return found === '8 1600 no column' ? 'before' : found === '9 1600 1600' ? 'after' : `torn ${found}`
        } finally {
          await db.close()
        }
      },
      ...beforeOrAfter,
    },
  ]
}

/** A folder with our own migrations up to a version. */
function migrationsUpTo(version: number, folder: string): string {
  const [all, some] = [resolve(import.meta.dirname, '../../migrations'), made(folder, 'older')]
  for (const name of readdirSync(all).sort().slice(0, version))
    copyFileSync(join(all, name), join(some, name))
  return some
}

/** A table that is rebuilt, as SQLite's own recipe does it. */
const secondMigration = `
  create table longer (note text primary key, size bigint not null);
  insert into longer (note, size) select note, length(note) from notes;
  drop table notes;
  create index longer_by_size on longer (size);
`

/** The first job has no points; every other one has 92, and each its first line in the log. */
function isWhole(found: string): boolean {
  const [jobs, points, logs] = found.split(' ').map(Number)
  return points === (jobs! - 1) * 92 && logs === jobs
}

function made(...names: string[]): string {
  const folder = join(...names)
  mkdirSync(folder)
  return folder
}

async function inDatabase(ground: Ground, work: (db: Database) => Promise<unknown>): Promise<void> {
  const db = await openDatabase(ground.location)
  await work(db)
  await db.close()
}

async function counts(db: Database, ...tables: (string | undefined)[]): Promise<string> {
  const found: number[] = []
  for (const table of tables)
    found.push((await db.query<{ n: number }>(`select count(*) as n from ${table!}`))[0]!.n)
  return found.join(' ')
}

/** Nothing is wrong by SQLite's checks nor by ours (pages, orphans, counts, summaries); then what `state` says. */
const soundly =
  (state: (db: Database, ground: Ground) => Promise<string>): Subject['state'] =>
  async (ground, where) => {
    if (ground.location.engine === 'sqlite') expect(damageOf(ground.location.path), where).toEqual([])
    const db = await openDatabase(ground.location, { mustExist: true })
    try {
      expect(await checkDatabase(db, { full: true }), where).toEqual([])
      return await state(db, ground)
    } finally {
      await db.close()
    }
  }

/** What is wrong with a SQLite file by SQLite's own checks, asked as another program would. */
export function damageOf(path: string): string[] {
  try {
    const raw = new Sqlite(path)
    try {
      const pages = raw.pragma('integrity_check(5)') as { integrity_check: string }[]
      const orphans = raw.pragma('foreign_key_check') as { table: string }[]
      return [
        ...pages.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
        ...orphans.map(({ table }) => `a row of ${table} without its parent`),
      ]
    } finally {
      raw.close()
    }
  } catch (error) {
    return [String(error)]
  }
}

/** Files that a command made for itself and left. */
export const leftovers = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.new(-|$)/.test(name))
