import { hostname } from 'node:os'
import type { Job } from '../../src/domain/job.ts'
import type { PvtPoint } from '../../src/domain/point.ts'
import { defaultStages, type StageName } from '../../src/domain/stage.ts'
import { newJob } from '../../src/import/describe-job.ts'
import type { LoadedConfiguration } from '../../src/import/load-configuration.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { jobColumns, toSql } from '../../src/store/jobs.ts'
import { mulberry32 } from '../fixtures/truth.ts'

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
  const rows: Rows = { jobs: [], stages: [], points: [], job_logs: [] }
  for (let number = 0; number < options.jobs; number += 1) {
    const kind = kinds[Math.floor(number / options.fresh)]
    const loaded = kind === 'large' ? options.large : options.small
    const job = makeJob(loaded, kind ?? 'ended', number, random)
    addRows(rows, job, kind === undefined ? [] : loaded.points)
    if (kind !== undefined) fresh[kind].push(job.job_id)
  }
  await insertRows(db, rows)
  return fresh
}

type Rows = Record<'jobs' | 'stages' | 'points' | 'job_logs', SqlValue[][]>

async function insertRows(db: Database, rows: Rows): Promise<void> {
  const columns = {
    jobs: [...jobColumns.map((column) => `"${column}"`), 'config_text', 'config_sha256'],
    stages: [
      ...['job_id', 'stage', 'attempt', 'status'],
      ...['started_at', 'finished_at', 'elapsed_seconds', 'exit_code', 'message'],
    ],
    points: [
      ...['job_id', 'ordinal'],
      ...['corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
    ],
    job_logs: ['job_id', 'log_number', 'logged_at', 'level', 'source', 'message'],
  }
  for (const table of ['jobs', 'stages', 'points', 'job_logs'] as const) {
    await db.insert(table, columns[table], rows[table])
  }
}

const lastDay = Date.parse('2026-01-31T12:00:00Z')
const minute = 60_000

function makeJob(
  loaded: LoadedConfiguration,
  kind: keyof FreshJobs | 'ended',
  number: number,
  random: () => number,
): { job: Job; sql: SqlValue[]; job_id: string } {
  const pick = (count: number): number => Math.floor(random() * count)
  const created = lastDay - pick(2 * 365 * 24 * 60) * minute
  const at = (minutes: number): string => new Date(created + minutes * minute).toISOString()
  const domain = `/proj/io/release_${pick(9)}/gpio_${pick(200)}`
  const { config_text, config_sha256, ...fields } = newJob(loaded, {
    name: `gpio_${number}`,
    domain,
    user: `user${pick(12)}`,
    now: at(0),
    description: number % 3 === 0 ? 'signoff of the second revision' : null,
    tags: number % 5 === 0 ? ['signoff'] : [],
  })
  const job: Job = {
    job_id: seededId(pick),
    updated_at: at(kind === 'ended' ? 200 : 0),
    ...fields,
    ...stateOf(kind, at, loaded.points.length),
    ...(kind === 'ended' ? { backup_path: `${domain}/00bkp_202601151030` } : {}),
    host: hostname(),
  }
  const sql = jobColumns.map((column) => toSql(job[column]))
  return { job, job_id: job.job_id, sql: [...sql, config_text, config_sha256] }
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
function addRows(rows: Rows, { job, sql }: { job: Job; sql: SqlValue[] }, points: readonly PvtPoint[]): void {
  const { job_id, created_at } = job
  rows.jobs.push(sql)
  const begun: StageName[] = [...job.completed_stages, ...(job.status === 'running' ? ['run' as const] : [])]
  for (const stage of begun) {
    const done = job.completed_stages.includes(stage)
    const times: SqlValue[] = [created_at, done ? created_at : null, done ? 0 : null]
    rows.stages.push([job_id, stage, 1, done ? 'done' : 'running', ...times, null, null])
  }
  points.forEach((point, index) => {
    const { corner, extraction, temperature, temperature_c, voltage_combo } = point
    rows.points.push([job_id, index + 1, corner, extraction, temperature, temperature_c, voltage_combo])
  })
  for (const [index, message] of ['created', ...begun.map((stage) => `stage ${stage}`)].entries()) {
    rows.job_logs.push([job_id, index + 1, created_at, 'info', 'pvt', message])
  }
}

/** In the form of a UUID of version 4. */
function seededId(pick: (count: number) => number): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => pick(16).toString(16)).join('')
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`
}
