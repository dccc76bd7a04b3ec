import { inFlowOrder } from '../domain/flow-order.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import type { PvtPoint } from '../domain/point.ts'
import { type PointTotals, summariseTotals } from '../domain/point-totals.ts'
import type { Result } from '../domain/result.ts'
import { summarise } from '../domain/summary.ts'
import { tally, type Tally } from '../domain/tally.ts'
import type { Database } from './database.ts'
import { updateJob } from './jobs.ts'
import { findPoints } from './points.ts'
import { replaceSummaries } from './summaries.ts'

const countMissing = `
  select count(*) as missing from points where job_id = $1 and not exists (
    select 1 from results
      where results.job_id = points.job_id and results.corner = points.corner
        and results.extraction = points.extraction and results.temperature = points.temperature
        and results.voltage_combo = points.voltage_combo
  )`

/** How many expected points of a job have no result. */
export async function countMissingPoints(db: Database, jobId: string): Promise<number> {
  const [row] = await db.query<{ missing: number }>(countMissing, [jobId])
  return row!.missing
}

export type Counts = Pick<Job, 'stored_simulations' | 'successful_simulations' | 'failed_simulations'>

/** A point's state is `failed` when one of its rows is: the lesser of the two words. */
const selectPointStates = `
  select corner, extraction, temperature, temperature_c, voltage_combo, min(status) as status
    from results where job_id = $1
    group by corner, extraction, temperature, temperature_c, voltage_combo`

/** The points of a job that have a result, and whether all of it is good. */
export async function findPointStates(
  db: Database,
  jobId: string,
): Promise<(PvtPoint & Pick<Result, 'status'>)[]> {
  return db.query(selectPointStates, [jobId])
}

/**
 * Counts a job's simulations anew and stores the counts. For a job that changed its state: once it has ended, points
 * without a row are failed.
 */
export async function recount(db: Database, job: Job): Promise<Counts> {
  return saveCounts(db, job, await findPointStates(db, job.job_id))
}

/** Writes what is derived from a job's results: the summaries and the counts. `results` are all of the job's. */
export async function saveDerived(
  db: Database,
  job: Job,
  expected: readonly PvtPoint[],
  results: readonly Result[],
): Promise<Counts> {
  const ordered = inFlowOrder(results, (result) => result, expected)
  return saveOrdered(db, job, ordered, tally(expected, results, hasEnded(job.status)))
}

/** The same where the results are in flow order and counted already. */
export async function saveOrdered(
  db: Database,
  job: Job,
  ordered: readonly Result[],
  counted: Tally,
): Promise<Counts> {
  // A removal that was cut off is overtaken: the counts agree with the results again.
  await db.query('delete from removals where job_id = $1', [job.job_id])
  await replaceSummaries(db, job.job_id, summarise(ordered))
  return saveTally(db, job, counted)
}

/** Writes what is derived from a job's results when they are too many to be at hand: from the totals of its points. */
export async function saveTotals(
  db: Database,
  job: Job,
  expected: readonly PvtPoint[],
  points: readonly PointTotals[],
): Promise<Counts> {
  const ordered = inFlowOrder(points, ({ point }) => point, expected)
  await replaceSummaries(db, job.job_id, summariseTotals(ordered))
  const states = points.map(({ point, status }) => ({ ...point, status }))
  return saveCounts(db, job, states, expected)
}

async function saveCounts(
  db: Database,
  job: Job,
  results: readonly Pick<Result, 'status' | keyof PvtPoint>[],
  expected?: readonly PvtPoint[],
): Promise<Counts> {
  const points = expected ?? (await findPoints(db, job.job_id))
  return saveTally(db, job, tally(points, results, hasEnded(job.status)))
}

async function saveTally(db: Database, job: Job, { stored, successful, failed }: Tally): Promise<Counts> {
  const counts = {
    stored_simulations: stored,
    successful_simulations: successful,
    failed_simulations: failed,
  }
  await updateJob(db, job, counts)
  return counts
}
