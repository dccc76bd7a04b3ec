import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { LoadedConfiguration } from '../../src/import/load-configuration.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { childEnvironment } from './machine.ts'
import { fillWithJobs } from './many-jobs.ts'
import type { Waits } from './mark-stages.ts'

export interface CleanupSizes {
  jobs: number
  /** Results of each job. */
  results: number
  /** The share of the jobs that goes, the oldest; 0.1 is a tenth. */
  share: number
}

export interface CleanupFigure extends CleanupSizes {
  /** Afterwards. */
  sizeBytes: number
  cleanupMs: number
  freedBytes: number
  /** The time of a mark, with no cleanup and beside it, in milliseconds. */
  alone: Waits
  beside: Waits
}

/**
 * How long others wait for a cleanup: a process marks a stage every 50 ms, as the flow's scripts do, while another one
 * runs `pvt cleanup`; before that it does the same alone, for two seconds. Fills the database, which must not be there
 * yet, and leaves it cleaned.
 *
 * @param path a SQLite file. @param program the built program.
 */
export async function measureCleanup(
  path: string,
  program: string,
  small: LoadedConfiguration,
  sizes: CleanupSizes,
): Promise<CleanupFigure> {
  const running = await fill(path, small, sizes)
  const alone = startMarking(path, running)
  await alone.ready
  await new Promise((done) => setTimeout(done, 2000))
  const quiet = await alone.stop()
  const beside = startMarking(path, running)
  await beside.ready
  const start = performance.now()
  const answer = await cleanUp(program, path)
  const cleanupMs = performance.now() - start
  const waits = await beside.stop()
  const expected = Math.round(sizes.jobs * sizes.share)
  if (answer.removed_jobs !== expected) throw new Error(`removed ${answer.removed_jobs}, not ${expected}`)
  const sizeBytes = statSync(path).size
  return { ...sizes, sizeBytes, cleanupMs, freedBytes: answer.freed_bytes, alone: quiet, beside: waits }
}

/** The share that goes ended 400 days ago, the rest 100 days ago. Gives the id of a job that is running. */
async function fill(
  path: string,
  small: LoadedConfiguration,
  { jobs, results, share }: CleanupSizes,
): Promise<string> {
  const db = await openDatabase({ engine: 'sqlite', path })
  try {
    // One fresh job of each of four kinds; those do not end.
    const fresh = await fillWithJobs(db, { jobs: jobs + 4, fresh: 1, small, large: small })
    const ended = await db.query<{ job_id: string }>(
      `select job_id from jobs where completed_at is not null order by job_id`,
    )
    const first = Date.now() - 400 * 86_400_000
    const gone = Math.round(jobs * share)
    const at = (place: number): string => {
      const days = place < gone ? 0 : 300
      return new Date(first + days * 86_400_000 + place * 60_000).toISOString()
    }
    await db.transaction(async () => {
      for (const [place, { job_id }] of ended.entries()) {
        await db.query('update jobs set completed_at = $2 where job_id = $1', [job_id, at(place)])
      }
    })
    for (const { job_id } of ended) await addResults(db, job_id, results)
    return fresh.running[0]!
  } finally {
    await db.close()
  }
}

async function addResults(db: Database, jobId: string, results: number): Promise<void> {
  const columns = [
    ...['result_id', 'job_id', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
    ...['alter_number', 'row_number', 'sweep_json', 'measurements_json', 'failed_json', 'status', 'source'],
    ...['mt0_file_path', 'created_at'],
  ]
  const measurements = JSON.stringify(
    Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`delay_${index}`, 1.2345678e-11 * index])),
  )
  const rows = Array.from({ length: results }, (_, row): SqlValue[] => [
    ...[`${jobId}-${row}`, jobId, 'TT', 'typical', '85', 85, 'v1nom', 1, row + 1],
    ...['{}', measurements, '{}', 'ok', 'measure', '/proj/gpio/sim_tx.mt0', '2026-01-31T12:00:00.000Z'],
  ])
  await db.insert('results', columns, rows)
}

interface Marking {
  /** It has made its first mark. */
  ready: Promise<unknown>
  stop: () => Promise<Waits>
}

function startMarking(path: string, jobId: string): Marking {
  const script = join(import.meta.dirname, 'mark-stages.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, jobId], {
    cwd: resolve(import.meta.dirname, '..', '..'),
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let answer = ''
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const over = once(child, 'close')
  return {
    ready: once(child.stdout, 'data'),
    stop: async () => {
      child.stdin.end()
      await over
      return JSON.parse(answer.replace('ready\n', '')) as Waits
    },
  }
}

async function cleanUp(
  program: string,
  path: string,
): Promise<{ removed_jobs: number; freed_bytes: number }> {
  const words = ['cleanup', '--older-than', '200d', '--json', '--yes', '--db', path]
  const child = spawn(process.execPath, [program, ...words], {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let answer = ''
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`cleanup ended with ${code}`)
  return JSON.parse(answer) as { removed_jobs: number; freed_bytes: number }
}
