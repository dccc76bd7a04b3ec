import { randomUUID } from 'node:crypto'
import type { ConfigSnapshot, Job } from '../domain/job.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'

/** The columns of `jobs` that lists and single jobs show, in the order in which they are shown. */
export const jobColumns = [
  'job_id',
  'name',
  'status',
  'created_at',
  'updated_at',
  'started_at',
  'completed_at',
  'elapsed_seconds',
  'mode',
  'vccn',
  'vcctx',
  'vccana',
  'vcc',
  'supply_1st',
  'supply_2nd',
  'supply_3rd',
  'condition',
  'cpu_count',
  'memory_gb',
  'alter_extraction',
  'alter_string_count',
  'sim_mode',
  'gs_gf_corner',
  'vcc_vid',
  'simulator',
  'postlay_cross_cornerlist',
  'postlay_custom_corners',
  'planned_stages',
  'current_stage',
  'completed_stages',
  'total_simulations',
  'stored_simulations',
  'successful_simulations',
  'failed_simulations',
  'domain_path',
  'config_file_path',
  'config_source',
  'backup_path',
  'error_message',
  'error_stage',
  'user',
  'host',
  'description',
  'tags',
  'pinned',
] as const satisfies readonly (keyof Job)[]

/** `user` is a reserved word in PostgreSQL. */
const quoted = (column: string): string => `"${column}"`

/** Columns of `jobs` as SQL: names of this file, never a user's text. */
export const toColumnList = (columns: readonly (typeof jobColumns)[number][]): string =>
  columns.map(quoted).join(', ')

const jobColumnList = toColumnList(jobColumns)

/** A job to be stored; without an id it gets a new one. */
export type NewJob = Omit<Job, 'job_id' | 'updated_at'> & ConfigSnapshot & { job_id?: string }

const insertedColumns = [...jobColumns, 'config_text', 'config_sha256'].map(quoted)

/** Stores a new job, under a new id unless it has one, and gives it back. */
export async function insertJob(
  db: Database,
  job: NewJob,
  jobId: string = job.job_id ?? randomUUID(),
): Promise<Job> {
  const found = { ...job, job_id: jobId, updated_at: job.created_at }
  await db.insert('jobs', insertedColumns, [
    [...jobColumns.map((column) => toSql(found[column])), job.config_text, job.config_sha256],
  ])
  // In the order of the columns, as every other job that is read.
  return Object.fromEntries(jobColumns.map((column) => [column, found[column]])) as Job
}

const selectJob = `select ${jobColumnList} from jobs where job_id = $1`

export async function findJob(db: Database, jobId: string): Promise<Job | null> {
  const [row] = await db.query(selectJob, [jobId])
  return row === undefined ? null : toJob(row)
}

/**
 * Reads a job and keeps others from changing it until the transaction ends. SQLite's transactions hold the one write
 * lock from their begin; PostgreSQL locks the row.
 */
export async function lockJob(db: Database, jobId: string): Promise<Job | null> {
  const [row] = await db.query(db.dialect === 'sqlite' ? selectJob : `${selectJob} for update`, [jobId])
  return row === undefined ? null : toJob(row)
}

/** Writes the given fields, guarded by the state that the decision was made for; false when it is another by now. */
export async function updateJob(
  db: Database,
  job: Pick<Job, 'job_id' | 'status'>,
  fields: Partial<Job>,
): Promise<boolean> {
  const entries = Object.entries(fields)
  const assignments = entries.map(([column], index) => `${quoted(column)} = $${index + 3}`).join(', ')
  const rows = await db.query(
    `update jobs set ${assignments} where job_id = $1 and status = $2 returning job_id`,
    [job.job_id, job.status, ...entries.map(([, value]) => toSql(value))],
  )
  return rows.length === 1
}

export async function findConfigSnapshot(db: Database, jobId: string): Promise<ConfigSnapshot> {
  const [row] = await db.query<ConfigSnapshot>(
    'select config_text, config_sha256 from jobs where job_id = $1',
    [jobId],
  )
  return row ?? { config_text: null, config_sha256: null }
}

/** Removes a job and, by the foreign keys, everything of it; false when it is not there or pinned. */
export async function deleteJob(db: Database, jobId: string): Promise<boolean> {
  const rows = await db.query('delete from jobs where job_id = $1 and pinned = 0 returning job_id', [jobId])
  return rows.length === 1
}

/**
 * The first and the last id that begin with `prefix` (hexadecimal digits and the dashes of a UUID). As a range of
 * whole ids, so that the primary key serves it on both engines, whatever the server's collation.
 */
export const jobIdRange = (prefix: string): [string, string] => {
  const fill = (digit: string): string =>
    prefix + '00000000-0000-0000-0000-000000000000'.slice(prefix.length).replaceAll('0', digit)
  return [fill('0'), fill('f')]
}

/** Jobs whose id begins with `prefix`, at most `limit`, newest first. */
export async function findJobsByPrefix(db: Database, prefix: string, limit: number): Promise<Job[]> {
  const rows = await db.query(
    `select ${jobColumnList} from jobs where job_id between $1 and $2 order by created_at desc, job_id desc limit $3`,
    [...jobIdRange(prefix), limit],
  )
  return rows.map(toJob)
}

/** The newest job of a user; `asOf` (ISO 8601 UTC): the one that was the newest at that instant. */
export async function findNewestJobOfUser(
  db: Database,
  user: string,
  asOf: string = endOfTime,
): Promise<Job | null> {
  const [row] = await db.query(
    `select ${jobColumnList} from jobs where "user" = $1 and created_at <= $2
      order by created_at desc, job_id desc limit 1`,
    [user, asOf],
  )
  return row === undefined ? null : toJob(row)
}

/**
 * The newest job whose domain folder is one of `folders`. Of each folder the newest: a list of folders in one condition
 * would have SQLite read every job of theirs. (`column1` is what both engines call it.)
 */
export async function findNewestJobIn(
  db: Database,
  folders: readonly string[],
  asOf: string = endOfTime,
): Promise<Job | null> {
  const values = folders.map((_, index) => `($${index + 2})`).join(', ')
  const [row] = await db.query(
    `select ${jobColumnList} from jobs where job_id in (
        select (
          select job_id from jobs where domain_path = folders.column1 and created_at <= $1
            order by created_at desc, job_id desc limit 1
        ) from (values ${values}) as folders
      )
      order by created_at desc, job_id desc limit 1`,
    [asOf, ...folders],
  )
  return row === undefined ? null : toJob(row)
}

/**
 * Within a transaction: keeps others from making a job of the same backup, or a run in the same domain, until it ends.
 * SQLite's transactions exclude each other anyway.
 */
export async function holdPath(db: Database, path: string): Promise<void> {
  if (db.dialect === 'postgres')
    await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [path])
}

export async function findJobByBackup(db: Database, backupPath: string): Promise<Job | null> {
  const [row] = await db.query(
    `select ${jobColumnList} from jobs where backup_path = $1 order by created_at desc, job_id desc limit 1`,
    [backupPath],
  )
  return row === undefined ? null : toJob(row)
}

/** Later than every instant as text. */
const endOfTime = '9999'

/** The newest job that was made of a backup with this name and these files. */
export async function findJobByBackupContent(db: Database, digest: string): Promise<Job | null> {
  const [row] = await db.query(
    `select ${jobColumnList} from jobs where backup_sha256 = $1 order by created_at desc, job_id desc limit 1`,
    [digest],
  )
  return row === undefined ? null : toJob(row)
}

export interface BackupContent {
  job_id: string
  backup_path: string
  backup_sha256: string
}

/** The backups of a domain folder that jobs were made of, the newest job first. */
export const findBackupContents = (db: Database, domain: string): Promise<BackupContent[]> =>
  db.query<BackupContent & SqlRow>(
    `select job_id, backup_path, backup_sha256 from jobs
      where domain_path = $1 and backup_path is not null and backup_sha256 is not null
      order by created_at desc, job_id desc`,
    [domain],
  )

export async function saveBackupContent(db: Database, jobId: string, digest: string): Promise<void> {
  await db.query('update jobs set backup_sha256 = $2 where job_id = $1', [jobId, digest])
}

const listColumns = ['planned_stages', 'completed_stages', 'tags'] as const

/** A row of all columns, or of some of them, as a job. */
export function toJob(row: SqlRow): Job {
  const job: Record<string, unknown> = row
  for (const column of listColumns) {
    const text = row[column]
    if (typeof text === 'string') job[column] = JSON.parse(text)
  }
  if (typeof row['pinned'] === 'number') job['pinned'] = row['pinned'] === 1
  return job as Job
}

/** A value of a job as its column has it: lists as JSON, true as 1. */
export function toSql(value: SqlValue | boolean | readonly string[]): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
