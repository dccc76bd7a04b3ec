import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { summarise } from '../../src/domain/summary.ts'
import type { ImportOptions, ImportReport } from '../../src/import/import-results.ts'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { findResults } from '../../src/store/results.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { exponentText, hspiceMeasureText } from '../fixtures/measure.ts'
import { onEachEngine } from '../store/contract.ts'
import { contentsOf, countOf, storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'

/** More than 2 MiB, and more rows than are read from the database at once. */
const rows = 21_000
const place = 'TT/typical/typical_m40/v1min'

let root: string
let tree: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pvt-large-'))
  tree = join(root, 'tree')
  write(`${place}/sim_tx.mt0`, sweep(rows))
  write('SSG/typical/typical_m40/v1min/sim_tx.mt0', sweep(2))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(name: string, text: string): string {
  const path = join(tree, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

const valueOf = (step: number): number => Number(exponentText(1e-11 + step * 1e-15))

/** A sweep in one line a row; `changed` is the step that has other values. */
function sweep(steps: number, changed?: number): string {
  const names = ['vin', 'del_rr', 'del_ff', 'slew_of_the_output_pad', 'power_of_the_whole_driver']
  return hspiceMeasureText({
    ...{ names: [...names, 'temper', 'alter#'], paramCount: 1, digits: 8, wrap: 'none' },
    rows: Array.from({ length: steps }, (_, index) => {
      const value = index + 1 === changed ? 1 : valueOf(index + 1)
      return [index * 1e-5, value, 2e-11, 3e-11, 4e-3, -40, 1]
    }),
  })
}

const importTree = (db: Database, jobId: string, given: Partial<ImportOptions> = {}): Promise<ImportReport> =>
  importPath(db, jobId, tree, given)

onEachEngine('a large measure file', (given) => {
  test('is warned of when it is older than its netlist', async () => {
    const netlist = write(`${place}/sim_tx.sp`, '* netlist')
    const later = Date.now() / 1000 + 60
    utimesSync(netlist, later, later)
    const id = (await storeJobIn(given.db, 'running', {})).job_id
    const { problems } = await importTree(given.db, id, { dryRun: true })
    rmSync(netlist)
    expect(problems).toMatchObject([{ file: join(tree, place, 'sim_tx.mt0'), level: 'warning' }])
    expect(problems[0]!.message).toContain('before its netlist was written')
  })

  test('is stored row by row beside small ones, in one import, with all that is derived', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    const seen: number[] = []
    const report = await importTree(given.db, job_id, { onProgress: ({ bytes }) => seen.push(bytes) })
    expect(report).toMatchObject({ points: 2, files_read: 2, results_new: rows + 2, problems: [] })
    expect(seen.length).toBeGreaterThan(4)
    const stored = await findResults(given.db, job_id, [])
    const large = stored.filter((result) => pointName(result) === 'TT/typical/m40/v1min')
    expect(large).toHaveLength(rows)
    for (const { row_number, measurements, source_line } of large) {
      if (measurements['del_rr'] !== valueOf(row_number) || source_line !== row_number + 3)
        throw new Error(`row ${row_number} has ${measurements['del_rr']} of line ${source_line}`)
    }
    const expected = summarise(stored)
    const summaries = await findSummaries(given.db, job_id)
    expect(summaries.map((summary) => ({ ...summary, mean: null }))).toEqual(
      expected.map((summary) => ({ ...summary, mean: null })),
    )
    for (const [index, { mean }] of summaries.entries()) {
      expect(mean! / expected[index]!.mean!).toBeCloseTo(1, 12)
    }
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test('at another temperature than its folder is told once, with the number of its rows', async () => {
    const elsewhere = write('../warm/TT/typical/typical_125/v1min/sim_tx.mt0', sweep(rows))
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    const { problems } = await importPath(given.db, job_id, join(root, 'warm'), { dryRun: true })
    const message = `temper is -40, but the point TT/typical/125/v1min has 125 °C; so in ${rows - 1} more of its rows`
    expect(problems).toEqual([{ file: elsewhere, line: 4, level: 'warning', message }])
  })

  test('again changes nothing', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    await importTree(given.db, job_id)
    expect(await importTree(given.db, job_id)).toMatchObject({
      ...{ results_new: 0, results_updated: 0, results_unchanged: rows + 2, import_id: null },
    })
    expect(await countOf(given.db, 'imports', job_id)).toBe(1)
  })

  test('with one other value changes that alone; with fewer rows, it names those that vanished', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    await importTree(given.db, job_id)
    const path = write(`${place}/sim_tx.mt0`, sweep(rows - 3, 20_501))
    const report = await importTree(given.db, job_id)
    expect(report).toMatchObject({ results_updated: 1, changes_count: 1, vanished_count: 3 })
    expect(report.changes).toMatchObject([
      { row_number: 20_501, measurement: 'del_rr', old: valueOf(20_501), new: 1, new_file: path },
    ])
    expect(report.vanished.map(({ row_number }) => row_number)).toEqual([rows - 2, rows - 1, rows])
    expect(await importTree(given.db, job_id, { prune: true })).toMatchObject({ results_pruned: 3 })
    expect(await countOf(given.db, 'results', job_id)).toBe(rows - 1)
    expect((await findSummaries(given.db, job_id))[0]).toMatchObject({ count: rows - 1, max: 1 })
    expect(await checkDatabase(given.db)).toEqual([])
    write(`${place}/sim_tx.mt0`, sweep(rows))
  })

  test('that is damaged far behind its beginning, or whose import is ended, leaves nothing in the database', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    const before = await contentsOf(given.db)
    const text = sweep(rows)
    write(`${place}/sim_tx.mt0`, `${text.slice(0, -5000)}\0\0\0${text.slice(-5000)}`)
    await expect(importTree(given.db, job_id)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/sim_tx.mt0: .*NUL.*cannot be trusted/) as string,
    })
    expect(await contentsOf(given.db)).toEqual(before)
    write(`${place}/sim_tx.mt0`, text)
    const stop = new AbortController()
    const onProgress = ({ bytes }: { bytes: number }) => {
      if (bytes > 1_000_000) stop.abort(new Error('enough'))
    }
    await expect(importTree(given.db, job_id, { onProgress, signal: stop.signal })).rejects.toThrow('enough')
    expect(await contentsOf(given.db)).toEqual(before)
  })

  test('of a binary is a problem and does not keep the others out; strict refuses all', async () => {
    const { job_id } = await storeJobIn(given.db, 'completed', {})
    const path = write(`${place}/sim_tx.mt0`, '\0'.repeat(5_000_000))
    expect(await importTree(given.db, job_id)).toMatchObject({
      ...{ results_new: 2, problems: [{ file: path, level: 'error' }] },
    })
    await expect(importTree(given.db, job_id, { strict: true })).rejects.toMatchObject({ code: 'bad_input' })
    expect(await countOf(given.db, 'results', job_id)).toBe(2)
    write(`${place}/sim_tx.mt0`, sweep(rows))
  })
})
