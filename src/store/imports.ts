import { randomBytes } from 'node:crypto'
import type { FileProblem } from '../domain/problem.ts'
import type { Database } from './database.ts'

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
  disagreements: unknown[]
  problems: FileProblem[]
}

/** 64 random bits: the beginning of the ids of the results that the import brings. */
export const newImportId = (): string => randomBytes(8).toString('hex')

export async function insertImport(db: Database, record: ImportRecord): Promise<void> {
  const entries = Object.entries({
    ...record,
    files: JSON.stringify(record.files),
    disagreements: JSON.stringify(record.disagreements),
    problems: JSON.stringify(record.problems),
  })
  await db.insert(
    'imports',
    entries.map(([column]) => column),
    [entries.map(([, value]) => value)],
  )
}

/** What a page tells of an import. */
export type ImportSummary = Pick<
  ImportRecord,
  | 'path'
  | 'imported_at'
  | 'imported_by'
  | 'host'
  | 'program_version'
  | 'files_read'
  | 'results_new'
  | 'results_updated'
> & { problems: FileProblem[]; disagreements: number }

/** The imports into a job, oldest first. */
export async function findImports(db: Database, jobId: string): Promise<ImportSummary[]> {
  const rows = await db.query<
    Omit<ImportSummary, 'problems' | 'disagreements'> & Record<'problems' | 'disagreements', string>
  >(
    `select path, imported_at, imported_by, host, program_version, files_read, results_new, results_updated, problems,
        disagreements
      from imports where job_id = $1 order by imported_at, import_id`,
    [jobId],
  )
  return rows.map(({ problems, disagreements, ...row }) => ({
    ...row,
    problems: JSON.parse(problems) as FileProblem[],
    disagreements: (JSON.parse(disagreements) as unknown[]).length,
  }))
}

/** The newest import of a path into a job, or null. */
export async function findLastImport(
  db: Database,
  jobId: string,
  path: string,
): Promise<{ files: string; problems: string } | null> {
  const [row] = await db.query<{ files: string; problems: string }>(
    `select files, problems from imports where job_id = $1 and path = $2 order by imported_at desc limit 1`,
    [jobId, path],
  )
  return row ?? null
}
