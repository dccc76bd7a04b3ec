import type { Database } from './database.ts'

/** What there is of a job whose flow was followed. */
export interface Followed {
  hasRun: boolean
  hasProgress: boolean
  hasAttempts: boolean
}

const selectFollowed = `
  select exists (select 1 from runs where job_id = $1) as run,
    exists (select 1 from stage_progress where job_id = $1) as progress,
    exists (select 1 from attempts where job_id = $1) as attempts`

/** Asks three tables in one round trip: most jobs were not followed, and need no more. */
export async function findFollowed(db: Database, jobId: string): Promise<Followed> {
  const [row] = await db.query<{ run: number; progress: number; attempts: number }>(selectFollowed, [jobId])
  const { run, progress, attempts } = row!
  return { hasRun: run === 1, hasProgress: progress === 1, hasAttempts: attempts === 1 }
}
