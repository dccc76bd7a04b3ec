import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/domain/attempt.ts'
import { saveAttempts } from '../../src/store/attempts.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { anAttempt, at } from '../store/jobs.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
/** A run that is followed: some of its points were submitted, run, or are done. */
let followed: string
/** A backup that was imported. */
let imported: string

async function save(jobId: string, attempts: readonly Attempt[]): Promise<void> {
  const db = await openDatabase({ engine: 'sqlite', path: place.db })
  await saveAttempts(db, jobId, attempts)
  await db.close()
}

beforeAll(async () => {
  place = openWorkplace()
  const { folder, backupPath } = makeDomain(place.path('gpio'), {
    stamp: '202601151030',
    failedPoints: ['TT/typical/m40/v1max_v2min'],
    failedMeasurements: [{ point: 'SSG/typical/125/v1max_v2max', name: 'del_rr', text: 'failed' }],
  })
  const { job_id } = await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])
  imported = job_id
  followed = await place.create(['-d', folder])
  const point = { voltage_combo: 'v1min_v2min' }
  await place.pvt(['job', 'status', followed, 'running'])
  await save(followed, [
    anAttempt('TT', 1, 'failed', {
      ...{ ...point, farm_id: '1485860309', checked: 'not-complete, check if error' },
      ...{ measurements: { del_rr: 31.2e-12, power: 1 }, failed: { power: 'no convergence' } },
    }),
    anAttempt('TT', 2, 'done', {
      ...{ ...point, farm_id: '14858603091', checked: 'Done', elapsed_seconds: 282, cpu_seconds: 478.1 },
      ...{ started_at_local: '2026-01-15 10:00:01', peak_memory_mb: 3507.9 },
      ...{ measurements: { del_rr: 33.1e-12, power: 1 }, log_path: '/gone.log', seen_at: at(2) },
    }),
    anAttempt('FSG', 1, 'running', point),
    anAttempt('SSG', 1, 'failed', { ...point, measurements: { a: 1 }, failed: { a: '\x1b[31mfailed' } }),
    anAttempt('FFG', 1, 'submitted', point),
  ])
})

afterAll(() => {
  place.remove()
})

type Row = Record<string, unknown> & { point: string; state: string | null; result: string | null }
const points = (...words: string[]): Promise<Row[]> => place.json<Row[]>(['points', ...words])

test('pvt points lists every expected point in flow order with what became of it', async () => {
  const rows = await points('-j', followed)
  expect(rows).toHaveLength(92)
  expect(rows.map(({ state }) => state).filter((state) => state !== 'expected')).toEqual([
    ...['done', 'running', 'submitted', 'failed'],
  ])
  expect(rows[0]).toEqual({
    ...{ point: 'TT/typical/m40/v1min_v2min', corner: 'TT', extraction: 'typical', temperature: 'm40' },
    ...{ temperature_c: -40, voltage_combo: 'v1min_v2min', state: 'done', attempts: 2 },
    ...{ farm_id: '14858603091', checked: 'Done', elapsed_seconds: 282 },
    ...{ started_at_local: '2026-01-15 10:00:01', result: null },
    ...{ changed: [{ measurement: 'del_rr', attempt: 2, before: 31.2e-12, after: 33.1e-12 }], failed: {} },
  })
  expect(rows[1]).toMatchObject({ state: 'expected', attempts: 0, farm_id: null, changed: [], failed: {} })
})

test('as a table it shows what there is to show, and names the value that changed', async () => {
  const { stdout } = await place.pvt([
    'points',
    '-j',
    followed,
    '--voltage',
    'v1min_v2min',
    '--temperature',
    '-40',
  ])
  expect(stdout).toMatch(/^POINT +STATE +ATTEMPTS +FARM +CHECKED +STARTED +TOOK +CHANGED +FAILED\n/)
  expect(stdout).toMatch(
    /^TT\/typical\/m40\/v1min_v2min +done +2 +14858603091 +Done +2026-01-15 10:00:01 +4m 42s +del_rr 31\.20p -> 33\.10p \(attempt 2\) +-$/m,
  )
  expect(stdout).toMatch(/^SSG\S+ +failed .* a: \\x1b\[31mfailed$/m)
  expect(stdout).not.toContain('\x1b')
})

test('--failed keeps what somebody should look at', async () => {
  expect((await points('-j', followed, '--failed')).map(({ point }) => point)).toEqual([
    'SSG/typical/m40/v1min_v2min',
  ])
  const rows = await points('-j', imported, '--failed')
  expect(rows.map(({ point, result, failed }) => [point, result, failed])).toEqual([
    ['TT/typical/m40/v1max_v2min', 'missing', {}],
    ['SSG/typical/125/v1max_v2max', 'failed', { del_rr: 'failed' }],
  ])
})

test('--measure keeps the values that are asked for', async () => {
  const [row] = await points('-j', followed, '--point', 'TT/typical/m40/v1min_v2min', '--measure', 'power')
  expect(row).toMatchObject({ state: 'done', changed: [] })
})

describe('a run that was only imported', () => {
  test('has results and no states', async () => {
    const rows = await points('-j', imported)
    expect(rows).toHaveLength(92)
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set([null]))
    const stored = await place.json<{ point: string; status: string }[]>(['results', 'show', '-j', imported])
    for (const { point, result } of rows)
      expect(result).toBe(stored.find((row) => row.point === point)?.status ?? 'missing')
  })

  test('has no simulations to list', async () => {
    expect(await points('-j', imported, '--attempts')).toEqual([])
    const { stdout } = await place.pvt(['points', '-j', imported, '--attempts'])
    expect(stdout).toBe('POINT  ATTEMPT\n')
  })
})

test('--attempts prints a row per simulation', async () => {
  const rows = await points('-j', followed, '--attempts')
  expect(rows.map(({ point, attempt }) => `${point.split('/')[0]!} ${attempt as number}`)).toEqual([
    ...['TT 1', 'TT 2', 'FSG 1', 'FFG 1', 'SSG 1'],
  ])
  expect(Object.keys(rows[1]!)).toEqual([
    ...['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo', 'attempt', 'state'],
    ...['checked', 'farm_id', 'log_path', 'started_at_local', 'elapsed_seconds', 'cpu_seconds'],
    ...['peak_memory_mb', 'measurements', 'failed', 'seen_at'],
  ])
  expect(rows[0]).toMatchObject({ measurements: { power: 1 }, failed: { power: 'no convergence' } })
  expect(await points('-j', followed, '--attempts', '--failed')).toHaveLength(2)
  const { stdout } = await place.pvt(['points', '-j', followed, '--attempts', '--corner', 'TT'])
  expect(stdout).toMatch(/^TT\S+ +2 +done +14858603091 +Done .* 4m 42s +7m 58s +3\.7 GB +2 values +-$/m)
})

test.each([[[]], [['--attempts']]])('as CSV it has the keys of the JSON: %j', async (more) => {
  const words = ['points', '-j', followed, '--corner', 'FSG', ...more]
  const { stdout } = await place.pvt([...words, '-f', 'csv'])
  const rows = await place.json<Row[]>(words)
  expect(csvLines(stdout)[0]).toEqual(Object.keys(rows[0]!))
  expect(csvLines(stdout)).toHaveLength(rows.length + 1)
  const lines = (await place.pvt([...words, '-f', 'ndjson'])).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(rows)
})

test('a job without a configuration has the points that were seen', async () => {
  const id = await place.create()
  expect(await points('-j', id)).toEqual([])
  await save(id, [anAttempt('TT', 1)])
  expect((await points('-j', id)).map(({ state }) => state)).toEqual(['submitted'])
})

test('an empty glob and an unknown job are told', async () => {
  expectFailure(await place.pvt(['points', '-j', followed, '--point', '']), 2, '--point')
  expectFailure(await place.pvt(['points', '-j', 'ffffffff']), 3, 'there is no job')
})
