import type { Summary } from '../domain/summary.ts'
import type { Database } from './database.ts'

const columns = [
  'measurement',
  'count',
  'failed',
  'min',
  'min_point',
  'mean',
  'max',
  'max_point',
] as const satisfies readonly (keyof Summary)[]

/** The summaries of a job, in the order of its measurements. */
export async function findSummaries(db: Database, jobId: string): Promise<Summary[]> {
  return db.query<Summary>(`select ${columns.join(', ')} from summaries where job_id = $1 order by ordinal`, [
    jobId,
  ])
}

export async function replaceSummaries(
  db: Database,
  jobId: string,
  summaries: readonly Summary[],
): Promise<void> {
  await db.query('delete from summaries where job_id = $1', [jobId])
  await db.insert(
    'summaries',
    ['job_id', 'ordinal', ...columns],
    summaries.map((summary, index) => [jobId, index + 1, ...columns.map((column) => summary[column])]),
  )
}
