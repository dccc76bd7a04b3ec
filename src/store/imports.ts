import { randomBytes } from 'node:crypto'
import type { Disagreement, ValueChange } from '../domain/combine-results.ts'
import type { ResultSource } from '../domain/measurement.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { Vanished } from '../domain/vanished.ts'
import type { Database, SqlRow } from './database.ts'

export interface ReadFile {
  path: string
  size: number
  sha256: string
}

/** What was read, when and by whom: a row of the table `imports`. */
export interface ImportRecord {
  import_id: string
  job_id: string
  path: string
  imported_at: string
  imported_by: string
  host: string
  program_version: string
  files: ReadFile[]
  files_read: number
  points: number
  results_new: number
  results_updated: number
  results_unchanged: number
  measurements: number
  failed_measurements: number
  missing_points: number | null
  disagreements: Disagreement[]
  problems: FileProblem[]
  /** The source whose values were to be stored; null: the rawest. */
  prefer: ResultSource | null
  results_pruned: number
  /** The values that it replaced, at most `mostListed`, and how many there were. */
  changes: ValueChange[]
  changes_count: number
  /** What earlier imports of the path brought and this one did not find, at most `mostListed`; and how many. */
  vanished: Vanished[]
  vanished_count: number
}

/** Of changes, vanished values and disagreements of one import so many are listed; beyond they are counted. */
export const mostListed = 10_000

/** 64 random bits: the beginning of the ids of the results that the import brings. */
export const newImportId = (): string => randomBytes(8).toString('hex')

export async function insertImport(db: Database, record: ImportRecord): Promise<void> {
  const entries = Object.entries({
    ...record,
    files: JSON.stringify(record.files),
    disagreements: JSON.stringify(record.disagreements),
    problems: JSON.stringify(record.problems),
    changes: JSON.stringify(record.changes),
    vanished: JSON.stringify(record.vanished),
  })
  await db.insert(
    'imports',
    entries.map(([column]) => column),
    [entries.map(([, value]) => value)],
  )
}

type LastImport = { imported_at: string } & Record<'files' | 'problems', string>

/** The newest import of a path into a job, its lists as JSON; null for none. */
export async function findLastImport(db: Database, jobId: string, path: string): Promise<LastImport | null> {
  const [row] = await db.query<LastImport>(
    `select imported_at, files, problems from imports where job_id = $1 and path = $2 order by imported_at desc limit 1`,
    [jobId, path],
  )
  return row ?? null
}

/** The ids of the imports of a path into a job. */
export async function findImportIds(db: Database, jobId: string, path: string): Promise<string[]> {
  const rows = await db.query<{ import_id: string }>(
    'select import_id from imports where job_id = $1 and path = $2',
    [jobId, path],
  )
  return rows.map(({ import_id }) => import_id)
}

/** The files that the imports of a path into a job have read. */
export async function findImportedFiles(db: Database, jobId: string, path: string): Promise<Set<string>> {
  const rows = await db.query<{ files: string }>(
    'select distinct files from imports where job_id = $1 and path = $2',
    [jobId, path],
  )
  return new Set(rows.flatMap(({ files }) => (JSON.parse(files) as ReadFile[]).map((file) => file.path)))
}

/** The imports of a job, newest first, with all that they brought and found. */
export async function findImports(db: Database, jobId: string): Promise<ImportRecord[]> {
  const rows = await db.query(
    'select * from imports where job_id = $1 order by imported_at desc, import_id desc',
    [jobId],
  )
  return rows.map(toImportRecord)
}

/** The imports of any job whose id begins so; at most `limit`. */
export async function findImportsByPrefix(
  db: Database,
  prefix: string,
  limit: number,
): Promise<ImportRecord[]> {
  const rows = await db.query(
    'select * from imports where substr(import_id, 1, $2) = $1 order by import_id limit $3',
    [prefix, prefix.length, limit],
  )
  return rows.map(toImportRecord)
}

function toImportRecord(row: SqlRow): ImportRecord {
  const lists = ['files', 'disagreements', 'problems', 'changes', 'vanished'].map(
    (column): [string, unknown] => [column, JSON.parse(row[column] as string)],
  )
  return { ...row, ...Object.fromEntries(lists) } as unknown as ImportRecord
}
