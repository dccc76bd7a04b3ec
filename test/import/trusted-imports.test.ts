import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { type ImportOptions, readFound } from '../../src/import/import-results.ts'
import type { Database } from '../../src/store/database.ts'
import { findImports } from '../../src/store/imports.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { findResults } from '../../src/store/results.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { type Domain, type DomainOptions, makeDomain } from '../fixtures/flow.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { onEachEngine } from '../store/contract.ts'
import { contentsOf, storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const point = 'FFG/typical/m40/v1max'

let root: string
let count = 0

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pvt-trusted-'))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const fresh = (): string => join(root, `domain${(count += 1)}`)
const make = (options: DomainOptions = {}): Domain => makeDomain(fresh(), { config, ...options })

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`nothing to change in ${path}`)
  writeFileSync(path, after)
}

/** A backup with one measure file of the point in tb_bkp, which has these values. */
function withMeasure(domain: Domain, values: Record<string, number>): string {
  const place = join(domain.backupPath, 'tb_bkp/FFG/typical_m40/v1max')
  mkdirSync(place, { recursive: true })
  const path = join(place, 'sim_tx.mt0')
  const names = [...Object.keys(values), 'temper', 'alter#']
  writeFileSync(path, hspiceMeasureText({ names, rows: [[...Object.values(values), -40, 1]], digits: 8 }))
  return path
}

const resultOf = async (db: Database, jobId: string) =>
  (await findResults(db, jobId, [])).find((result) => pointName(result) === point)!

onEachEngine('several sources of a point', (given) => {
  const job = async () => (await storeJobIn(given.db, 'completed', {})).job_id

  test('what only a less raw one tells is kept, with its own file and line', async () => {
    const domain = make()
    const { del_rr, del_ff } = domain.truth.get(point)!
    const path = withMeasure(domain, { del_rr: del_rr! })
    const id = await job()
    await importPath(given.db, id, domain.backupPath)
    const report = domain.reportPaths.get(point)!
    expect(await resultOf(given.db, id)).toMatchObject({
      ...{ source: 'measure', mt0_file_path: path, source_line: 4, measurements: domain.truth.get(point) },
      measurement_sources: { del_ff: { source: 'report', file: report, line: 2, import_id: null } },
      other_sources: [
        { source: 'report', file: report, line: 2, agrees: true },
        { source: 'creport', file: domain.creportPath, agrees: true },
      ],
    })
    expect(del_ff).toBeTypeOf('number')
  })

  test('a measurement that failed in a less raw one only is none of the row', async () => {
    const domain = make({ failedMeasurements: [{ point, name: 'del_ff', text: '' }] })
    withMeasure(domain, { del_rr: domain.truth.get(point)!.del_rr! })
    const id = await job()
    await importPath(given.db, id, domain.backupPath)
    const { measurements, status } = await resultOf(given.db, id)
    expect([Object.hasOwn(measurements, 'del_ff'), status]).toEqual([false, 'ok'])
  })

  test('in whatever order they are imported, the values and their sources are the same', async () => {
    const domain = make()
    const measure = withMeasure(domain, { del_rr: 1 })
    const report = domain.reportPaths.get(point)!
    const ends: unknown[] = []
    for (const order of [
      [measure, report, domain.creportPath],
      [domain.creportPath, report, measure],
      [report, domain.creportPath, measure],
      [report, measure, domain.creportPath],
    ]) {
      const id = await job()
      for (const path of order) await importPath(given.db, id, path)
      const { measurements, source, mt0_file_path } = await resultOf(given.db, id)
      ends.push({ values: Object.entries(measurements).sort(), source, mt0_file_path })
    }
    for (const end of ends) expect(end).toEqual(ends[0])
    expect(ends[0]).toMatchObject({ source: 'measure' })
  })

  test('the preferred one is stored, over a rawer stored one too; where there is none, the rawest', async () => {
    const other = 'SSG/typical/125/v1max'
    const domain = make({
      creportMisprints: [{ point, name: 'del_rr', text: '7.00000000e+00' }],
      withoutRow: [other],
    })
    const id = await job()
    await importPath(given.db, id, domain.backupPath)
    const report = await importPath(given.db, id, domain.backupPath, { prefer: 'creport' })
    expect(report.changes).toMatchObject([
      { point, measurement: 'del_rr', old: domain.truth.get(point)!.del_rr, new: 7 },
    ])
    expect(report.problems.map(({ message }) => message)).toEqual([
      '1 of 16 points have no creport: the rawest other source was taken',
    ])
    expect(report.disagreements[0]!.sources).toEqual({
      creport: 7,
      report: domain.truth.get(point)!.del_rr,
    })
    const stored = await findResults(given.db, id, [])
    expect(stored.filter(({ source }) => source === 'report').map(pointName)).toEqual([other])
    const before = await contentsOf(given.db)
    expect(await importPath(given.db, id, domain.backupPath, { prefer: 'creport' })).toMatchObject({
      ...{ results_updated: 0, results_unchanged: 16, import_id: null },
    })
    expect(await contentsOf(given.db)).toEqual(before)
    const [record] = await findImports(given.db, id)
    expect(record).toMatchObject({ prefer: 'creport', changes_count: 1, changes: report.changes })
  })

  test('a row of creport.txt that cannot be read leaves the numbers of those behind it alone', async () => {
    const domain = make({ doubledRows: true })
    const lines = readFileSync(domain.creportPath, 'utf8').split('\n')
    const first = lines.findIndex((line) => line.startsWith('FFG\ttypical\t-40'))
    lines[first] = lines[first]!.split('\t').slice(0, 6).join('\t')
    // The second row says something else in both files: numbered wrongly, it would meet the first.
    const told = (line: string) => line.replace(/\d\.\d{8}e-11/, '5.00000000e-11')
    lines[first + 1] = told(lines[first + 1]!)
    writeFileSync(domain.creportPath, lines.join('\n'))
    edit(domain.reportPaths.get(point)!, (text) => {
      const [names, one, two, ...rest] = text.split('\n')
      return [names, one, told(two!), ...rest].join('\n')
    })
    const report = await importPath(given.db, await job(), domain.backupPath)
    expect(report.problems).toMatchObject([{ file: domain.creportPath, line: first + 1, level: 'error' }])
    expect(report.disagreements).toEqual([])
  })
})

onEachEngine('a second import', (given) => {
  async function imported(options: DomainOptions = {}) {
    const domain = make(options)
    const id = (await storeJobIn(given.db, 'completed', {}, domain.points)).job_id
    await importPath(given.db, id, domain.backupPath)
    return {
      domain,
      id,
      again: (more: Partial<ImportOptions> = {}) => importPath(given.db, id, domain.backupPath, more),
    }
  }

  test('names old and new of every value that changed, and stores that', async () => {
    const { domain, id, again } = await imported()
    const path = domain.reportPaths.get(point)!
    rmSync(domain.creportPath)
    edit(path, (text) => text.replace(/\t?\d\.\d{8}e-11/, '9.00000000e-11'))
    const report = await again()
    const [change] = report.changes
    expect(change).toEqual({
      ...{ point, alter_number: 1, row_number: 1, measurement: 'del_rr', new: 9e-11 },
      ...{ old: domain.truth.get(point)!.del_rr, old_file: path, new_file: path },
      ...{ old_text: null, new_text: null },
    })
    expect([report.results_updated, report.changes_count]).toEqual([1, 1])
    expect((await findImports(given.db, id))[0]!.changes).toEqual(report.changes)
  })

  test('names what vanished and keeps it; with prune it goes, and all counts fit', async () => {
    const { domain, id, again } = await imported()
    rmSync(domain.creportPath)
    rmSync(domain.reportPaths.get(point)!)
    const kept = await again()
    expect(kept.vanished).toEqual([
      ...[{ point, alter_number: 1, row_number: 1, measurement: null, value: null }].map((one) => ({
        ...one,
        file: domain.reportPaths.get(point)!,
        ...{ removed: false, told_by: null },
      })),
    ])
    expect(await findResults(given.db, id, [])).toHaveLength(16)
    expect(await again({ prune: true, dryRun: true })).toMatchObject({ results_pruned: 1 })
    expect(await again({ prune: true })).toMatchObject({ results_pruned: 1, missing_points: 1 })
    expect(await findResults(given.db, id, [])).toHaveLength(15)
    expect(await checkDatabase(given.db)).toEqual([])
    expect((await findSummaries(given.db, id))[0]!.count).toBe(15)
    expect(await again({ prune: true })).toMatchObject({ vanished_count: 0, import_id: null })
  })

  test('a measurement that vanished is kept with the file that told it, and pruned when asked', async () => {
    const { domain, id, again } = await imported()
    rmSync(domain.creportPath)
    const path = domain.reportPaths.get(point)!
    edit(path, (text) =>
      text
        .split('\n')
        .map((line) => line.split('\t').slice(1).concat('').join('\t'))
        .join('\n'),
    )
    const { del_rr } = domain.truth.get(point)!
    expect((await again()).vanished).toEqual([
      {
        ...{ point, alter_number: 1, row_number: 1, measurement: 'del_rr', value: del_rr, file: path },
        ...{ removed: false, told_by: null },
      },
    ])
    expect((await resultOf(given.db, id)).measurements['del_rr']).toBe(del_rr)
    await again({ prune: true })
    expect(Object.hasOwn((await resultOf(given.db, id)).measurements, 'del_rr')).toBe(false)
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test.each<[string, (path: string) => void]>([
    [
      'empty',
      (path) => {
        writeFileSync(path, '')
      },
    ],
    [
      'cut',
      (path) => {
        edit(path, (text) => text.slice(0, -150))
      },
    ],
    [
      'binary',
      (path) => {
        writeFileSync(path, Buffer.from([0, 1, 2]))
      },
    ],
  ])('of a file that is %s now takes nothing of it away', async (_, damage) => {
    const { domain, id, again } = await imported()
    rmSync(domain.creportPath)
    damage(domain.reportPaths.get(point)!)
    expect(await again({ prune: true })).toMatchObject({ vanished: [], results_pruned: 0 })
    expect(await findResults(given.db, id, [])).toHaveLength(16)
  })

  test('prunes nothing that came from another path', async () => {
    const { domain, id, again } = await imported()
    const copy = join(fresh(), '00bkp_202601151031')
    cpSync(domain.backupPath, copy, { recursive: true })
    rmSync(domain.reportPaths.get(point)!)
    rmSync(domain.creportPath)
    await again({ prune: true })
    expect(await findResults(given.db, id, [])).toHaveLength(15)
    await importPath(given.db, id, copy)
    expect(await again({ prune: true })).toMatchObject({ vanished: [], results_pruned: 0 })
    expect(await findResults(given.db, id, [])).toHaveLength(16)
  })

  test('of any part prunes nothing, whatever the part', async () => {
    const { domain, id } = await imported()
    const paths = [domain.creportPath, ...domain.reportPaths.values()]
    const before = await findResults(given.db, id, domain.points)
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(paths, { minLength: 1, maxLength: 4 }), async (part) => {
        for (const path of part) {
          const report = await importPath(given.db, id, path, { prune: true })
          expect(report).toMatchObject({ vanished: [], changes: [], results_pruned: 0, results_new: 0 })
        }
        expect(await findResults(given.db, id, domain.points)).toEqual(before)
      }),
      { numRuns: 6 },
    )
  })
})

describe.each(['local', 'network'])('the watch of what lies on a %s file system', (kind) => {
  test('is told of every file, and ends the reading when it says so', async () => {
    vi.stubEnv('PVT_FILESYSTEM', kind)
    const domain = make()
    const found = findFiles(domain.backupPath)
    const seen: number[] = []
    await readFound(found, { point: null, strict: false, onProgress: ({ files }) => seen.push(files) })
    expect(seen).toEqual(Array.from({ length: 17 }, (_, index) => index + 1))
    const stop = new AbortController()
    const onProgress = ({ files }: { files: number }) => {
      if (files === 3) stop.abort(new Error('enough'))
    }
    const reading = readFound(found, { point: null, strict: false, onProgress, signal: stop.signal })
    await expect(reading).rejects.toThrow('enough')
    vi.unstubAllEnvs()
  })
})
