import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { defaultConfiguration } from '../../src/domain/configuration.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { makeLegacyDatabase } from '../fixtures/legacy-database.ts'
import { eachEngine } from '../support/databases.ts'
import { dumpDatabase } from './dump-database.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  mkdirSync(place.path('old'))
  return () => {
    place.remove()
  }
})

const id = '3F2504E0-4f89-41d3-9a0c-0305e82c3301'
const job = {
  ...{ job_id: id, domain_path: '/proj/gpio', status: 'completed', mode: 'prelay', simulator: 'primesim' },
  ...{ supply_1st: 'vcc', supply_2nd: 'NA', supply_3rd: 'NA', condition: 'hvqk', gs_gf_corner: 'No' },
  ...{ cpu_count: '4', planned_stages: '["gen","run"]', completed_stages: '["gen", "run"]' },
  ...{ total_simulations: 16, successful_simulations: 15, failed_simulations: 1 },
  ...{
    created_at: '2025-06-16T12:00:00.5',
    started_at: '2025-06-16 12:01:00',
    completed_at: '2025-06-16T13:01:00+02:00',
  },
}
const points = impliedPoints({ ...defaultConfiguration(), condition: 'hvqk' })
const result = (index: number, more: Record<string, string | number | null> = {}) => {
  const { corner, extraction, temperature, voltage_combo } = points[index]!
  return {
    ...{ id: index + 1, job_id: id, corner, extraction, temperature, voltage_combo },
    ...{ del_rr: (index + 1) * 1e-11, del_ff: 2e-11, power: null, current: null, status: 'completed' },
    ...{ netlist_path: null, mt0_file_path: `/proj/gpio/${index}.mt0` },
    ...more,
  }
}
const results = points.map((_, index) => result(index, index === 3 ? { del_ff: 'failed' } : {}))
const oldPath = (): string => place.path('old/old.db')
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
const adopt = (...more: string[]) => place.json(['db', 'adopt', oldPath(), ...more])

test('jobs and results come over; the old file and its folder stay as they are; again nothing is added', async () => {
  makeLegacyDatabase(oldPath(), { jobs: [job], results })
  const before = digest(oldPath())
  expect(await adopt('--tz', 'Europe/Berlin')).toEqual({
    ...{ path: oldPath(), dry_run: false, jobs_new: 1, jobs_known: 0, jobs_failed: 0 },
    ...{ results_new: 16, results_failed: 0, columns_not_taken: { jobs: [], results: [] } },
  })
  expect(await place.json(['job', 'status', id.toLowerCase()])).toMatchObject({
    ...{ status: 'completed', name: 'gpio', domain_path: '/proj/gpio', cpu_count: 4, condition: 'hvqk' },
    ...{ created_at: '2025-06-16T10:00:00.500Z', started_at: '2025-06-16T10:01:00.000Z' },
    ...{ completed_at: '2025-06-16T11:01:00.000Z', elapsed_seconds: 3600, config_source: 'given' },
    ...{ planned_stages: ['gen', 'run'], completed_stages: ['gen', 'run'], total_simulations: 16 },
    ...{ stored_simulations: 16, successful_simulations: 15, failed_simulations: 1, missing_simulations: 0 },
  })
  const rows = await place.json<{ point: string; measurements: object; failed: object }[]>([
    ...['results', 'show', '-j', id.toLowerCase()],
  ])
  expect(rows).toHaveLength(16)
  expect(rows[0]).toMatchObject({
    ...{ point: 'TT/typical/m40/v1max', measurements: { del_rr: 1e-11, del_ff: 2e-11 }, failed: {} },
    ...{ mt0_file_path: '/proj/gpio/0.mt0', status: 'ok' },
  })
  expect(rows[3]).toMatchObject({
    measurements: { del_ff: null },
    failed: { del_ff: 'failed' },
    status: 'failed',
  })
  expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  const stored = dumpDatabase(place.db)
  expect(await adopt()).toMatchObject({ jobs_new: 0, jobs_known: 1, results_new: 0 })
  expect(dumpDatabase(place.db)).toEqual(stored)
  expect([digest(oldPath()), readdirSync(place.path('old'))]).toEqual([before, ['old.db']])
})

test.each(eachEngine)('into $name', async ({ make }) => {
  makeLegacyDatabase(oldPath(), { jobs: [job, { job_id: '7', domain_path: '/x' }], results })
  const { name, drop } = await make()
  try {
    const answer = await place.pvt(['db', 'adopt', oldPath(), '--db', name, '--json', '-q'])
    expect(JSON.parse(answer.stdout)).toMatchObject({ jobs_new: 2, results_new: 16 })
    expect(await adopt('--db', name, '-q')).toMatchObject({ jobs_new: 0, jobs_known: 2 })
    expect(await place.json(['db', 'check', '--db', name])).toMatchObject({ sound: true })
  } finally {
    await drop()
  }
})

test('a database in WAL mode, left by a program that died, is read whole and stays as it is', async () => {
  makeLegacyDatabase(oldPath(), {
    jobs: [],
    jobsTable: 'create table jobs (job_id, mode, domain_path)',
    wal: true,
  })
  const writer = new Sqlite(oldPath())
  writer.prepare('insert into jobs values (?, ?, ?)').run(id, 'polo', '/proj/wal')
  const files = readdirSync(place.path('old'))
  expect(files).toContain('old.db-wal')
  const before = files.map((name) => [name, digest(place.path('old', name))])
  expect(await adopt('-q')).toMatchObject({ jobs_new: 1 })
  expect(readdirSync(place.path('old')).map((name) => [name, digest(place.path('old', name))])).toEqual(
    before,
  )
  writer.close()
})

test('--dry-run says what would be, and stores nothing', async () => {
  makeLegacyDatabase(oldPath(), { jobs: [job], results })
  await place.create()
  const before = dumpDatabase(place.db)
  expect(await adopt('--dry-run')).toMatchObject({ dry_run: true, jobs_new: 1, results_new: 16 })
  expect((await place.pvt(['db', 'adopt', oldPath(), '--dry-run'])).stdout).toBe(
    `${oldPath()} would be adopted: 1 job and 16 results new, 0 jobs known\n`,
  )
  expect(dumpDatabase(place.db)).toEqual(before)
})

describe('odd values', () => {
  const single = async (row: Record<string, string | number | null>, more: string[] = []) => {
    makeLegacyDatabase(oldPath(), { jobs: [{ domain_path: null, mode: null, ...row }] })
    const { code, stderr } = await place.pvt(['db', 'adopt', oldPath(), ...more])
    const [found] = await place.json<Record<string, unknown>[]>(['history'])
    return { code, stderr, found }
  }

  test.each<[Record<string, string | number | null>, Record<string, unknown>, RegExp | null]>([
    [
      { status: null, completed_at: '2025-01-01' },
      { status: 'completed' },
      /status NULL is read as completed/,
    ],
    [{ status: 'strange' }, { status: 'failed' }, /status 'strange' is read as failed/],
    [{ status: 'SUCCESS' }, { status: 'completed' }, null],
    [{ status: 'pending' }, { status: 'queued', completed_at: null }, null],
    [{ status: 'error', error_message: 'x' }, { status: 'failed', error_message: 'x' }, null],
    [
      { status: 'done', created_at: 'yesterday' },
      { status: 'completed' },
      /created_at 'yesterday' is no time/,
    ],
    [{ status: 'done', created_at: '2025-02-30T00:00:00' }, {}, /'2025-02-30T00:00:00' is no time/],
    [{ status: 'done', created_at: 1750075200.25 }, { created_at: '2025-06-16T12:00:00.250Z' }, null],
    [
      { status: 'done', created_at: '2025-06-16T12:00:00Z' },
      { created_at: '2025-06-16T12:00:00.000Z' },
      null,
    ],
    [{ status: 'done', planned_stages: 'gen,run' }, { planned_stages: ['gen', 'run'] }, null],
    [{ status: 'done', completed_stages: '["gen","zzz"]' }, { completed_stages: ['gen'] }, /no stage zzz/],
    [{ status: 'done', completed_stages: '{broken' }, { completed_stages: [] }, /no stage \{broken/],
    [{ status: 'done', total_simulations: 'many' }, { total_simulations: null }, null],
    [
      { status: 'done', backup_path: '/p/gpio/00bkp_202501010000' },
      { domain_path: '/p/gpio', name: 'gpio' },
      null,
    ],
  ])('%j', async (row, expected, said) => {
    const { code, stderr, found } = await single({ job_id: 'a', created_at: '2025-01-01T00:00:00', ...row })
    expect([code, found]).toEqual([0, expect.objectContaining(expected)])
    if (said === null) expect(stderr).toBe('')
    else expect(stderr).toMatch(said)
    expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  })

  test("SQLite's own clock shows UTC, Python's local time", async () => {
    makeLegacyDatabase(oldPath(), {
      jobsTable:
        'create table jobs (job_id, mode, domain_path, status, created_at timestamp default current_timestamp, completed_at)',
      jobs: [
        {
          ...{ job_id: id, status: 'completed' },
          created_at: '2025-06-16 12:00:00',
          completed_at: '2025-06-16 14:30:00',
        },
      ],
    })
    await adopt('--tz', 'Europe/Berlin')
    expect(await place.json(['job', 'status', id.toLowerCase()])).toMatchObject({
      created_at: '2025-06-16T12:00:00.000Z',
      completed_at: '2025-06-16T12:30:00.000Z',
    })
  })

  test('keys that are no UUID are the same at every import, and others for other databases', async () => {
    const row = {
      job_id: 1,
      domain_path: '/a',
      mode: null,
      status: 'done',
      created_at: '2025-01-01T00:00:00',
    }
    makeLegacyDatabase(oldPath(), { jobs: [row] })
    await adopt()
    expect(await adopt()).toMatchObject({ jobs_known: 1 })
    makeLegacyDatabase(oldPath(), { jobs: [{ ...row, domain_path: '/b' }] })
    expect(await adopt()).toMatchObject({ jobs_new: 1 })
  })

  test('results: text numbers, temperatures of any spelling, missing columns, unknown ones, orphans', async () => {
    const odd = [
      { ...result(0), temperature: -40, del_rr: '3.5e-11', del_ff: 'nan', slack: 1 },
      { ...result(1), temperature: '125.0', del_rr: Infinity, del_ff: null },
      { ...result(2), temperature: '125C', extraction: null, status: 'not-complete' },
      { ...result(3), temperature: 'hot' },
      { ...result(4), corner: null },
      { ...result(5), job_id: 'nobody' },
      { ...result(0), temperature: 'm40' },
    ]
    makeLegacyDatabase(oldPath(), { jobs: [{ ...job, cost: 3 }], results: odd })
    const { code, stdout, stderr } = await place.pvt(['db', 'adopt', oldPath(), '--json'])
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ jobs_new: 1, results_new: 4, results_failed: 3 },
      columns_not_taken: { jobs: ['cost'], results: ['slack'] },
    })
    for (const said of [
      ...[/jobs: not taken: cost/, /results: not taken: slack/, /1 result of .* belong to no job/],
      ...[/a result at FSG\/typical\/hot\/v1max has no PVT point/, /a result at NULL\/typical/],
      /successful_simulations was 15; its results tell 0/,
    ])
      expect(stderr).toMatch(said)
    const rows = await place.json<Record<string, unknown>[]>(['results', 'show', '-j', id.toLowerCase()])
    expect(
      rows.map(({ point, row_number, measurements, failed, status }) => [
        point,
        row_number,
        measurements,
        failed,
        status,
      ]),
    ).toEqual([
      ['TT/typical/m40/v1max', 1, { del_rr: 3.5e-11, del_ff: null }, { del_ff: 'nan' }, 'failed'],
      ['TT/typical/m40/v1max', 2, { del_rr: 1e-11, del_ff: 2e-11 }, {}, 'ok'],
      [
        'TT/typical/125/v1max',
        1,
        { del_rr: null, del_ff: null },
        { del_rr: 'Infinity', del_ff: '' },
        'failed',
      ],
      ['FSG/typical/125/v1max', 1, { del_rr: 3e-11, del_ff: 2e-11 }, {}, 'failed'],
    ])
    expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  })

  test('a job without a key cannot be told from others: it is named, the others come', async () => {
    makeLegacyDatabase(oldPath(), { jobs: [{ ...job, job_id: null }, job] })
    const { code, stderr } = await place.pvt(['db', 'adopt', oldPath()])
    expect([code, stderr]).toEqual([6, expect.stringContaining('its job_id is NULL')])
    expect(await place.json(['history'])).toHaveLength(1)
  })
})

test("an import of the run's own files takes the place of what was adopted", async () => {
  const domain = makeDomain(place.path('gpio'), {
    config: { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' },
  })
  makeLegacyDatabase(oldPath(), { jobs: [{ ...job, domain_path: domain.folder }], results })
  await adopt()
  expect(await place.json(['results', 'import', '-j', id.toLowerCase(), domain.backupPath])).toMatchObject({
    ...{ results_new: 0, results_updated: 16, problems: [], disagreements: [] },
  })
})
