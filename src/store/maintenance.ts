import { hasEnded, type Job } from '../domain/job.ts'
import { tally } from '../domain/tally.ts'
import { checkModes, checkPages, checkTriggers, type Finding } from './check-files.ts'
import type { Database } from './database.ts'
import { type Summary, summarise } from '../domain/summary.ts'
import { fileSystemKind } from './file-system.ts'
import { databaseSize, giveSpaceBack, pragma } from './free-space.ts'
import type { jobColumns } from './jobs.ts'
import { migrationStatus } from './migrate.ts'
import { findPoints } from './points.ts'
import { findPointStates } from './derived.ts'
import { findResults } from './results.ts'
import { findMisdated } from './stages.ts'
import { findSummaries } from './summaries.ts'

/** The tables whose rows belong to a job. */
export const jobTables = [
  'stages',
  'points',
  'imports',
  'results',
  'summaries',
  'simulation_logs',
  'job_logs',
  'verdicts',
  'removals',
  'runs',
  'stage_progress',
  'attempts',
  'dependencies',
] as const

/** The tables of the schema, parents first. Limits and waivers belong to a domain, and stay when its jobs go. */
export const tables = ['jobs', ...jobTables, 'limits', 'waivers', 'delivered_changes'] as const

/** What `db status` says of a database. */
export interface DatabaseStatus {
  engine: 'sqlite' | 'postgres'
  engine_version: string
  location: string
  schema_version: number
  pending_migrations: string[]
  size_bytes: number
  rows: Record<string, number>
  /** SQLite: `wal` or `truncate`; null on a server. */
  journal_mode: string | null
  /** SQLite: `local` or `network`; null on a server. */
  file_system: string | null
}

export async function databaseStatus(db: Database): Promise<DatabaseStatus> {
  const { schemaVersion, pending } = await migrationStatus(db)
  const rows: Record<string, number> = {}
  for (const table of await presentTables(db)) rows[table] = await countRows(db, table)
  return {
    engine: db.dialect,
    engine_version: await engineVersion(db),
    location: db.location,
    schema_version: schemaVersion,
    pending_migrations: pending,
    size_bytes: await databaseSize(db),
    rows,
    journal_mode: db.dialect === 'sqlite' ? await pragma(db, 'journal_mode') : null,
    file_system: db.dialect === 'sqlite' ? fileSystemKind(db.location) : null,
  }
}

/** An older schema lacks some tables, an empty database all. */
export async function presentTables(db: Database): Promise<(typeof tables)[number][]> {
  const found = await db.query<{ name: string }>(
    db.dialect === 'sqlite'
      ? `select name from sqlite_master where type = 'table'`
      : `select tablename as name from pg_tables where schemaname = current_schema()`,
  )
  return tables.filter((table) => found.some(({ name }) => name === table))
}

const countRows = async (db: Database, table: (typeof tables)[number]): Promise<number> =>
  scalar<number>(db, `select count(*) as value from ${table}`)

async function engineVersion(db: Database): Promise<string> {
  const sql =
    db.dialect === 'sqlite'
      ? 'select sqlite_version() as value'
      : "select current_setting('server_version') as value"
  return scalar<string>(db, sql)
}

async function scalar<Value>(db: Database, sql: string): Promise<Value> {
  const [row] = await db.query<{ value: Value }>(sql)
  return row!.value
}

/**
 * Checks the database: its pages (SQLite), the foreign keys, the migrations' checksums, and the counts that every job
 * keeps of its results; with `full` the summaries as well, computed anew from every result. An empty answer means that
 * all is well.
 */
export async function checkDatabase(
  db: Database,
  { full = false }: { full?: boolean } = {},
): Promise<Finding[]> {
  const damage = db.dialect === 'sqlite' ? await checkPages(db) : []
  // Counting what lies in damaged pages would only fail.
  if (damage.length > 0) return damage
  const modes = db.dialect === 'sqlite' ? checkModes(db.location) : []
  const findings = [
    ...modes,
    ...(await checkMigrations(db)),
    ...(db.dialect === 'sqlite' ? await checkTriggers(db) : []),
    ...(await checkOrphans(db)),
    ...(await checkCounts(db)),
    ...(await checkDates(db)),
  ]
  return full ? [...findings, ...(await checkSummaries(db))] : findings
}

async function checkMigrations(db: Database): Promise<Finding[]> {
  const { changed } = await migrationStatus(db)
  return changed.map((name) => ({
    kind: 'migration',
    job_id: null,
    message: `migration ${name} is not the one that was applied`,
  }))
}

async function checkOrphans(db: Database): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const table of jobTables) {
    const rows = await db.query<{ job_id: string; orphans: number }>(
      `select job_id, count(*) as orphans from ${table}
        where not exists (select 1 from jobs where jobs.job_id = ${table}.job_id)
        group by job_id order by job_id limit 20`,
    )
    for (const { job_id, orphans } of rows) {
      findings.push({ kind: 'foreign_key', job_id, message: `${orphans} rows of ${table} belong to no job` })
    }
  }
  return findings
}

async function checkCounts(db: Database): Promise<Finding[]> {
  const findings: Finding[] = []
  const jobs = await db.query<CountedJob>(
    // A job that cleanup has begun to take has fewer results than it counts, until the next cleanup takes the rest.
    `select ${countedColumns.join(', ')} from jobs
      where not exists (
        select 1 from removals
          where removals.job_id = jobs.job_id and removals.completed_at = jobs.completed_at
      )
      order by created_at, job_id`,
  )
  for (const job of jobs) {
    const points = await findPoints(db, job.job_id)
    const found = tally(points, await findPointStates(db, job.job_id), hasEnded(job.status))
    const counts = {
      total_simulations: points.length === 0 ? job.total_simulations : points.length,
      stored_simulations: found.stored,
      successful_simulations: found.successful,
      failed_simulations: found.failed,
    }
    for (const [column, value] of Object.entries(counts)) {
      const kept = job[column as keyof typeof counts]
      if (kept !== value)
        findings.push({
          kind: 'count',
          job_id: job.job_id,
          message: `${column} is ${kept}, but there are ${value}`,
        })
    }
  }
  return findings
}

async function checkDates(db: Database): Promise<Finding[]> {
  return (await findMisdated(db)).map((job_id) => ({
    kind: 'count',
    job_id,
    message: 'its stages do not have the time at which it was created',
  }))
}

async function checkSummaries(db: Database): Promise<Finding[]> {
  const findings: Finding[] = []
  const jobs = await db.query<{ job_id: string }>('select job_id from jobs order by created_at, job_id')
  for (const { job_id } of jobs) {
    const kept = await findSummaries(db, job_id)
    const found = summarise(await findResults(db, job_id, await findPoints(db, job_id)))
    const wrong = differing(kept, found)
    if (wrong.length > 0) {
      const message = `the summaries of ${wrong.join(', ')} are not those of the results`
      findings.push({ kind: 'summary', job_id, message })
    }
  }
  return findings
}

/** The measurements whose summaries are not the same, or are in another place. */
function differing(kept: readonly Summary[], found: readonly Summary[]): string[] {
  const placed = (summaries: readonly Summary[]): Map<string, Summary & { place: number }> =>
    new Map(summaries.map((summary, place) => [summary.measurement, { ...summary, place }]))
  const [there, right] = [placed(kept), placed(found)]
  return [...new Set([...there.keys(), ...right.keys()])].filter(
    (name) => !isSameSummary(there.get(name), right.get(name)),
  )
}

/** The mean of a large job is made of the sums of its points, and may differ in its last digits. */
function isSameSummary(a: Summary | undefined, b: Summary | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const withoutMean = (summary: Summary): string =>
    JSON.stringify(Object.entries({ ...summary, mean: summary.mean === null }).sort())
  return withoutMean(a) === withoutMean(b) && isSameMean(a, b)
}

function isSameMean(a: Summary, b: Summary): boolean {
  const largest = Math.max(Math.abs(b.min ?? 0), Math.abs(b.max ?? 0))
  return Math.abs((a.mean ?? 0) - (b.mean ?? 0)) <= largest * 1e-9
}

const countedColumns = [
  'job_id',
  'status',
  'total_simulations',
  'stored_simulations',
  'successful_simulations',
  'failed_simulations',
] as const satisfies readonly (typeof jobColumns)[number][]

type CountedJob = Pick<Job, (typeof countedColumns)[number]>

/** Brings statistics up to date and gives free space back, in steps that let others write. Bytes given back. */
export async function optimizeDatabase(db: Database): Promise<number> {
  const before = await databaseSize(db)
  if (db.dialect === 'postgres') {
    for (const table of tables) await db.script(`vacuum (analyze) ${table}`)
  } else {
    await giveSpaceBack(db)
    await db.script('analyze')
  }
  return before - (await databaseSize(db))
}
