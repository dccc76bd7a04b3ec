import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFiles } from '../../src/import/find-files.ts'
import { importSources, type ImportReport } from '../../src/import/import-results.ts'
import { readSources, type Sources } from '../../src/import/read-sources.ts'
import { findJob } from '../../src/store/jobs.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { findResults } from '../../src/store/results.ts'
import { type Domain, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { onEachEngine } from '../store/contract.ts'
import { aPoint, contentsOf, countOf, storeJobIn } from '../store/jobs.ts'
import { importOptions } from './import-path.ts'

const root = resolve(import.meta.dirname, '..', '..')
const processes = 6
const options = importOptions()

let folder: string
let program: string
let domain: Domain

/** A process that imports a path into a job and prints the report. */
const worker = `
  import { findFiles } from './src/import/find-files.ts'
  import { importSources, readFound } from './src/import/import-results.ts'
  import { openDatabase } from './src/store/open-database.ts'
  const { location, jobId, path, options } = JSON.parse(process.argv[2])
  void (async () => {
    const db = await openDatabase(location)
    const found = findFiles(path)
    process.stdout.write(JSON.stringify(await importSources(db, jobId, found, await readFound(found, options), options)))
    await db.close()
  })()
`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-atomicity-'))
  program = join(folder, 'worker.cjs')
  domain = makeDomain(join(folder, 'domain'), { failedPoints: ['TT/typical/m40/v1min_v2max'] })
  await build({
    stdin: { contents: worker, resolveDir: root, loader: 'ts' },
    ...{ outfile: program, bundle: true, platform: 'node', format: 'cjs' },
    ...{ external: ['better-sqlite3', 'pg'], logOverride: { 'empty-import-meta': 'silent' } },
  })
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** @throws when the process failed, with what it said. */
async function importInProcess(task: object): Promise<ImportReport> {
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules'), NODE_EXTRA_CA_CERTS: undefined }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, JSON.stringify({ ...task, options })],
    {
      env,
    },
  )
  return JSON.parse(stdout) as ImportReport
}

onEachEngine('processes that import into one job at once', (given) => {
  test('the same backup: one of them brings all, the others nothing', async () => {
    const job = await storeJobIn(given.db, 'completed', {}, domain.points)
    const task = { location: given.fresh.location, jobId: job.job_id, path: domain.backupPath }
    const reports = await Promise.all(Array.from({ length: processes }, () => importInProcess(task)))
    expect(reports.map(({ results_new }) => results_new).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 91])
    expect(reports.map(({ results_unchanged }) => results_unchanged).sort((a, b) => b - a)).toEqual([
      ...[91, 91, 91, 91, 91, 0],
    ])
    expect(new Set(reports.map(({ missing_points }) => missing_points))).toEqual(new Set([1]))
    expect(await countOf(given.db, 'results', job.job_id)).toBe(91)
    expect(await countOf(given.db, 'imports', job.job_id)).toBe(1)
    expect(await findJob(given.db, job.job_id)).toMatchObject({
      stored_simulations: 91,
      failed_simulations: 1,
    })
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test('other backups of it: every point once, with the values of one of them', async () => {
    const seeds = [1, 2, 3].map((seed) => makeBackup(domain.folder, { seed, stamp: `20260201000${seed}` }))
    const job = await storeJobIn(given.db, 'completed', {}, domain.points)
    const task = { location: given.fresh.location, jobId: job.job_id }
    const reports = await Promise.all(
      seeds.map(({ backupPath }) => importInProcess({ ...task, path: backupPath })),
    )
    expect(reports.map(({ results_new }) => results_new).sort((a, b) => a - b)).toEqual([0, 0, 92])
    const results = await findResults(given.db, job.job_id, domain.points)
    const values = JSON.stringify(results.map(({ measurements }) => measurements))
    expect(seeds.map(({ truth }) => JSON.stringify([...truth.values()]))).toContain(values)
    expect(await checkDatabase(given.db)).toEqual([])
  })
})

onEachEngine('an import that fails in the middle', (given) => {
  /** The sources of the backup, whose last row breaks a rule of the table `results`. */
  function brokenSources(): Sources {
    const sources = readSources(findFiles(domain.backupPath), null)
    const [first] = sources.rows
    const broken = { ...first!, point: aPoint('ZZ'), source: 'rumour' as 'report' }
    return { ...sources, rows: [...sources.rows, broken] }
  }

  test('leaves nothing of itself, and the next one is whole', async () => {
    const job = await storeJobIn(given.db, 'completed', {})
    const found = findFiles(domain.backupPath)
    const before = await contentsOf(given.db)
    await expect(importSources(given.db, job.job_id, found, brokenSources(), options)).rejects.toThrow(
      /check/i,
    )
    expect(await contentsOf(given.db)).toEqual(before)
    const report = await importSources(given.db, job.job_id, found, readSources(found, null), options)
    expect(report).toMatchObject({ results_new: 91, missing_points: 1 })
  })

  test('leaves what was there before as it was', async () => {
    const job = await storeJobIn(given.db, 'completed', {}, domain.points)
    const found = findFiles(domain.backupPath)
    await importSources(given.db, job.job_id, found, readSources(found, null), options)
    const before = await contentsOf(given.db)
    const broken = brokenSources()
    for (const row of broken.rows) row.measurements = { ...row.measurements, del_rr: 1 }
    await expect(importSources(given.db, job.job_id, found, broken, options)).rejects.toThrow(/check/i)
    expect(await contentsOf(given.db)).toEqual(before)
  })

  test('into a job that went in the meantime says so', async () => {
    const found = findFiles(domain.backupPath)
    const before = await contentsOf(given.db)
    const sources = readSources(found, null)
    const gone = importSources(given.db, '00000000-0000-4000-8000-000000000000', found, sources, options)
    await expect(gone).rejects.toMatchObject({ code: 'job_not_found' })
    expect(await contentsOf(given.db)).toEqual(before)
  })

  test('is no trouble for what the same process does beside it', async () => {
    const job = await storeJobIn(given.db, 'completed', {}, domain.points)
    const found = findFiles(domain.backupPath)
    const good = readSources(found, null)
    const answers = await Promise.allSettled(
      [good, brokenSources(), good].map((sources) =>
        importSources(given.db, job.job_id, found, sources, options),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await countOf(given.db, 'results', job.job_id)).toBe(91)
    expect(await countOf(given.db, 'imports', job.job_id)).toBe(1)
  })
})
