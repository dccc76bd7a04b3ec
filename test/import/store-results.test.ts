import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inFlowOrder } from '../../src/domain/flow-order.ts'
import type { Job } from '../../src/domain/job.ts'
import { pointName, type PvtPoint } from '../../src/domain/point.ts'
import { summarise } from '../../src/domain/summary.ts'
import type { Database } from '../../src/store/database.ts'
import { findJob } from '../../src/store/jobs.ts'
import { findPoints } from '../../src/store/points.ts'
import { findResults } from '../../src/store/results.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { type Domain, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { onEachEngine } from '../store/contract.ts'
import { at, contentsOf, storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const failedPoint = 'SSG/typical/125/v1max'
const errorPoint = 'FFG/typical/m40/v1max'

let folder: string
let domain: Domain

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-store-'))
  domain = makeDomain(join(folder, 'domain'), {
    ...{ config, failedPoints: [failedPoint] },
    failedMeasurements: [{ point: errorPoint, name: 'del_ff', text: 'error' }],
  })
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const storeIn = (db: Database, { points }: { points: PvtPoint[] } = domain): Promise<Job> =>
  storeJobIn(db, 'completed', { total_simulations: points.length }, points)

const counts = ({
  results_new,
  results_updated,
  results_unchanged,
}: Record<`results_${'new' | 'updated' | 'unchanged'}`, number>) => [
  results_new,
  results_updated,
  results_unchanged,
]

/** What is derived from the results agrees with what they say. */
async function expectAgreement(db: Database, jobId: string): Promise<void> {
  const points = await findPoints(db, jobId)
  const results = await findResults(db, jobId, points)
  expect(await findSummaries(db, jobId)).toEqual(summarise(inFlowOrder(results, (result) => result, points)))
  const stored = new Set(results.map(pointName))
  const bad = new Set(results.filter(({ failed }) => Object.keys(failed).length > 0).map(pointName))
  const missing = points.filter((point) => !stored.has(pointName(point)))
  const job = (await findJob(db, jobId))!
  expect(job).toMatchObject({
    ...{ stored_simulations: stored.size, successful_simulations: stored.size - bad.size },
    failed_simulations: bad.size + (job.status === 'completed' ? missing.length : 0),
    total_simulations: points.length === 0 ? null : points.length,
  })
}

onEachEngine('an import', (given) => {
  test('stores what the files say, and records who brought it', async () => {
    const job = await storeIn(given.db)
    const report = await importPath(given.db, job.job_id, domain.backupPath, { now: at(90) })
    expect(report).toEqual({
      ...{ job_id: job.job_id, path: domain.backupPath, files_read: 17, points: 15, results_new: 15 },
      ...{ results_updated: 0, results_unchanged: 0, measurements: 135, failed_measurements: 1 },
      ...{ missing_points: 1, disagreements: [], problems: [] },
      ...{ import_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string, results_pruned: 0 },
      ...{ changes: [], changes_count: 0, vanished: [], vanished_count: 0, left_alone: [] },
    })
    const results = await findResults(given.db, job.job_id, domain.points)
    expect(results.map(pointName)).toEqual([...domain.truth.keys()])
    for (const result of results) {
      expect(result.measurements).toEqual(domain.truth.get(pointName(result)))
      expect(result).toMatchObject({
        source: 'report',
        mt0_file_path: domain.reportPaths.get(pointName(result)),
      })
      const failed = pointName(result) === errorPoint ? { del_ff: 'error' } : {}
      expect([result.failed, result.status]).toEqual([failed, 'del_ff' in failed ? 'failed' : 'ok'])
    }
    const [record] = await given.db.query('select * from imports where job_id = $1', [job.job_id])
    expect(record).toMatchObject({
      ...{
        path: domain.backupPath,
        imported_by: 'eva',
        program_version: '1.2.3',
        files_read: 17,
        results_new: 15,
      },
      ...{ missing_points: 1, disagreements: '[]', problems: '[]', imported_at: at(90) },
    })
    expect(JSON.parse(String(record!.files))).toHaveLength(17)
    expect((await findJob(given.db, job.job_id))!.backup_path).toBe(domain.backupPath)
    await expectAgreement(given.db, job.job_id)
  })

  test.each<[string, () => string]>([
    ['a backup', () => domain.backupPath],
    ['a creport.txt', () => domain.creportPath],
    ['a report', () => domain.reportPaths.get(errorPoint)!],
    ['a report of a failed simulation', () => domain.reportPaths.get(failedPoint)!],
  ])('of %s a second time writes nothing at all', async (_, path) => {
    const job = await storeIn(given.db)
    const first = await importPath(given.db, job.job_id, path())
    const before = await contentsOf(given.db)
    const second = await importPath(given.db, job.job_id, path())
    expect(counts(second)).toEqual([0, 0, first.results_new])
    expect(second).toEqual({
      ...first,
      ...{ results_new: 0, results_unchanged: first.results_new, import_id: null },
    })
    expect(await contentsOf(given.db)).toEqual(before)
  })

  test('of an ended, a running, a queued and a cancelled job keeps the state of the job', async () => {
    for (const status of ['queued', 'running', 'completed', 'failed', 'cancelled'] as const) {
      const job = await storeJobIn(given.db, status, {}, domain.points)
      await importPath(given.db, job.job_id, domain.backupPath)
      expect(await findJob(given.db, job.job_id)).toMatchObject({
        ...{ status, stored_simulations: 15, successful_simulations: 14, completed_at: job.completed_at },
        failed_simulations: status === 'queued' || status === 'running' ? 1 : 2,
      })
    }
  })

  test('as a dry run tells what would be, and writes nothing', async () => {
    const job = await storeIn(given.db)
    const before = await contentsOf(given.db)
    const dry = await importPath(given.db, job.job_id, domain.backupPath, { dryRun: true })
    expect(await contentsOf(given.db)).toEqual(before)
    expect(await importPath(given.db, job.job_id, domain.backupPath)).toEqual({
      ...dry,
      import_id: expect.any(String) as string,
    })
  })

  test('of changed files updates those rows and no others; ids and first times stay', async () => {
    const job = await storeIn(given.db)
    const copy = join(folder, `${given.dialect}/00bkp_202601151030`)
    cpSync(domain.backupPath, copy, { recursive: true })
    rmSync(join(copy, 'report/creport.txt'))
    await importPath(given.db, job.job_id, copy)
    const rows = () => given.db.query('select * from results order by corner, temperature_c')
    const before = await rows()
    const path = join(copy, 'report', 'report_FFG_typical_m40_v1max.txt')
    writeFileSync(path, readFileSync(path, 'utf8').replace('\terror\t', '\t2.50000000e-11\t'))
    expect(counts(await importPath(given.db, job.job_id, copy))).toEqual([0, 1, 14])
    const after = await rows()
    const changed = after.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))
    expect(changed).toMatchObject([{ corner: 'FFG', del_ff: 2.5e-11, status: 'ok', failed_json: '{}' }])
    const firstTimes = (found: typeof before) =>
      found.map(({ result_id, created_at }) => [result_id, created_at])
    expect(firstTimes(after)).toEqual(firstTimes(before))
    await expectAgreement(given.db, job.job_id)
  })

  test('of a rawer source replaces; a less raw one does not, and is named', async () => {
    const tree = makeLiveTree(join(folder, `${given.dialect}-live`), { config, seed: 3 })
    const other = makeBackup(tree.folder, { seed: 2 })
    const job = await storeIn(given.db)
    const sources = async () =>
      new Set((await findResults(given.db, job.job_id, [])).map(({ source }) => source))
    expect(counts(await importPath(given.db, job.job_id, other.creportPath))).toEqual([16, 0, 0])
    expect(await sources()).toEqual(new Set(['creport']))
    expect(counts(await importPath(given.db, job.job_id, domain.backupPath))).toEqual([0, 15, 0])
    expect(await sources()).toEqual(new Set(['report', 'creport']))
    expect(counts(await importPath(given.db, job.job_id, tree.folder))).toEqual([0, 16, 0])
    expect(await sources()).toEqual(new Set(['measure']))
    await expectAgreement(given.db, job.job_id)

    const late = await importPath(given.db, job.job_id, other.backupPath)
    expect(late.results_new).toBe(0)
    const stored = await findResults(given.db, job.job_id, tree.points)
    expect(stored.map(({ measurements }) => measurements)).toEqual([...tree.truth.values()])
    const [disagreement] = late.disagreements
    expect(disagreement!.sources).toEqual({
      measure: tree.truth.get(disagreement!.point)![disagreement!.measurement],
      report: other.truth.get(disagreement!.point)![disagreement!.measurement],
    })
  })

  test('of a part adds to what is there, and counts all of it', async () => {
    const job = await storeIn(given.db)
    const paths = [...domain.reportPaths.values()]
    for (const path of paths.slice(0, 3)) await importPath(given.db, job.job_id, path)
    await expectAgreement(given.db, job.job_id)
    expect(await importPath(given.db, job.job_id, domain.creportPath)).toMatchObject({
      ...{ results_new: 12, results_unchanged: 3, missing_points: 1 },
    })
    await expectAgreement(given.db, job.job_id)
  })

  test('with a sweep and doubled rows stores each, and summarises all of them', async () => {
    const swept = makeDomain(join(folder, `${given.dialect}-swept`), {
      ...{ config, alterSweep: [0.1, 'high'], doubledRows: true, failedPoints: [failedPoint] },
    })
    const job = await storeIn(given.db)
    expect(await importPath(given.db, job.job_id, swept.backupPath)).toMatchObject({
      points: 15,
      results_new: 60,
    })
    const results = await findResults(given.db, job.job_id, swept.points)
    expect(
      results.slice(0, 4).map(({ alter_number, row_number, sweep }) => [alter_number, row_number, sweep]),
    ).toEqual([
      [1, 1, { swp: 0.1 }],
      [1, 2, { swp: 0.1 }],
      [2, 1, { swp: 'high' }],
      [2, 2, { swp: 'high' }],
    ])
    await expectAgreement(given.db, job.job_id)
  })
})
