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

/** One measurement in several jobs, by job id; a job without it has no entry. */
export async function findSummaryOfJobs(
  db: Database,
  jobs: readonly { job_id: string }[],
  measurement: string,
): Promise<Map<string, Summary>> {
  const found = new Map<string, Summary>()
  for (let start = 0; start < jobs.length; start += jobsAtOnce) {
    const ids = jobs.slice(start, start + jobsAtOnce).map(({ job_id }) => job_id)
    const places = ids.map((_, index) => `$${index + 2}`).join(', ')
    const rows = await db.query<Summary & { job_id: string }>(
      `select job_id, ${columns.join(', ')} from summaries where measurement = $1 and job_id in (${places})`,
      [measurement, ...ids],
    )
    for (const { job_id, ...summary } of rows) found.set(job_id, summary)
  }
  return found
}

/** Far below what either engine takes in one statement. */
const jobsAtOnce = 500
