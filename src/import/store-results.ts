import type { Job } from '../domain/job.ts'
import { withDeliveredExtractions } from '../domain/cross-extraction.ts'
import { compareFlowOrder } from '../domain/flow-order.ts'
import { misfit } from '../domain/plausibility.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { Database } from '../store/database.ts'
import { PvtError } from '../errors.ts'
import { findLastImport, type ImportRecord, insertImport, newImportId } from '../store/imports.ts'
import { insertLogEntry } from '../store/job-logs.ts'
import { lockJob, updateJob } from '../store/jobs.ts'
import { findPoints, replacePoints } from '../store/points.ts'
import { findResults, insertResults, saveDerived, type StoredResult, updateResult } from '../store/results.ts'
import { disagreements, type Disagreement, type Merged, rank, resultKey } from './merge-sources.ts'
import type { Sources } from './read-sources.ts'

/** What an import does to a job: which results are new, which say something else now, which are there already. */
export interface Difference {
  added: Result[]
  changed: { stored: StoredResult; result: Result }[]
  unchanged: number
  /** Results that a rawer source brought earlier and that stay; where the new one differs, it is named. */
  disagreements: Disagreement[]
}

/**
 * Compares what was read with what is stored. A stored value gives way only to a source that is as raw or rawer; a
 * rawer one that says the same takes its place, so that a less raw one cannot overwrite it later.
 */
export function compareWithStored(results: readonly Result[], stored: readonly StoredResult[]): Difference {
  const byKey = new Map(stored.map((result) => [resultKey(result), result]))
  const difference: Difference = { added: [], changed: [], unchanged: 0, disagreements: [] }
  for (const result of results) {
    const present = byKey.get(resultKey(result))
    if (present === undefined) difference.added.push(result)
    else if (saysTheSame(present, result) && rank(result.source) >= rank(present.source))
      difference.unchanged += 1
    else if (rank(result.source) <= rank(present.source)) difference.changed.push({ stored: present, result })
    else {
      difference.unchanged += 1
      difference.disagreements.push(...disagreements(present, [result]))
    }
  }
  return difference
}

function saysTheSame(a: Result, b: Result): boolean {
  const said = ({ sweep, measurements, failed }: Result): string =>
    JSON.stringify([sweep, measurements, failed])
  return said(a) === said(b)
}

export interface StoreOptions {
  /** The folder or file that was imported. */
  path: string
  /** Stored with the job when it has no backup yet. */
  backup: string | null
  now: string
  user: string
  host: string
  programVersion: string
  dryRun: boolean
  /** Whether the files are those of a whole, ended run, so that what was attempted is what was to be delivered. */
  wholeRun: boolean
}

export interface Stored {
  difference: Difference
  /** Expected points without a result; null where the expected points can't be known. */
  missing: PvtPoint[] | null
  /** What could not be read or looks wrong, in the files and about the job. */
  problems: FileProblem[]
  job: Job
}

/**
 * Stores what was read in one transaction, whole or not at all. Importing the same again changes nothing.
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
    const known = await findPoints(db, jobId)
    const expected = expectedPoints(known, merged, sources, options)
    const present = await findResults(db, jobId, expected)
    const difference = compareWithStored(merged.results, present)
    const { missing, delivered } = coverage(expected, present, difference)
    const attempted = options.wholeRun ? sources.attempted : []
    const problems = [...sources.problems, ...misfit(options.path, job, { expected, delivered, attempted })]
    const outcome: Stored = { difference, job, missing, problems }
    if (options.dryRun) return outcome

    if (expected !== known) {
      await replacePoints(db, jobId, expected)
      await updateJob(db, job, { total_simulations: expected.length })
    }
    await write(db, job, expected, present, { merged, sources, outcome, options })
    return outcome
  })
}

interface Write {
  merged: Merged
  sources: Sources
  outcome: Stored
  options: StoreOptions
}

async function write(
  db: Database,
  job: Job,
  expected: readonly PvtPoint[],
  present: readonly StoredResult[],
  { merged, sources, outcome, options }: Write,
): Promise<void> {
  const { difference } = outcome
  const record = toImportRecord(job.job_id, merged, sources, outcome, options)
  const nothingNew = difference.added.length === 0 && difference.changed.length === 0
  if (nothingNew && (await isKnown(db, record))) return

  await insertResults(db, difference.added, {
    jobId: job.job_id,
    importId: record.import_id,
    now: options.now,
  })
  for (const { result } of difference.changed) {
    await updateResult(db, job.job_id, result, record.import_id)
  }
  await insertImport(db, record)
  const replaced = new Map(difference.changed.map(({ stored, result }) => [stored.result_id, result]))
  const all = [...present.map((result) => replaced.get(result.result_id) ?? result), ...difference.added]
  await saveDerived(db, job, expected, all)
  await updateJob(db, job, {
    updated_at: options.now,
    ...(job.backup_path === null && options.backup !== null ? { backup_path: options.backup } : {}),
  })
  await insertLogEntry(db, job.job_id, {
    logged_at: options.now,
    level: record.problems.length > 0 ? 'warning' : 'info',
    source: 'pvt',
    message: `imported ${options.path}: ${record.results_new} new, ${record.results_updated} updated, ${record.results_unchanged} unchanged`,
  })
}

/** Whether the same files were imported last time with the same problems: then there is nothing to record. */
async function isKnown(db: Database, record: ImportRecord): Promise<boolean> {
  const last = await findLastImport(db, record.job_id, record.path)
  if (last === null) return false
  return last.files === JSON.stringify(record.files) && last.problems === JSON.stringify(record.problems)
}

function toImportRecord(
  jobId: string,
  merged: Merged,
  sources: Sources,
  { difference, missing, problems }: Stored,
  options: StoreOptions,
): ImportRecord {
  const counts = countMeasurements(merged.results)
  return {
    import_id: newImportId(),
    job_id: jobId,
    path: options.path,
    imported_at: options.now,
    imported_by: options.user,
    host: options.host,
    program_version: options.programVersion,
    files: sources.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    files_read: sources.files.length,
    points: countPoints(merged.results),
    results_new: difference.added.length,
    results_updated: difference.changed.length,
    results_unchanged: difference.unchanged,
    ...counts,
    missing_points: missing?.length ?? null,
    disagreements: [...merged.disagreements, ...difference.disagreements],
    problems,
  }
}

export const countPoints = (results: readonly Result[]): number => new Set(results.map(pointName)).size

/** Values that are numbers or failed, over all rows; and those that failed. */
export function countMeasurements(results: readonly Result[]): {
  measurements: number
  failed_measurements: number
} {
  let measurements = 0
  let failed_measurements = 0
  for (const result of results) {
    measurements += Object.keys(result.measurements).length
    failed_measurements += Object.keys(result.failed).length
  }
  return { measurements, failed_measurements }
}

/** The points to expect: those that are known, or else what a whole run attempted. `known` itself when all stays. */
function expectedPoints(
  known: readonly PvtPoint[],
  merged: Merged,
  sources: Sources,
  { wholeRun }: StoreOptions,
): readonly PvtPoint[] {
  if (known.length > 0) return withDeliveredExtractions(known, [...sources.attempted, ...merged.results])
  const attempted = wholeRun ? attemptedPoints(sources) : []
  return attempted.length > 0 ? attempted : known
}

/** Only reports and measure files tell what was attempted; creport.txt alone leaves the expectation unknown. */
function attemptedPoints({ attempted }: Sources): PvtPoint[] {
  const byName = new Map(attempted.map((point) => [pointName(point), point]))
  return [...byName.values()].sort(compareFlowOrder)
}

function coverage(
  expected: readonly PvtPoint[],
  present: readonly Result[],
  { added }: Difference,
): { missing: PvtPoint[] | null; delivered: PvtPoint[] } {
  const delivered = new Map([...present, ...added].map((result) => [pointName(result), result]))
  return {
    missing: expected.length === 0 ? null : expected.filter((point) => !delivered.has(pointName(point))),
    delivered: [...delivered.values()],
  }
}
