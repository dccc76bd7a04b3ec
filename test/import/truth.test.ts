import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import type { Database } from '../../src/store/database.ts'
import { findJob } from '../../src/store/jobs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findResults } from '../../src/store/results.ts'
import type { ConfigOverrides } from '../fixtures/config.ts'
import { type DomainOptions, makeDomain, type Misprint } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { contentsOf, storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'

let folder: string
let db: Database
let count = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-truth-'))
  db = await openDatabase({ engine: 'sqlite', path: join(folder, 'pvt.db') })
})

afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

const base = { 'gs/gf_corner': 'No', condition: 'hvqk' }
/** 1, 2 and 3 supplies, prelay and polo: 16 to 48 points. */
const configs: readonly ConfigOverrides[] = [
  { ...base, '2nd_supply_swp': 'NA' },
  base,
  { ...base, '3rd_supply_swp': 'vccn_vcctx', 'gs/gf_corner': 'Yes' },
  { ...base, mode: 'polo', '2nd_supply_swp': 'NA' },
  { ...base, '2nd_supply_swp': 'NA', condition: 'perf' },
]
const measurements = ['del_rr', 'power', 'a(b)', 'wire[3]']
const pointsOf = new Map<ConfigOverrides, string[]>()

beforeAll(() => {
  for (const config of configs) {
    const { points } = makeLiveTree(join(folder, `points${pointsOf.size}`), { config })
    pointsOf.set(config, points.map(pointName))
  }
})

/** A run in which things went wrong. */
const anyRun = fc.constantFrom(...configs.keys()).chain((index) => {
  const config = configs[index]!
  const points = fc.constant(null).map(() => pointsOf.get(config)!)
  const some = (most: number) =>
    points.chain((names) => fc.subarray(names, { maxLength: Math.min(most, names.length - 1) }))
  const misprints = (text: fc.Arbitrary<string>): fc.Arbitrary<Misprint[]> =>
    points.chain((names) =>
      fc.uniqueArray(
        fc.record({ point: fc.constantFrom(...names), name: fc.constantFrom(...measurements), text }),
        { maxLength: 6, selector: ({ point, name }) => `${point} ${name}` },
      ),
    )
  return fc.record({
    config: fc.constant(config),
    failedPoints: some(20),
    failedMeasurements: misprints(fc.constantFrom('error', 'failed', '', 'nan', '12abc', '0x10', '1e999')),
    creportMisprints: misprints(fc.constantFrom('7.00000000e+00', 'error', '-1', '')),
    withoutReport: some(3),
    withoutRow: some(5),
    alterSweep: fc.constantFrom(undefined, [0.1], [0.1, 'high', -3]),
    doubledRows: fc.boolean(),
    crlf: fc.boolean(),
    headerWithoutNames: fc.boolean(),
    measurements: fc.constant(measurements),
    seed: fc.nat(9),
  })
})

/** The value that creport.txt has. */
function printed(run: DomainOptions, point: string, name: string, value: number | null): number | null {
  const misprint = run.creportMisprints!.find((other) => other.point === point && other.name === name)
  if (misprint === undefined) return value
  return /\d/.test(misprint.text) ? Number(misprint.text) : null
}

test('whatever went wrong in a run, what is stored is the truth, and what is missing is what failed', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      count += 1
      // Without a name anywhere, creport.txt would be unreadable, and rightly so.
      const named = pointsOf
        .get(run.config)!
        .some((point) => !run.failedPoints.includes(point) && !run.withoutReport.includes(point))
      const domain = makeDomain(join(folder, `run${count}`), {
        ...run,
        headerWithoutNames: run.headerWithoutNames && named && run.alterSweep === undefined,
      })
      const job = await storeJobIn(db, 'completed', {}, domain.points)
      const report = await importPath(db, job.job_id, domain.backupPath, { strict: true })

      const lost = (name: string): boolean =>
        run.withoutReport.includes(name) && run.withoutRow.includes(name)
      const delivered = [...domain.rows].filter(([name]) => !lost(name))
      const expected = delivered.flatMap(([name, rows]) =>
        rows.flatMap(({ swp, alter, measurements: values }) => {
          const fromCreport = run.withoutReport.includes(name)
          const told = Object.entries(values).map(([key, value]) => [
            key,
            fromCreport ? printed(run, name, key, value) : value,
          ])
          const row = {
            ...{
              point: name,
              sweep: swp === null ? {} : { swp },
              alter,
              source: fromCreport ? 'creport' : 'report',
            },
            values: Object.fromEntries(told) as Record<string, number | null>,
          }
          return run.doubledRows ? [row, row] : [row]
        }),
      )
      const stored = await findResults(db, job.job_id, domain.points)
      expect(
        stored.map((result) => ({
          ...{ point: pointName(result), sweep: result.sweep, alter: result.alter_number },
          ...{ source: result.source, values: result.measurements },
        })),
      ).toEqual(expected)

      const disagreements = delivered.flatMap(([name, rows]) =>
        run.withoutReport.includes(name) || run.withoutRow.includes(name)
          ? []
          : rows.flatMap(({ measurements: values }) =>
              Object.entries(values)
                .filter(([key, value]) => printed(run, name, key, value) !== value)
                .flatMap(([key]) => (run.doubledRows ? [key, key] : [key])),
            ),
      )
      expect(report.disagreements.map(({ measurement }) => measurement).sort()).toEqual(disagreements.sort())
      const failed = expected.flatMap(({ values }) => Object.values(values).filter((value) => value === null))
      const bad = new Set(
        expected.filter(({ values }) => Object.values(values).includes(null)).map(({ point }) => point),
      )
      expect(report).toMatchObject({
        ...{ points: delivered.length, results_new: expected.length, measurements: expected.length * 4 },
        ...{ failed_measurements: failed.length, missing_points: domain.points.length - delivered.length },
      })
      expect(await findJob(db, job.job_id)).toMatchObject({
        ...{ stored_simulations: delivered.length, successful_simulations: delivered.length - bad.size },
        failed_simulations: bad.size + domain.points.length - delivered.length,
      })
      const before = await contentsOf(db)
      await importPath(db, job.job_id, domain.backupPath, { strict: true })
      expect(await contentsOf(db)).toEqual(before)
      await db.query('delete from jobs')
      rmSync(domain.folder, { recursive: true })
    }),
    { numRuns: 30 },
  )
})

test('the same of live trees', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, fc.boolean(), async (run, inResultFolder) => {
      count += 1
      const { config, failedPoints, failedMeasurements, alterSweep, seed } = run
      const tree = makeLiveTree(join(folder, `tree${count}`), {
        ...{ config, failedPoints, failedMeasurements, alterSweep, seed, measurements, inResultFolder },
        ...{ unfinished: run.withoutReport },
      })
      // Nothing at all is refused, and no tree.
      fc.pre(tree.rows.size > 0)
      const job = await storeJobIn(db, 'running', {}, tree.points)
      // In a measure file a value such as 12abc is a problem, too.
      const report = await importPath(db, job.job_id, tree.folder)
      const stored = await findResults(db, job.job_id, tree.points)
      const expected = [...tree.rows].flatMap(([point, rows]) =>
        rows.map(({ alter, measurements: values }) => [point, alter, values]),
      )
      expect(stored.map((result) => [pointName(result), result.alter_number, result.measurements])).toEqual(
        expected,
      )
      expect(report.missing_points).toBe(new Set([...run.failedPoints, ...run.withoutReport]).size)
      expect(stored.every(({ netlist_path }) => netlist_path?.endsWith('/sim_tx.sp') === true)).toBe(true)
      rmSync(tree.folder, { recursive: true })
    }),
    { numRuns: 15 },
  )
})
