import { readFileSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { csvLines, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let id: string

beforeAll(async () => {
  place = openWorkplace()
  const { backupPath } = makeDomain(place.path('domain'))
  id = (await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])).job_id
})

afterAll(() => {
  place.remove()
})

test('db path is the name alone, as JSON with the engine', async () => {
  expect(await place.pvt(['db', 'path'])).toEqual({ stdout: `${place.db}\n`, stderr: '', code: 0 })
  expect(await place.json(['db', 'path'])).toEqual({ engine: 'sqlite', location: place.db })
})

describe('db status', () => {
  test('engine, versions, size, rows, journal mode, file system', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const status = await place.json(['db', 'status'])
    expect(status).toEqual({
      ...{
        engine: 'sqlite',
        engine_version: expect.stringMatching(/^3\.\d+\.\d+$/) as string,
        location: place.db,
      },
      ...{ schema_version: expect.any(Number) as number, pending_migrations: [] },
      size_bytes: statSync(place.db).size,
      rows: {
        jobs: 1,
        stages: 0,
        points: 92,
        imports: 1,
        results: 92,
        summaries: 9,
        simulation_logs: 0,
        job_logs: expect.any(Number) as number,
        removals: 0,
        ...{ runs: 0, stage_progress: 0, attempts: 0, dependencies: 0 },
        ...{ verdicts: 0, limits: 0, waivers: 0, delivered_changes: 0 },
      },
      ...{ journal_mode: 'wal', file_system: 'local', pvt_version: version },
    })
  })

  test('as a table and as CSV', async () => {
    const { stdout } = await place.pvt(['db', 'status'])
    for (const label of [
      'database',
      'engine',
      'pvt',
      'schema',
      'size',
      'rows',
      'journal mode',
      'file system',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${label} +\\S`, 'm'))
    }
    const csv = csvLines((await place.pvt(['db', 'status', '-f', 'csv'])).stdout)
    expect(csv[0]).toEqual(Object.keys(await place.json(['db', 'status'])))
  })
})

test('db migrate of a database that is up to date changes nothing', async () => {
  const answer = await place.pvt(['db', 'migrate'])
  expect(answer).toEqual({ stdout: `${place.db} is up to date\n`, stderr: '', code: 0 })
  expect(await place.json(['db', 'migrate'])).toEqual({ location: place.db, applied: [] })
})

test('db migrate of a new database makes the schema', async () => {
  const db = place.path('new.db')
  expect((await place.pvt(['db', 'migrate', '--db', db])).code).toBe(0)
  expect(await place.json(['db', 'migrate', '--db', db])).toEqual({ location: db, applied: [] })
  expect(await place.json(['db', 'status', '--db', db])).toMatchObject({ rows: { jobs: 0 } })
})

describe('db check', () => {
  test('a sound database', async () => {
    expect(await place.pvt(['db', 'check'])).toEqual({
      stdout: `${place.db} is sound\n`,
      stderr: '',
      code: 0,
    })
    expect(await place.json(['db', 'check'])).toEqual({ location: place.db, sound: true, findings: [] })
  })

  /** A copy of the database in which something was done by hand. */
  function broken(name: string, ...sql: string[]): string {
    const path = place.path(`${name}.db`)
    new Sqlite(place.db).exec(`vacuum into '${path}'`).close()
    const db = new Sqlite(path)
    db.pragma('foreign_keys = off')
    for (const statement of sql) db.exec(statement)
    db.close()
    return path
  }

  const cases: [string, string, string, (id: string | null) => unknown][] = [
    ['a count that does not agree', 'update jobs set successful_simulations = 3', 'count', (job) => job],
    ['rows of no job', 'delete from jobs', 'foreign_key', (job) => job],
    ['a changed migration', "update schema_migrations set sha256 = 'x'", 'migration', () => null],
  ]

  test.each(cases)('%s is exit code 5, with what is wrong', async (name, sql, kind, job) => {
    const env = { PVT_DB: broken(name.replaceAll(' ', '-'), sql) }
    const answer = await place.pvt(['db', 'check', '--json'], { env })
    expect(answer.code).toBe(5)
    if (answer.stdout === '') {
      // What does not open at all is told as an error.
      expect(JSON.parse(answer.stderr)).toMatchObject({ error: { exit_code: 5, code: 'database_foreign' } })
      return
    }
    const { sound, findings } = JSON.parse(answer.stdout) as {
      sound: boolean
      findings: Record<string, unknown>[]
    }
    expect(sound).toBe(false)
    expect(findings[0]).toEqual({ kind, job_id: job(id), message: expect.any(String) as string })
    const people = await place.pvt(['db', 'check'], { env })
    expect(people).toMatchObject({ code: 5, stderr: '' })
    expect(people.stdout).toMatch(/^KIND +JOB +MESSAGE\n(.+\n)+\d+ findings?\n$/)
    const csv = csvLines((await place.pvt(['db', 'check', '-f', 'csv'], { env })).stdout)
    expect(csv[0]).toEqual(['kind', 'job_id', 'message'])
  })

  test('damaged pages', async () => {
    const path = broken('pages')
    const file = await place.sh(
      `dd if=/dev/zero of=${path} bs=4096 seek=$(( $(stat -c %s ${path}) / 4096 / 2 )) count=4 conv=notrunc`,
    )
    expect(file.code).toBe(0)
    const answer = await place.pvt(['db', 'check'], { env: { PVT_DB: path } })
    expect(answer.code).toBe(5)
    expect(answer.stdout + answer.stderr).toMatch(/integrity|damaged/)
  })
})

test('db optimize gives space back and changes no data', async () => {
  const path = place.path('roomy.db')
  await place.pvt(['backup', 'create', path])
  const env = { PVT_DB: path }
  await place.pvt(['job', 'delete', id, '--yes'], { env })
  const before = statSync(path).size
  const answer = await place.pvt(['db', 'optimize'], { env })
  expect(answer).toMatchObject({ code: 0, stderr: '' })
  expect(answer.stdout).toMatch(new RegExp(`^${path} optimized; [\\d.]+ k?B given back\n$`))
  const { freed_bytes } = await place.json<{ freed_bytes: number }>(['db', 'optimize'], { env })
  expect(freed_bytes).toBe(0)
  const { size_bytes } = await place.json<{ size_bytes: number }>(['db', 'status'], { env })
  expect(size_bytes).toBeLessThanOrEqual(before)
  expect(await place.json(['db', 'check'], { env })).toMatchObject({ sound: true })
})
