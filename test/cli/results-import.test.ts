import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Domain, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { type LiveTree, makeLiveTree } from '../fixtures/live-tree.ts'
import { dumpDatabase } from './dump-database.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
let tree: LiveTree
const failedPoint = 'TT/typical/m40/v1min_v2max'
const point = 'TT/typical/m40/v1min_v2min'

beforeAll(() => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'), {
    failedPoints: [failedPoint],
    failedMeasurements: [{ point, name: 'del_ff', text: 'error' }],
  })
  tree = makeLiveTree(place.path('live'), { seed: 3 })
})

afterAll(() => {
  place.remove()
})

interface Report extends Record<string, unknown> {
  job_id: string
  problems: { file: string; line: number | null; message: string }[]
}

const importInto = (id: string, ...words: string[]): Promise<Report> =>
  place.json(['results', 'import', '-j', id, ...words])
const newJob = (): Promise<string> => place.create(['-d', domain.folder])

/** The values of a job by point, as `results show` gives them. */
async function valuesOf(id: string): Promise<Map<string, Record<string, number | null>>> {
  const rows = await place.json<{ point: string; measurements: Record<string, number | null> }[]>([
    ...['results', 'show', '-j', id],
  ])
  return new Map(rows.map((row) => [row.point, row.measurements]))
}

test('a backup: the report has every count, and every value is stored at full precision', async () => {
  const id = await newJob()
  expect(await importInto(id, domain.backupPath)).toEqual({
    job_id: id,
    path: domain.backupPath,
    ...{ files_read: 93, points: 91, results_new: 91, results_updated: 0, results_unchanged: 0 },
    ...{ measurements: 91 * 9, failed_measurements: 1, missing_points: 1, disagreements: [], problems: [] },
    ...{ import_id: expect.any(String) as string, changes: [], changes_count: 0 },
    ...{ vanished: [], vanished_count: 0, left_alone: [], results_pruned: 0 },
  })
  expect(await valuesOf(id)).toEqual(domain.truth)
  expect(await place.json(['job', 'status', id])).toMatchObject({
    ...{ stored_simulations: 91, successful_simulations: 90, failed_simulations: 1, missing_simulations: 1 },
    backup_path: domain.backupPath,
  })
})

test('one line tells the same to people', async () => {
  const id = await newJob()
  const answer = await place.pvt(['results', 'import', '-j', id, domain.backupPath])
  expect(answer).toMatchObject({ code: 0, stderr: '' })
  expect(answer.stdout).toBe(
    `${id.slice(0, 8)} imported 91 points from 93 files; 91 new, 0 updated, 0 unchanged; 819 measurements, 1 failed; 1 missing; 0 disagreements; 0 problems\n`,
  )
})

test('a second import of the same files changes nothing in the database', async () => {
  const id = await newJob()
  await importInto(id, domain.backupPath)
  const before = dumpDatabase(place.db)
  expect(await importInto(id, domain.backupPath)).toMatchObject({
    ...{ results_new: 0, results_updated: 0, results_unchanged: 91, points: 91 },
  })
  await importInto(id)
  expect(dumpDatabase(place.db)).toEqual(before)
})

test('changed files change their rows, and only those', async () => {
  const id = await newJob()
  const copy = place.path('copy/00bkp_202601151030')
  cpSync(domain.backupPath, copy, { recursive: true })
  await importInto(id, copy)
  const report = `${copy}/report/report_${point.replaceAll('/', '_')}.txt`
  writeFileSync(report, readFileSync(report, 'utf8').replace(/\n\S+\t/, '\n1.25000000e-11\t'))
  rmSync(`${copy}/report/creport.txt`)
  expect(await importInto(id, copy)).toMatchObject({
    results_new: 0,
    results_updated: 1,
    results_unchanged: 90,
  })
  expect((await valuesOf(id)).get(point)!.del_rr).toBe(1.25e-11)
})

describe('what is read', () => {
  test.each([
    ['a creport.txt', () => domain.creportPath, 91, 1],
    ['a report of one point', () => domain.reportPaths.get(point)!, 1, 1],
    ['a measure file, its point told by its folders', () => tree.measurePaths.get(point)![0]!, 1, 1],
    ['a live tree', () => tree.folder, 92, 92],
  ])('%s', async (_, path, points, files) => {
    const id = await newJob()
    expect(await importInto(id, path())).toMatchObject({ points, results_new: points, files_read: files })
  })

  test('the live tree gives the values of its measure files', async () => {
    const id = await place.create(['-d', tree.folder])
    await importInto(id, tree.folder)
    expect(await valuesOf(id)).toEqual(tree.truth)
  })

  test('without a path: the backup of the job, else the newest of its domain', async () => {
    const folder = place.path('two-backups')
    const first = makeDomain(folder, { stamp: '202601010000' })
    const second = makeBackup(folder, { stamp: '202602010000', seed: 5 })
    const id = await place.create(['-d', folder])
    expect(await importInto(id)).toMatchObject({ path: second.backupPath })
    const other = await place.create(['-d', folder])
    await place.pvt(['stage', 'done', 'bkp', '-j', other, '--backup', first.backupPath, '-q'])
    expect(await importInto(other)).toMatchObject({ path: first.backupPath })
    expect(await importInto(other, '--latest', folder)).toMatchObject({ path: second.backupPath })
  })

  test('a measure file whose path tells its point keeps that, and says that another one was not used', async () => {
    const file = tree.measurePaths.get(point)![0]!
    const given = ['--corner', 'SSG', '--temperature', '85', '--voltage', 'v1nom_v2nom']
    const id = await newJob()
    const answer = await place.pvt(['results', 'import', '-j', id, file, ...given])
    expect(answer.stderr).toContain('itself: SSG/typical/85/v1nom_v2nom was not used')
    expect([...(await valuesOf(id)).keys()]).toEqual([point])
  })

  test('a single measure file whose path tells no point takes it from the options', async () => {
    const file = place.path('sim_tx.mt0')
    cpSync(tree.measurePaths.get(point)![0]!, file)
    const id = await newJob()
    expectFailure(
      await place.pvt(['results', 'import', '-j', id, file]),
      6,
      /do not tell its PVT point.*--corner/,
    )
    const named = ['--corner', 'SSX', '--temperature', '-40', '--voltage', 'v1min']
    expect(await importInto(id, file, ...named)).toMatchObject({ points: 1, results_new: 1 })
    expect([...(await valuesOf(id)).keys()]).toEqual(['SSX/typical/m40/v1min'])
    await importInto(id, file, ...named, '--extraction', 'cworst')
    expect([...(await valuesOf(id)).keys()]).toContain('SSX/cworst/m40/v1min')
    expectFailure(
      await place.pvt(['results', 'import', '-j', id, file, '--corner', 'TT']),
      2,
      /--temperature/,
    )
    const hot = ['--corner', 'TT', '--temperature', 'hot', '--voltage', 'v1min']
    expectFailure(await place.pvt(['results', 'import', '-j', id, file, ...hot]), 2, /--temperature hot/)
  })
})

describe('--new', () => {
  test('makes a completed job of the backup, created at its time stamp; again it is the same job', async () => {
    const made = makeDomain(place.path('gpio'), { failedPoints: [failedPoint] })
    const report = await place.json<Report>(['results', 'import', '--new', made.backupPath])
    const job = await place.json(['job', 'status', report.job_id])
    expect(job).toMatchObject({
      ...{ status: 'completed', name: 'gpio', created_at: '2026-01-15T10:30:00.000Z' },
      ...{ completed_at: '2026-01-15T10:30:00.000Z', backup_path: made.backupPath, mode: 'prelay' },
      ...{ total_simulations: 92, stored_simulations: 91, failed_simulations: 1, domain_path: made.folder },
    })
    const before = dumpDatabase(place.db)
    const again = await place.json<Report>(['results', 'import', '--new', '--latest', made.folder])
    expect(again).toMatchObject({ job_id: report.job_id, results_unchanged: 91, results_new: 0 })
    expect(dumpDatabase(place.db)).toEqual(before)
  })

  test('the time stamp is local time', async () => {
    const { backupPath } = makeDomain(place.path('berlin'), { stamp: '202607011200' })
    const env = { TZ: 'Europe/Berlin' }
    const { job_id } = await place.json<Report>(['results', 'import', '--new', backupPath], { env })
    expect(await place.json(['job', 'status', job_id])).toMatchObject({
      created_at: '2026-07-01T10:00:00.000Z',
    })
  })

  test('without a config.cfg beside it, the configuration is inferred from the run', async () => {
    const backup = place.path('alone/00bkp_202601151030')
    cpSync(domain.backupPath, backup, { recursive: true })
    const report = await place.json<Report>(['results', 'import', '--new', backup])
    expect(report).toMatchObject({ points: 91, missing_points: 1 })
    expect(await place.json(['job', 'status', report.job_id])).toMatchObject({
      ...{ total_simulations: 92, stored_simulations: 91, config_file_path: null, config_source: 'inferred' },
      ...{ mode: 'prelay', gs_gf_corner: 'Yes', supply_2nd: 'vccn', cpu_count: null, config_text: null },
    })
  })

  test('with a creport.txt alone, the points are those of the configuration that fits', async () => {
    const backup = place.path('creport-alone/00bkp_202601151030')
    cpSync(domain.creportPath, `${backup}/report/creport.txt`)
    const report = await place.json<Report>(['results', 'import', '--new', backup])
    expect(report).toMatchObject({ points: 91, missing_points: 1, files_read: 1 })
    expect(await place.json(['job', 'status', report.job_id])).toMatchObject({
      ...{ total_simulations: 92, config_source: 'inferred' },
    })
  })

  test('of points that no configuration has, what was attempted is what was expected', async () => {
    const other = makeDomain(place.path('strange'), { config: { mode: 'prelay' } })
    rmSync(other.configPath)
    const [, path] = [...other.reportPaths][0]!
    cpSync(path, path.replace('report_TT_', 'report_XX_'))
    const report = await place.json<Report>(['results', 'import', '--new', other.backupPath])
    expect(report).toMatchObject({ points: 93, missing_points: 0 })
    expect(await place.json(['job', 'status', report.job_id])).toMatchObject({
      ...{ mode: null, supply_2nd: 'vccn', vcc_vid: 'Yes', total_simulations: 93, config_source: 'inferred' },
    })
  })

  test('it does not go with --job, nor with what is no backup', async () => {
    const words = ['results', 'import', '--new']
    expectFailure(
      await place.pvt([...words, '-j', '@latest', domain.backupPath]),
      2,
      /does not go with --job/,
    )
    expectFailure(await place.pvt([...words, domain.creportPath]), 2, /no backup folder/)
  })
})

describe('--dry-run stores nothing', () => {
  test('into a job', async () => {
    const id = await newJob()
    const before = dumpDatabase(place.db)
    const report = await importInto(id, domain.backupPath, '--dry-run')
    expect(report).toMatchObject({ results_new: 91, missing_points: 1, failed_measurements: 1 })
    const { stdout } = await place.pvt(['results', 'import', '-j', id, domain.backupPath, '--dry-run'])
    expect(stdout).toMatch(/\(dry run: nothing stored\)\n$/)
    expect(dumpDatabase(place.db)).toEqual(before)
  })

  test('of a new job', async () => {
    const { backupPath } = makeDomain(place.path('dry'), { stamp: '202603010000' })
    const before = dumpDatabase(place.db)
    expect(await place.json(['results', 'import', '--new', '--dry-run', backupPath])).toMatchObject({
      ...{ job_id: null, results_new: 92, missing_points: 0, points: 92 },
    })
    expect(dumpDatabase(place.db)).toEqual(before)
  })
})

test('a folder that is no part of the flow is bad input', async () => {
  mkdirSync(place.path('empty'))
  const id = await newJob()
  expectFailure(await place.pvt(['results', 'import', '-j', id, place.path('empty')]), 6, /no live tree/)
})
