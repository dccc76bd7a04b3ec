import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJob } from '../../src/store/jobs.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { findResults } from '../../src/store/results.ts'
import { findStages } from '../../src/store/stages.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { onEachEngine } from './contract.ts'
import { aPoint, storeJobIn } from './jobs.ts'
import type { Done, Task } from './job-worker.ts'

const root = resolve(import.meta.dirname, '..', '..')
const [processes, rounds] = [40, 2]
let folder: string
let program: string

// Bundled as the program itself is, so that a process starts in 40 ms instead of 300.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-job-workers-'))
  program = join(folder, 'worker.cjs')
  await build({
    ...{ entryPoints: [join(import.meta.dirname, 'job-worker.ts')], outfile: program, bundle: true },
    ...{ platform: 'node', format: 'cjs', external: ['better-sqlite3', 'pg'] },
    logOverride: { 'empty-import-meta': 'silent' },
  })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** @throws when the process failed, with what it said. */
async function run(task: Task): Promise<Done> {
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules'), NODE_EXTRA_CA_CERTS: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)], { env })
  return JSON.parse(stdout) as Done
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

onEachEngine(`${processes} processes`, (given) => {
  test('that create jobs, and mark stages and store results of one job, lose nothing', async () => {
    const points = upTo(processes).map((number) => aPoint(`C${number - 1}`))
    const { job_id } = await storeJobIn(given.db, 'running', {}, points)
    const answers = await Promise.all(
      upTo(processes).map((number) =>
        run({ location: given.fresh.location, jobId: job_id, number: number - 1, rounds }),
      ),
    )

    const created = await given.db.query<{ job_id: string }>('select job_id from jobs where job_id <> $1', [
      job_id,
    ])
    expect(created.map((row) => row.job_id).sort()).toEqual(answers.map((answer) => answer.created).sort())

    // Whoever begins an attempt is the only one, and no number is left out.
    const begun = answers.flatMap(({ attempts }) => attempts)
    const stages = await findStages(given.db, job_id)
    expect(begun.length).toBeGreaterThan(1)
    const byStart = stages.filter(({ started_at }) => started_at !== null)
    expect(ascending(begun)).toEqual(byStart.map(({ attempt }) => attempt))
    expect(stages.map(({ attempt }) => attempt)).toEqual(upTo(stages.length))
    expect(stages.every(({ status }) => status === 'done')).toBe(true)

    const log = await given.db.query<{ n: number; source: string }>(
      'select log_number as n, source from job_logs where job_id = $1 order by log_number',
      [job_id],
    )
    expect(log.map(({ n }) => n)).toEqual(upTo(log.length))
    expect(log.filter(({ source }) => source === 'test')).toHaveLength(processes * rounds)
    const changes = answers.reduce((sum, answer) => sum + answer.changes, 0)
    // Besides: created, and set running.
    expect(log).toHaveLength(2 + processes * rounds + changes + processes)

    const results = await findResults(given.db, job_id, points)
    expect(results.map(({ measurements }) => measurements['vout'])).toEqual(upTo(processes).map((n) => n - 1))
    expect(await findSummaries(given.db, job_id)).toMatchObject([
      { measurement: 'vout', count: processes, min: 0, mean: (processes - 1) / 2, max: processes - 1 },
    ])
    expect(await findJob(given.db, job_id)).toMatchObject({
      ...{ status: 'running', completed_stages: ['run'], current_stage: 'run' },
      ...{ stored_simulations: processes, successful_simulations: processes, failed_simulations: 0 },
    })
    expect(await checkDatabase(given.db)).toEqual([])
  })
})
