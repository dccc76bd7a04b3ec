import type { Database } from './database.ts'

/** What there is of a job besides its stages and results. */
export interface Followed {
  hasRun: boolean
  hasProgress: boolean
  hasAttempts: boolean
  hasDependencies: boolean
}

const selectFollowed = `
  select exists (select 1 from runs where job_id = $1) as run,
    exists (select 1 from stage_progress where job_id = $1) as progress,
    exists (select 1 from attempts where job_id = $1) as attempts,
    exists (select 1 from dependencies where job_id = $1) as dependencies`

/** Asks four tables in one round trip: most jobs were not followed, and need no more. */
export async function findFollowed(db: Database, jobId: string): Promise<Followed> {
  const [row] = await db.query<Record<'run' | 'progress' | 'attempts' | 'dependencies', number>>(
    selectFollowed,
    [jobId],
  )
  const { run, progress, attempts, dependencies } = row!
  return {
    hasRun: run === 1,
    hasProgress: progress === 1,
    hasAttempts: attempts === 1,
    hasDependencies: dependencies === 1,
  }
}
