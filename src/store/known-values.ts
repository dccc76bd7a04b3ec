import type { Job } from '../domain/job.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { Database } from './database.ts'
import { jobIdRange } from './jobs.ts'

/** What the database knows that a user may want to name; small queries, for completion at every key press. */

export type NamedJob = Pick<Job, 'job_id' | 'name' | 'status' | 'created_at'>

/** The newest jobs whose id begins with `prefix` (hexadecimal digits and the dashes of a UUID; empty for all). */
export function findNamedJobs(db: Database, prefix: string, limit: number): Promise<NamedJob[]> {
  // A range of all ids would be sorted whole: of 10,000 jobs 5 to 12 ms, in the order of their index 0.2 ms.
  return prefix === ''
    ? db.query<NamedJob>(selectNamedJobs(''), [limit])
    : db.query<NamedJob>(selectNamedJobs('where job_id between $2 and $3'), [limit, ...jobIdRange(prefix)])
}

const selectNamedJobs = (where: string): string =>
  `select job_id, name, status, created_at from jobs ${where} order by created_at desc, job_id desc limit $1`

/** The id of the newest job that has results; null when there is none. */
export async function findNewestJobWithResults(db: Database): Promise<string | null> {
  const [row] = await db.query<{ job_id: string }>(
    'select job_id from jobs where stored_simulations > 0 order by created_at desc, job_id desc limit 1',
  )
  return row?.job_id ?? null
}

export async function findMeasurementNames(db: Database, jobId: string): Promise<string[]> {
  const rows = await db.query<{ measurement: string }>(
    'select measurement from summaries where job_id = $1 order by ordinal',
    [jobId],
  )
  return rows.map(({ measurement }) => measurement)
}

/** The points that a job has results of, for jobs whose expected points are not known. */
export const findStoredPoints = (db: Database, jobId: string): Promise<PvtPoint[]> =>
  db.query<PvtPoint>(
    `select distinct corner, extraction, temperature, temperature_c, voltage_combo
      from results where job_id = $1 order by corner, extraction, temperature, voltage_combo`,
    [jobId],
  )

export async function findUsers(db: Database): Promise<string[]> {
  const rows = await db.query<{ user: string }>('select distinct "user" from jobs order by "user"')
  return rows.map(({ user }) => user)
}

export async function findDomains(db: Database): Promise<string[]> {
  const rows = await db.query<{ domain_path: string }>(
    'select distinct domain_path from jobs order by domain_path',
  )
  return rows.map(({ domain_path }) => domain_path)
}

/** Tags of the jobs, in the order of their letters. */
export async function findTags(db: Database): Promise<string[]> {
  const rows = await db.query<{ tags: string }>("select distinct tags from jobs where tags <> '[]'")
  return [...new Set(rows.flatMap(({ tags }) => JSON.parse(tags) as string[]))].sort()
}
