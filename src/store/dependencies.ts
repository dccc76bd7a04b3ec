import { findCycle, type Edge, type NewDependency, type Upstream } from '../domain/dependency.ts'
import { PvtError } from '../errors.ts'
import type { Database } from './database.ts'

const selectUpstreams = `
  select d.after_job_id as job_id, j.name, d.condition, j.status
    from dependencies d
    left join jobs j on j.job_id = d.after_job_id
    where d.job_id = $1
    order by d.added_at, d.after_job_id`

/** What a job waits for, as it is now, in the order in which it was added; null in place of a job that was removed. */
export async function dependencyRows(db: Database, jobId: string): Promise<Upstream[]> {
  return db.query<Upstream>(selectUpstreams, [jobId])
}

const upsertDependency = `
  insert into dependencies (job_id, after_job_id, condition, added_at) values ($1, $2, $3, $4)
  on conflict (job_id, after_job_id) do update set condition = excluded.condition`

/** Everything that a job waits for, directly or not; `union` ends where it meets what it has seen. */
const selectUpward = `
  with recursive upward (job_id) as (
    select cast($1 as text)
    union
    select d.after_job_id from dependencies d join upward u on d.job_id = u.job_id
  )
  select d.job_id, d.after_job_id from dependencies d join upward u on d.job_id = u.job_id`

/**
 * Makes a job wait for others; a condition that is there is replaced. All or nothing, and never a cycle, whoever else
 * adds at the same time.
 *
 * @throws `refused`, naming the cycle.
 */
export async function addDependencies(
  db: Database,
  jobId: string,
  dependencies: readonly NewDependency[],
  now: string,
): Promise<void> {
  if (dependencies.length === 0) return
  await db.transaction(async () => {
    await holdDependencies(db)
    for (const { after_job_id, condition } of dependencies) {
      const edges = await db.query<Edge>(selectUpward, [after_job_id])
      const cycle = findCycle(edges, jobId, after_job_id)
      if (cycle !== null) throw wouldWaitForItself(cycle)
      await db.query(upsertDependency, [jobId, after_job_id, condition, now])
    }
  })
}

/** Makes a job wait no longer for others, or with null for any; gives the ids that it waited for. */
export async function removeDependencies(
  db: Database,
  jobId: string,
  afterJobIds: readonly string[] | null,
): Promise<string[]> {
  return db.transaction(async () => {
    const present = (await dependencyRows(db, jobId)).map(({ job_id }) => job_id)
    const removed = present.filter((id) => afterJobIds === null || afterJobIds.includes(id))
    for (const id of removed)
      await db.query('delete from dependencies where job_id = $1 and after_job_id = $2', [jobId, id])
    return removed
  })
}

/**
 * Within a transaction: keeps others from adding dependencies until it ends. Each of two halves of a cycle is harmless
 * by itself, and no row is there yet that both could lock. SQLite's transactions exclude each other anyway.
 */
async function holdDependencies(db: Database): Promise<void> {
  if (db.dialect === 'postgres')
    await db.query("select pg_advisory_xact_lock(hashtextextended('dependencies', 0))")
}

function wouldWaitForItself(cycle: readonly string[]): PvtError {
  const way = cycle.map((id) => id.slice(0, 8)).join(' → ')
  return new PvtError(
    'refused',
    cycle.length === 2 ? `job ${way}: it would wait for itself` : `it would wait for itself: ${way}`,
    'name another job, or remove a link with: pvt job after <job> <other> --remove',
  )
}
