import { hostname } from 'node:os'
import type { Job } from '../../src/domain/job.ts'
import type { PvtPoint } from '../../src/domain/point.ts'
import { defaultStages, type StageName } from '../../src/domain/stage.ts'
import { newJob } from '../../src/import/describe-job.ts'
import type { LoadedConfiguration } from '../../src/import/load-configuration.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { insertPoints } from '../../src/store/points.ts'
import { mulberry32 } from '../fixtures/truth.ts'
import { insertJobRows, insertLogRows, insertStageRows, seededId, toJobRow } from './seeded-rows.ts'

export interface ManyJobsOptions {
  jobs: number
  /** How many fresh jobs of each kind there are to work on. */
  fresh: number
  /** 92 points. */
  small: LoadedConfiguration
  /** 488 points. */
  large: LoadedConfiguration
}

/** Ids of the jobs that a benchmark may change, all with their points; a new one for each round. */
export interface FreshJobs {
  queued: string[]
  /** The stage `run` is running. */
  running: string[]
  /** Running, without results, of the small and of the large configuration. */
  small: string[]
  large: string[]
}

/** Fills an empty database; the same jobs for the same options. All but the fresh jobs have ended. */
export async function fillWithJobs(db: Database, options: ManyJobsOptions): Promise<FreshJobs> {
  const random = mulberry32(20260131)
  const kinds = ['queued', 'running', 'small', 'large'] as const
  const fresh: FreshJobs = { queued: [], running: [], small: [], large: [] }
  const rows: Rows = { jobs: [], stages: [], points: [], logs: [] }
  for (let number = 0; number < options.jobs; number += 1) {
    const kind = kinds[Math.floor(number / options.fresh)]
    const loaded = kind === 'large' ? options.large : options.small
    const job = makeJob(loaded, kind ?? 'ended', number, random)
    rows.jobs.push(toJobRow(job, loaded))
    addRows(rows, job, kind === undefined ? [] : loaded.points)
    if (kind !== undefined) fresh[kind].push(job.job_id)
  }
  await db.transaction(() => insertRows(db, rows))
  return fresh
}

interface Rows {
  jobs: SqlValue[][]
  stages: SqlValue[][]
  points: [jobId: string, points: readonly PvtPoint[]][]
  logs: SqlValue[][]
}

async function insertRows(db: Database, rows: Rows): Promise<void> {
  await insertJobRows(db, rows.jobs)
  await insertStageRows(db, rows.stages)
  for (const [jobId, points] of rows.points) await insertPoints(db, jobId, points)
  await insertLogRows(db, rows.logs)
}

const lastDay = Date.parse('2026-01-31T12:00:00Z')
const minute = 60_000

function makeJob(
  loaded: LoadedConfiguration,
  kind: keyof FreshJobs | 'ended',
  number: number,
  random: () => number,
): Job {
  const pick = (count: number): number => Math.floor(random() * count)
  const created = lastDay - pick(2 * 365 * 24 * 60) * minute
  const at = (minutes: number): string => new Date(created + minutes * minute).toISOString()
  const domain = `/proj/io/release_${pick(9)}/gpio_${pick(200)}`
  const asCreated = newJob(loaded, {
    name: `gpio_${number}`,
    domain,
    user: `user${pick(12)}`,
    now: at(0),
    description: number % 3 === 0 ? 'signoff of the second revision' : null,
    tags: number % 5 === 0 ? ['signoff'] : [],
  })
  return {
    job_id: seededId(pick),
    updated_at: at(kind === 'ended' ? 200 : 0),
    ...asCreated,
    ...stateOf(kind, at, loaded.points.length),
    ...(kind === 'ended' ? { backup_path: `${domain}/00bkp_202601151030` } : {}),
    host: hostname(),
  }
}

function stateOf(
  kind: keyof FreshJobs | 'ended',
  at: (minutes: number) => string,
  points: number,
): Partial<Job> {
  if (kind === 'queued') return {}
  if (kind !== 'ended') {
    return { status: 'running', started_at: at(1), current_stage: 'run', completed_stages: ['gen'] }
  }
  return {
    status: 'completed',
    started_at: at(1),
    completed_at: at(200),
    elapsed_seconds: 199 * 60,
    completed_stages: [...defaultStages],
    stored_simulations: points - 8,
    successful_simulations: points - 8,
    failed_simulations: 8,
  }
}

/** The timeline and log that a job in this state has. */
function addRows(rows: Rows, job: Job, points: readonly PvtPoint[]): void {
  const { job_id, created_at } = job
  const begun: StageName[] = [...job.completed_stages, ...(job.status === 'running' ? ['run' as const] : [])]
  for (const stage of begun) {
    const done = job.completed_stages.includes(stage)
    const times: SqlValue[] = [created_at, done ? created_at : null, done ? 0 : null]
    rows.stages.push([job_id, stage, 1, done ? 'done' : 'running', ...times, null, null])
  }
  if (points.length > 0) rows.points.push([job_id, points])
  for (const [index, message] of ['created', ...begun.map((stage) => `stage ${stage}`)].entries()) {
    rows.logs.push([job_id, index + 1, created_at, 'info', 'pvt', message])
  }
}
