import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { pointName, type PvtPoint } from '../../src/domain/point.ts'
import { compareWithStored } from '../../src/import/compare-results.ts'
import { rank } from '../../src/domain/provenance.ts'
import type { Database } from '../../src/store/database.ts'
import { findJob } from '../../src/store/jobs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findPoints } from '../../src/store/points.ts'
import { type Domain, type DomainOptions, makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { aPoint, aResult, storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'

/** 16 points; 32 in mode polo. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const polo = { ...config, mode: 'polo' }

let root: string
let folder: string
let db: Database
let count = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'pvt-expected-'))
  db = await openDatabase({ engine: 'sqlite', path: join(root, 'pvt.db') })
})

afterAll(async () => {
  await db.close()
  rmSync(root, { recursive: true, force: true })
})

beforeEach(() => {
  count += 1
  folder = join(root, `domain${count}`)
})

const make = (options: DomainOptions = {}): Domain => makeDomain(folder, { config, ...options })
const storeIn = (points: PvtPoint[] = []): Promise<Job> => storeJobIn(db, 'completed', {}, points)

const expectedOf = async (job: Job): Promise<string[]> => (await findPoints(db, job.job_id)).map(pointName)

describe('a job without a configuration', () => {
  test('expects what a whole backup attempted, in flow order', async () => {
    const failedPoints = ['TT/typical/m40/v1max', 'SSG/cbest_CCbest_T/125/v1max']
    const domain = make({ config: polo, failedPoints })
    const job = await storeIn()
    expect(await importPath(db, job.job_id, domain.backupPath)).toMatchObject({
      missing_points: 2,
      problems: [],
    })
    expect((await expectedOf(job)).sort()).toEqual(domain.points.map(pointName).sort())
    expect((await expectedOf(job)).slice(-2)).toEqual(['TT/typical/85/v1nom', 'TT/typical/100/v1nom'])
    expect(await findJob(db, job.job_id)).toMatchObject({ total_simulations: 32, failed_simulations: 2 })
  })

  test.each<[string, (domain: Domain) => string]>([
    ['a creport.txt', (domain) => domain.creportPath],
    ['a single report', (domain) => [...domain.reportPaths.values()][0]!],
    ['a live tree', () => makeLiveTree(`${folder}-live`, { config }).folder],
    [
      'a backup with nothing but creport.txt',
      (domain) => {
        for (const path of domain.reportPaths.values()) rmSync(path)
        return domain.backupPath
      },
    ],
  ])('expects nothing after %s', async (_, path) => {
    const job = await storeIn()
    expect(await importPath(db, job.job_id, path(make()))).toMatchObject({
      missing_points: null,
      problems: [],
    })
    expect(await expectedOf(job)).toEqual([])
    expect(await findJob(db, job.job_id)).toMatchObject({ total_simulations: null })
  })

  test('knows after the backup what was missing of the parts before', async () => {
    const domain = make({ failedPoints: ['TT/typical/m40/v1max'] })
    const job = await storeIn()
    expect(await importPath(db, job.job_id, domain.creportPath)).toMatchObject({ missing_points: null })
    expect(await importPath(db, job.job_id, domain.backupPath)).toMatchObject({
      missing_points: 1,
      results_new: 0,
    })
    expect(await findJob(db, job.job_id)).toMatchObject({ total_simulations: 16, failed_simulations: 1 })
    const partly = makeLiveTree(`${folder}-live`, { config })
    expect(await importPath(db, job.job_id, partly.folder)).toMatchObject({
      missing_points: 0,
      results_new: 1,
    })
    expect(await findJob(db, job.job_id)).toMatchObject({ total_simulations: 16, failed_simulations: 0 })
  })
})

/** The same backup as scripts before this one wrote it. */
function age({ backupPath, creportPath }: Domain): void {
  const older = (text: string): string => text.replaceAll(/c(worst|best)_CC(worst|best)_T/g, 'rc$1_CC$2_T')
  const reports = join(backupPath, 'report')
  for (const name of readdirSync(reports)) {
    if (older(name) !== name) renameSync(join(reports, name), join(reports, older(name)))
  }
  writeFileSync(creportPath, older(readFileSync(creportPath, 'utf8')))
}

describe('the extractions of older scripts', () => {
  test('take the place of those expected, with the failed points among them', async () => {
    const domain = make({ config: polo, failedPoints: ['SSG/cbest_CCbest_T/125/v1max'] })
    const job = await storeIn(domain.points)
    age(domain)
    for (const round of [1, 2]) {
      const report = await importPath(db, job.job_id, domain.backupPath)
      expect([round, report.missing_points, report.problems]).toEqual([round, 1, []])
    }
    const names = domain.points.map(pointName).map((name) => name.replace(/\/c(worst|best)/, '/rc$1'))
    expect(await expectedOf(job)).toEqual(names)
    expect(await findJob(db, job.job_id)).toMatchObject({ total_simulations: 32, failed_simulations: 1 })
  })
})

describe('points that nobody expected', () => {
  test('are stored, and named once', async () => {
    const domain = make()
    const job = await storeIn(domain.points.slice(1))
    expect(await importPath(db, job.job_id, domain.backupPath)).toMatchObject({
      ...{ results_new: 16, missing_points: 0 },
      problems: [
        {
          ...{ file: domain.backupPath, line: null, level: 'warning' },
          message: expect.stringMatching(/^1 point is not among .* TT\/typical\/m40\/v1max: /) as string,
        },
      ],
    })
    expect(await expectedOf(job)).toHaveLength(15)
    expect(await findJob(db, job.job_id)).toMatchObject({ stored_simulations: 16, failed_simulations: 0 })
  })

  test('of another configuration leave the expected ones missing', async () => {
    const expected = make({ config: { ...config, '2nd_supply_swp': 'vccn' } }).points
    const domain = makeDomain(`${folder}-other`, { config })
    const job = await storeIn(expected)
    const { problems, missing_points } = await importPath(db, job.job_id, domain.backupPath)
    expect(missing_points).toBe(16)
    expect(problems).toMatchObject([{ message: expect.stringMatching(/^16 points are not among/) as string }])
  })
})

test('a measure file beside the reports of a backup is the rawest of its point', async () => {
  const domain = make({
    creportMisprints: [{ point: 'TT/typical/m40/v1max', name: 'power', text: '1.0e+00' }],
  })
  const tree = makeLiveTree(`${folder}-live`, { config, seed: 7 })
  const [file] = tree.measurePaths.get('TT/typical/m40/v1max')!
  const kept = join(domain.backupPath, 'TT/typical/typical_m40/v1max/sim_tx.mt0')
  mkdirSync(dirname(kept), { recursive: true })
  cpSync(file!, kept)
  const job = await storeIn(domain.points)
  const { disagreements } = await importPath(db, job.job_id, domain.backupPath)
  expect(disagreements.map(({ point, measurement }) => [point, measurement])).toEqual(
    domain.measurements.map((name) => ['TT/typical/m40/v1max', name]),
  )
  const measure = tree.truth.get('TT/typical/m40/v1max')!.power
  const report = domain.truth.get('TT/typical/m40/v1max')!.power
  expect(disagreements.find(({ measurement }) => measurement === 'power')!.sources).toEqual({
    ...{ measure, report, creport: 1 },
  })
})

describe('a row that was read, beside the stored one', () => {
  const stored = {
    ...aResult(aPoint('TT'), { source: 'report', measurements: { a: 1, b: null }, failed: { b: 'x' } }),
    ...{ result_id: '1', import_id: 'i' },
  }
  const how = { rank, importId: 'j', earlier: new Set(['i']), isDoubtful: () => false, prune: false }
  test.each([
    ['the same', { measurements: { a: 1, b: null }, failed: { b: 'x' } }, 'nothing', 0],
    ['another text of a failure', { measurements: { a: 1, b: null }, failed: { b: 'y' } }, 'row', 0],
    ['another sweep', { measurements: { a: 1, b: null }, failed: { b: 'x' }, sweep: { v: 1 } }, 'row', 0],
    ['another number', { measurements: { a: 2, b: null }, failed: { b: 'x' } }, 'row', 0],
    ['a rawer source', { measurements: { a: 2 }, source: 'measure' }, 'row', 0],
    ['a less raw source', { measurements: { a: 2, b: 3 }, source: 'creport' }, 'other_sources', 2],
    ['a part from a less raw source', { measurements: { a: 1 }, source: 'creport' }, 'other_sources', 0],
    ['more from a less raw source', { measurements: { a: 1, c: 3 }, source: 'creport' }, 'row', 0],
  ] as const)('%s', (_, fields, write, disagreements) => {
    const compared = compareWithStored(
      stored,
      aResult(aPoint('TT'), { source: 'report', mt0_file_path: '/other', ...fields }),
      how,
    )
    expect([compared.write, compared.disagreements.length]).toEqual([write, disagreements])
  })
})
