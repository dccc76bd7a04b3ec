import type { Job } from '../domain/job.ts'
import type { Database } from './database.ts'
import { jobColumns, toJob } from './jobs.ts'

/** A running job with the newest sign of life of it, ISO 8601 UTC. */
export interface RunningJob {
  job: Job
  heard_at: string
}

/** Everything that somebody at work on a job writes, by the time of it. */
const signs = {
  run_seen_at: 'select max(seen_at) from runs where job_id = j.job_id',
  stage_started_at: 'select max(started_at) from stages where job_id = j.job_id',
  stage_finished_at: 'select max(finished_at) from stages where job_id = j.job_id',
  progress_at: 'select max(changed_at) from stage_progress where job_id = j.job_id',
  attempt_at: 'select max(seen_at) from attempts where job_id = j.job_id',
  logged_at: 'select max(logged_at) from job_logs where job_id = j.job_id',
} as const

const selectRunning = `
  select ${jobColumns.map((column) => `j."${column}"`).join(', ')},
    ${Object.entries(signs)
      .map(([name, select]) => `(${select}) as ${name}`)
      .join(',\n    ')}
  from jobs j
  where j.status = 'running'
  order by j.created_at, j.job_id`

/** All running jobs, the oldest first. */
export async function findRunningJobs(db: Database): Promise<RunningJob[]> {
  const rows = await db.query(selectRunning)
  return rows.map((row) => {
    const heard = [row['updated_at'], ...Object.keys(signs).map((name) => row[name])]
    return {
      job: toJob(Object.fromEntries(jobColumns.map((column) => [column, row[column]!]))),
      heard_at: heard.filter((at) => typeof at === 'string').reduce((a, b) => (a > b ? a : b)),
    }
  })
}
