import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFiles } from '../../src/import/find-files.ts'
import { importSources, readFound } from '../../src/import/import-results.ts'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findResults } from '../../src/store/results.ts'
import { at, storeJobIn } from '../store/jobs.ts'

let root: string
let db: Database

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'pvt-records-'))
  db = await openDatabase({ engine: 'sqlite', path: join(root, 'pvt.db') })
})

afterAll(async () => {
  await db.close()
  rmSync(root, { recursive: true, force: true })
})

/** With so many a file has more than 2 MiB: it is read in portions. */
const many = 21_000

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
}

/** The measure file of a corner, of a line a record; a `damaged` one has a value too many. */
function writeMeasure(
  tree: string,
  corner: string,
  values: readonly number[],
  damaged: readonly number[],
): void {
  const records = values.map((value) => `${String(value).padStart(120)},-40,1`)
  for (const index of damaged) records[index] = `${records[index]!},7`
  write(join(tree, corner, 'typical/typical_m40/v1min/sim_tx.mt0.csv'), [
    ...['$DATA1 PARAM_COUNT=0', ".TITLE ''", 'a,temper,alter#'],
    ...records,
  ])
}

async function importTree(tree: string) {
  const { job_id } = await storeJobIn(db, 'completed', {})
  const found = findFiles(tree)
  const options = { point: null, dryRun: false, strict: false, user: 'eva', programVersion: '1', now: at(1) }
  const report = await importSources(db, job_id, found, await readFound(found, options), options)
  return { report, results: await findResults(db, job_id, []) }
}

test.each([50, many])(
  'behind records that cannot be read, the others of %i keep their numbers',
  async (count) => {
    const tree = join(root, `damaged${count}`)
    const values = Array.from({ length: count }, (_, index) => index + 0.5)
    writeMeasure(tree, 'TT', values, [7, count - 2])
    write(join(tree, 'report/report_TT_typical_m40_v1min.txt'), [
      'a\ttemper\talter#\t',
      ...values.map((value) => `${value}\t-40\t1\t`),
    ])
    const { report, results } = await importTree(tree)
    expect([report.disagreements, report.results_new]).toEqual([[], count])
    expect(report.problems.map(({ line }) => line)).toEqual([11, count + 2])
    expect(results.map(({ measurements }) => measurements['a'])).toEqual(values)
    const reported = results.filter(({ source }) => source === 'report')
    expect(reported.map(({ row_number }) => row_number)).toEqual([8, count - 1])
  },
)

test('the mean of a large job of several points is no damage of the database', async () => {
  const tree = join(root, 'points')
  for (const [index, corner] of ['TT', 'SSG', 'FFG'].entries())
    writeMeasure(
      tree,
      corner,
      Array.from({ length: many }, (_, row) => Math.sin(row + index)),
      [],
    )
  expect((await importTree(tree)).results).toHaveLength(3 * many)
  expect(await checkDatabase(db, { full: true })).toEqual([])
})
