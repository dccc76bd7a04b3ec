import type { Job, JobStatus } from '../domain/job.ts'
import type { Candidate } from '../domain/retention.ts'
import type { Database } from './database.ts'
import { bringIn, pauseAfter, stepMs } from './free-space.ts'
import { insertLogEntry } from './job-logs.ts'
import { lockJob } from './jobs.ts'
import { findPoints } from './points.ts'
import { saveDerived } from './derived.ts'
import { findResults } from './results.ts'

/** A job as it was when its removal was decided on. */
export type Doomed = Pick<Candidate, 'job_id' | 'completed_at'> & { status: JobStatus }

export interface RemovalOptions {
  now: () => string
  /** Called before every transaction; may end the removal by throwing. */
  beforeStep?: () => Promise<void>
}

/**
 * So many results go in one transaction at most, about 10 ms; a job with more of them goes in several. With all 100,000 of a
 * sweep in one, another process that writes waits for a second.
 */
export const resultsAtOnce = 1000

/**
 * Removes ended jobs with everything of theirs, in transactions of about 10 ms with longer pauses between, so that others can
 * write. Each job is looked at again when its turn comes: one that was pinned, or taken up again, stays. Killed in the
 * middle, it leaves whole jobs, and at most one that the table `removals` names.
 *
 * @returns the ids of the jobs that went.
 */
export async function removeJobs(
  db: Database,
  jobs: readonly Doomed[],
  { now, beforeStep }: RemovalOptions,
): Promise<Set<string>> {
  const removed = new Set<string>()
  let next = 0
  while (next < jobs.length) {
    await beforeStep?.()
    const start = performance.now()
    const step = await db.transaction(() => removeSome(db, jobs.slice(next), start))
    await bringIn(db)
    for (const id of step.removed) removed.add(id)
    next += step.done
    const large = jobs[next]
    if (step.isNextLarge && large !== undefined) {
      if (await removeLarge(db, large, { now, beforeStep })) removed.add(large.job_id)
      next += 1
    }
    if (next < jobs.length) await pauseAfter(performance.now() - start)
  }
  return removed
}

interface Step {
  /** How many of the jobs were dealt with. */
  done: number
  removed: string[]
  /** The job after those has too many results for one transaction. */
  isNextLarge: boolean
}

/** Within a transaction: as many jobs as the time of one step allows, at least one. */
async function removeSome(db: Database, jobs: readonly Doomed[], start: number): Promise<Step> {
  const step: Step = { done: 0, removed: [], isNextLarge: false }
  for (const job of jobs) {
    if (await isLarge(db, job)) return { ...step, isNextLarge: true }
    if (await removeJob(db, job)) step.removed.push(job.job_id)
    step.done += 1
    if (performance.now() - start > stepMs) return step
  }
  return step
}

async function isLarge(db: Database, { job_id }: Doomed): Promise<boolean> {
  const sql = `select 1 as one from results where job_id = $1 limit 1 offset ${resultsAtOnce}`
  return (await db.query(sql, [job_id])).length > 0
}

const deleteUnchanged = `
  delete from jobs where job_id = $1 and status = $2 and completed_at = $3 and pinned = 0
    returning job_id`

async function removeJob(db: Database, { job_id, status, completed_at }: Doomed): Promise<boolean> {
  return (await db.query(deleteUnchanged, [job_id, status, completed_at])).length === 1
}

/** Takes the results away in parts, and then the job. */
async function removeLarge(db: Database, job: Doomed, { now, beforeStep }: RemovalOptions): Promise<boolean> {
  if (!(await db.transaction(() => beginRemoval(db, job, now())))) return false
  for (;;) {
    await beforeStep?.()
    const start = performance.now()
    const state = await db.transaction(() => removeResults(db, job, now()))
    await bringIn(db)
    if (state !== 'more') return state === 'gone'
    await pauseAfter(performance.now() - start)
  }
}

const insertRemoval = `
  insert into removals (job_id, completed_at, begun_at) values ($1, $2, $3)
    on conflict (job_id) do update set completed_at = $2, begun_at = $3`

/** Within a transaction: from here on the job counts as being removed. */
async function beginRemoval(db: Database, job: Doomed, now: string): Promise<boolean> {
  if (!isUnchanged(await lockJob(db, job.job_id), job)) return false
  await db.query(insertRemoval, [job.job_id, job.completed_at, now])
  return true
}

const isUnchanged = (present: Job | null, job: Doomed): boolean =>
  present !== null &&
  present.status === job.status &&
  present.completed_at === job.completed_at &&
  !present.pinned

/** Between them the time is looked at. */
const portions = 4

/** By the job as well: `result_id` has no index. */
const deleteSomeResults = `
  delete from results where job_id = $1 and result_id in (
    select result_id from results where job_id = $1 limit ${resultsAtOnce / portions}
  )`

async function removeResults(db: Database, job: Doomed, now: string): Promise<'more' | 'gone' | 'stays'> {
  const present = await lockJob(db, job.job_id)
  const begun = await db.query('select 1 as one from removals where job_id = $1', [job.job_id])
  // Gone, or imported again since.
  if (present === null || begun.length === 0) return 'stays'
  if (!isUnchanged(present, job)) {
    await stopRemoval(db, present, now)
    return 'stays'
  }
  if (await isLarge(db, job)) {
    // By the time that it takes: a slow disk must not keep the others waiting any longer than a fast one.
    const start = performance.now()
    for (let portion = 0; portion < portions && performance.now() - start < stepMs / 2; portion += 1)
      await db.query(deleteSomeResults, [job.job_id])
    return 'more'
  }
  return (await removeJob(db, job)) ? 'gone' : 'stays'
}

/** Somebody has pinned the job or taken it up again: what is left of it is made to agree. */
async function stopRemoval(db: Database, job: Job, now: string): Promise<void> {
  const points = await findPoints(db, job.job_id)
  await saveDerived(db, job, points, await findResults(db, job.job_id, points))
  await insertLogEntry(db, job.job_id, {
    ...{ logged_at: now, level: 'warning', source: 'pvt' },
    message: 'a cleanup had begun to remove the results; import them again',
  })
}
