import { noMeasurementSources, noOtherSources } from '../../src/domain/provenance.ts'
import { inFlowOrder } from '../../src/domain/flow-order.ts'
import { hasEnded, type Job, type JobStatus } from '../../src/domain/job.ts'
import type { PvtPoint } from '../../src/domain/point.ts'
import { measurementNames, type Result, resultStatus } from '../../src/domain/result.ts'
import { defaultStages, type StageName } from '../../src/domain/stage.ts'
import { summarise, type Summary } from '../../src/domain/summary.ts'
import { tally } from '../../src/domain/tally.ts'
import { newJob } from '../../src/import/describe-job.ts'
import type { LoadedConfiguration } from '../../src/import/load-configuration.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { insertImport } from '../../src/store/imports.ts'
import { insertPoints } from '../../src/store/points.ts'
import { insertResults } from '../../src/store/write-results.ts'
import { replaceSummaries } from '../../src/store/summaries.ts'
import { mulberry32, trueValue } from '../fixtures/truth.ts'
import { insertJobRows, insertLogRows, insertStageRows, seededId, toJobRow } from './seeded-rows.ts'

export interface ScaleOptions {
  jobs: number
  /** Result rows a job. */
  rows: number
  configuration: LoadedConfiguration
  /** Another number makes other jobs, for a database that has some already. */
  seed?: number
}

/** What was made, and which of it to ask for; the same for the same options. */
export interface ScaleSample {
  rows: number
  /** A completed job in the middle of time, and one whose failed measurement has a text. */
  job: Pick<Job, 'job_id' | 'created_at' | 'domain_path' | 'user'>
  /** Running jobs, to be marked. */
  running: string[]
  /** Before this instant lie nine tenths of the jobs. */
  lastTenth: string
  /** Among the oldest tenth of all ends; cleanup removes what ended before. */
  firstTenthEnded: string
}

/** So many jobs are written in a transaction. */
const jobsAtOnce = 100

/** Different results that the jobs share among them: what the values are does not matter to a database. */
const differentRuns = 24

/** Fills an empty database with what the program would have written in two years. */
export async function fillAtScale(db: Database, options: ScaleOptions): Promise<ScaleSample> {
  const random = mulberry32(options.seed ?? 20260731)
  const runs = Array.from({ length: Math.min(differentRuns, options.jobs) }, (_, seed) =>
    makeRun(seed, options),
  )
  const sample: ScaleSample = {
    rows: 0,
    job: { job_id: '', created_at: '', domain_path: '', user: '' },
    running: [],
    lastTenth: createdAt(Math.floor(options.jobs * 0.9), options.jobs),
    firstTenthEnded: createdAt(Math.floor(options.jobs * 0.1), options.jobs),
  }
  for (let start = 0; start < options.jobs; start += jobsAtOnce) {
    const numbers = Array.from({ length: Math.min(jobsAtOnce, options.jobs - start) }, (_, n) => start + n)
    const jobs = numbers.map((number) => makeJob(number, options, runs, random))
    await db.transaction(() => insertJobs(db, jobs, options.configuration))
    for (const [index, { job, run }] of jobs.entries()) {
      sample.rows += run.results.length
      if (job.status === 'running') sample.running.push(job.job_id)
      if (start + index <= options.jobs / 2 && job.status === 'completed') sample.job = job
    }
  }
  return sample
}

/** All that was simulated once. */
interface Run {
  points: PvtPoint[]
  results: Result[]
  summaries: Summary[]
  failedMeasurements: number
}

/** Every point is measured for two alters or more; every third run misses a point, every fourth has a failed value. */
function makeRun(seed: number, { rows, configuration }: ScaleOptions): Run {
  const measured = configuration.points.slice(0, Math.max(1, Math.ceil(rows / 2)))
  const points = seed % 3 === 0 ? configuration.points.slice(0, measured.length + 1) : measured
  const results = Array.from({ length: rows }, (_, index): Result => {
    const failed: Record<string, string> = seed % 4 === 0 && index === 0 ? { del_rr: 'failed' } : {}
    const point = measured[index % measured.length]!
    const step = Math.floor(index / measured.length)
    return {
      ...point,
      alter_number: 1 + step,
      row_number: 1,
      sweep: {},
      measurements: Object.fromEntries(
        measurements.map((name) => [name, name in failed ? null : trueValue(seed, name, point, step)]),
      ),
      failed,
      status: resultStatus(failed),
      source: 'measure',
      netlist_path: null,
      mt0_file_path: `mt0/${point.corner}/${point.extraction}/${point.temperature}_${point.voltage_combo}.mt0`,
      source_line: 3,
      other_sources: noOtherSources,
      measurement_sources: noMeasurementSources,
    }
  })
  return {
    points,
    results,
    summaries: summarise(inFlowOrder(results, (result) => result, points)),
    failedMeasurements: results.reduce((sum, { failed }) => sum + Object.keys(failed).length, 0),
  }
}

const measurements = ['del_rr', 'del_ff', 'power', 'current']

interface MadeJob {
  job: Job
  run: Run
}

const firstDay = Date.parse('2024-02-01T08:00:00Z')
const twoYears = 2 * 365 * 86_400_000
const minute = 60_000

/** Jobs are made one after the other, evenly over two years. */
const createdAt = (number: number, jobs: number): string =>
  new Date(firstDay + Math.floor((number / jobs) * twoYears)).toISOString()

function makeJob(
  number: number,
  { jobs, configuration }: ScaleOptions,
  runs: readonly Run[],
  random: () => number,
): MadeJob {
  const pick = (count: number): number => Math.floor(random() * count)
  const created = createdAt(number, jobs)
  const at = (minutes: number): string => new Date(Date.parse(created) + minutes * minute).toISOString()
  const run = runs[pick(runs.length)]!
  const status = statusOf(number, jobs, pick(100))
  const took = 20 + pick(600)
  // As many that a job's user has some ten jobs, and its domain, in a database of 100.
  const cell = pick(Math.min(500, Math.ceil(jobs / 12)))
  const domain = `/proj/io${cell % 9}/release_${cell % 4}/gpio_${cell}`
  const asCreated = newJob(configuration, {
    name: `gpio_${number}`,
    domain,
    user: `user${pick(Math.min(40, Math.ceil(jobs / 12)))}`,
    now: created,
    description: number % 3 === 0 ? 'signoff of the second revision' : null,
    tags: number % 5 === 0 ? ['signoff'] : [],
  })
  const ended = hasEnded(status)
  const { stored, successful, failed } = tally(run.points, run.results, ended)
  const job: Job = {
    job_id: seededId(pick),
    updated_at: at(1 + took),
    ...asCreated,
    status,
    started_at: at(1),
    completed_at: ended ? at(1 + took) : null,
    elapsed_seconds: ended ? took * 60 : null,
    current_stage: status === 'completed' ? null : 'srt',
    completed_stages: status === 'completed' ? [...defaultStages] : ['gen', 'run', 'ext'],
    error_message: status === 'failed' ? 'sorting failed' : null,
    error_stage: status === 'failed' ? 'srt' : null,
    backup_path: `${domain}/00bkp_${created.replace(/\D/g, '').slice(0, 12)}`,
    host: 'farm12',
    total_simulations: run.points.length,
    stored_simulations: stored,
    successful_simulations: successful,
    failed_simulations: failed,
  }
  return { job, run }
}

/** Of 100: 82 completed, 13 failed, 5 cancelled; the very newest still run. */
function statusOf(number: number, jobs: number, chance: number): JobStatus {
  if (number >= jobs - Math.min(40, Math.ceil(jobs / 20))) return 'running'
  if (chance < 82) return 'completed'
  return chance < 95 ? 'failed' : 'cancelled'
}

async function insertJobs(
  db: Database,
  jobs: readonly MadeJob[],
  configuration: LoadedConfiguration,
): Promise<void> {
  await insertJobRows(
    db,
    jobs.map(({ job }) => toJobRow(job, configuration)),
  )
  await insertStageRows(db, jobs.flatMap(stageRows))
  await insertLogRows(db, jobs.flatMap(logRows))
  for (const made of jobs) await insertDelivery(db, made)
}

/** Stages share the time of a job evenly. */
function stageRows({ job }: MadeJob): SqlValue[][] {
  const start = Date.parse(job.started_at!)
  const each = Math.floor((Date.parse(job.updated_at) - start) / defaultStages.length)
  const begun: StageName[] = [
    ...job.completed_stages,
    ...(job.current_stage === null ? [] : [job.current_stage]),
  ]
  return begun.map((stage, index): SqlValue[] => {
    const done = job.completed_stages.includes(stage)
    const over = done || hasEnded(job.status)
    const status = done ? 'done' : job.status === 'running' ? 'running' : 'failed'
    const from = new Date(start + index * each).toISOString()
    const to = over ? new Date(start + (index + 1) * each).toISOString() : null
    return [job.job_id, stage, 1, status, from, to, over ? each / 1000 : null, null, null]
  })
}

function logRows({ job, run }: MadeJob): SqlValue[][] {
  const messages = [
    `created, expecting ${run.points.length} PVT points`,
    ...job.completed_stages.flatMap((stage) => [`stage ${stage} started`, `stage ${stage} done`]),
  ]
  return messages.map((message, index) => [job.job_id, index + 1, job.created_at, 'info', 'pvt', message])
}

/** What an import writes. */
async function insertDelivery(db: Database, { job, run }: MadeJob): Promise<void> {
  const import_id = job.job_id.replaceAll('-', '').slice(0, 16)
  const folder = job.backup_path!
  await insertPoints(db, job.job_id, run.points)
  await insertResults(
    db,
    run.results.map((result) => ({ ...result, mt0_file_path: `${folder}/${result.mt0_file_path}` })),
    { jobId: job.job_id, importId: import_id, now: job.updated_at },
  )
  await replaceSummaries(db, job.job_id, run.summaries)
  const files = run.points.slice(0, 2)
  await insertImport(db, {
    import_id,
    job_id: job.job_id,
    path: folder,
    imported_at: job.updated_at,
    imported_by: job.user,
    host: job.host,
    program_version: '0.1.0',
    files: files.map(({ corner }) => ({
      path: `${folder}/mt0/${corner}.mt0`,
      size: 4096,
      sha256: noDigest,
    })),
    files_read: files.length,
    points: job.stored_simulations,
    results_new: run.results.length,
    results_updated: 0,
    results_unchanged: 0,
    measurements: run.results.length * measurementNames(run.results).length,
    failed_measurements: run.failedMeasurements,
    missing_points: run.points.length - job.stored_simulations,
    disagreements: [],
    problems: [],
    prefer: null,
    results_pruned: 0,
    changes: [],
    changes_count: 0,
    vanished: [],
    vanished_count: 0,
  })
}

const noDigest = '0'.repeat(64)
