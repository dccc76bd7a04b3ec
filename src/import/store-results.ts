import { flowPlaces, inFlowOrder } from '../domain/flow-order.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import { misfit } from '../domain/plausibility.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { rankWith } from '../domain/provenance.ts'
import { tallyOf } from '../domain/tally.ts'
import { PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { saveOrdered, saveTotals } from '../store/derived.ts'
import { findImportIds, type ImportRecord, insertImport, newImportId } from '../store/imports.ts'
import { lockJob, updateJob } from '../store/jobs.ts'
import { findPoints, replacePoints } from '../store/points.ts'
import { findAlters } from '../store/result-pages.ts'
import { expectedPoints } from './expected-points.ts'
import { doubtsOf, goneFrom } from './doubts.ts'
import { preferenceProblem, refuseUnread } from './import-problems.ts'
import { ImportSession } from './import-session.ts'
import { storeLargePoints } from './large-points.ts'
import type { Merged } from './merge-sources.ts'
import type { Sources } from './read-sources.ts'
import { isKnown, type StoreOptions, toRecord, writeAboutJob } from './record-import.ts'
import { findVanished, totalsOf } from './stored-rows.ts'
import { StoredResults } from './stored-results.ts'

export interface Stored {
  /** The import as it is recorded, or would be. */
  record: ImportRecord
  /** Whether it is: an import that finds the same in the same files as the last one of its path leaves no trace. */
  isRecorded: boolean
  /** Expected points without a result; null where the expected points can't be known. */
  missing: PvtPoint[] | null
  job: Job
}

/**
 * Stores what was read in one transaction, whole or not at all; large measure files are read meanwhile. Importing the
 * same again changes nothing.
 *
 * A job whose expected points are not known is taken to expect what a whole run attempted: there is one report per
 * attempted point, whereas creport.txt holds only the delivered ones.
 */
export async function storeResults(
  db: Database,
  jobId: string,
  merged: Merged,
  sources: Sources,
  options: StoreOptions,
): Promise<Stored> {
  return db.transaction(async () => {
    const job = await lockJob(db, jobId)
    if (job === null) throw new PvtError('job_not_found', `job ${jobId} is not there any more`)
    return storeInto(db, job, merged, sources, options)
  })
}

async function storeInto(
  db: Database,
  job: Job,
  merged: Merged,
  sources: Sources,
  options: StoreOptions,
): Promise<Stored> {
  const known = await findPoints(db, job.job_id)
  const expected = expectedPoints(known, sources.attempted, merged.results, options.wholeRun)
  const stored = await StoredResults.open(db, job.job_id, expected)
  const importId = newImportId()
  const earlier = new Set(stored.isEmpty ? [] : await findImportIds(db, job.job_id, options.path))
  // Large files tell more of them while they are read.
  const problems = [...sources.problems]
  const files = [...sources.files]
  const whole = [...sources.files]
  const isDoubtful = doubtsOf(sources)
  const session = new ImportSession(
    db,
    stored,
    {
      ...{
        jobId: job.job_id,
        path: options.path,
        importId,
        now: options.now,
        rank: rankWith(options.prefer ?? null),
        earlier,
      },
      ...{
        dryRun: options.dryRun,
        prune: options.prune === true,
        isDoubtful,
        tellsNoMore: goneFrom(whole, isDoubtful),
      },
    },
    sources.large.length === 0,
  )
  const before = sources.large.length > 0 || stored.all === null ? await findAlters(db, job.job_id) : []
  await session.store(merged)
  const doubtful = [...sources.doubtful]
  for await (const large of storeLargePoints(session, sources, options)) {
    if (large.file !== null) files.push(large.file)
    if (large.file !== null && large.doubtful.length === 0) whole.push(large.file)
    problems.push(...large.problems)
    doubtful.push(...large.doubtful)
  }
  if (sources.large.length > 0) refuseUnread(problems, session, options)
  if (earlier.size > 0) {
    await findVanished(db, job.job_id, options.path, session, doubtsOf({ ...sources, doubtful }))
  }

  const { rows } = session
  const points = new Map(session.points)
  if (!stored.isEmpty) for (const row of rows ?? []) points.set(pointName(row), row)
  for (const { point } of rows === null ? await findAlters(db, job.job_id) : [])
    points.set(pointName(point), point)
  const names = expected.map(pointName)
  const places = flowPlaces(names)
  const missing = expected.length === 0 ? null : expected.filter((_, place) => !points.has(names[place]!))
  const attempted = options.wholeRun ? sources.attempted : []
  problems.push(
    ...preferenceProblem(session, options),
    ...misfit(options.path, job, { expected: places, delivered: points, attempted }),
  )
  const record = toRecord(job.job_id, importId, session, { files, problems, missing }, options)
  const outcome = { record, missing, job }
  if (options.dryRun) return { ...outcome, isRecorded: false }

  if (expected !== known) {
    await replacePoints(db, job.job_id, expected)
    await updateJob(db, job, { total_simulations: expected.length })
  }
  if (!session.hasWritten && (await isKnown(db, record))) return { ...outcome, isRecorded: false }
  await insertImport(db, record)
  if (rows !== null) {
    const counted = tallyOf(rows, { stored: points.size, missing: missing ?? [] }, hasEnded(job.status))
    await saveOrdered(
      db,
      job,
      inFlowOrder(rows, (row) => row, expected, places),
      counted,
    )
  } else await saveTotals(db, job, expected, await totalsOf(db, job.job_id, session, before))
  await writeAboutJob(db, job, record, options)
  return { ...outcome, isRecorded: true }
}
