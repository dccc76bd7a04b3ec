import type { Job } from '../domain/job.ts'
import { misfit } from '../domain/plausibility.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { addToTotals, emptyTotals, type PointTotals } from '../domain/point-totals.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { ResultSource } from '../domain/measurement.ts'
import { rankWith } from '../domain/provenance.ts'
import { PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import {
  findImportIds,
  findLastImport,
  type ImportRecord,
  insertImport,
  newImportId,
} from '../store/imports.ts'
import { insertLogEntry } from '../store/job-logs.ts'
import { lockJob, updateJob } from '../store/jobs.ts'
import { findPoints, replacePoints } from '../store/points.ts'
import { findAlters, findAltersOfPath, pagesOfAlter } from '../store/result-pages.ts'
import { saveDerived, saveTotals } from '../store/results.ts'
import { expectedPoints } from './expected-points.ts'
import { ImportSession } from './import-session.ts'
import { storeLargePoints } from './large-points.ts'
import type { Merged } from './merge-sources.ts'
import type { Sources } from './read-sources.ts'
import { StoredResults } from './stored-results.ts'

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
  /** Nothing is stored when anything could not be read. */
  strict?: boolean
  /** The source whose values are stored where it has any; null or left out: the rawest. */
  prefer?: ResultSource | null
  /** Removes what earlier imports of the path brought and that is not in it any more. */
  prune?: boolean
}

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
  const session = new ImportSession(
    db,
    stored,
    {
      ...{ jobId: job.job_id, importId, now: options.now, rank: rankWith(options.prefer ?? null), earlier },
      ...{ dryRun: options.dryRun, prune: options.prune === true, isDoubtful: doubtfulFiles(problems) },
    },
    sources.large.length === 0,
  )
  const before = session.rows === null ? await findAlters(db, job.job_id) : []
  await session.store(merged)
  const files = [...sources.files]
  for await (const { file, problems: found } of storeLargePoints(session, sources, options)) {
    if (file !== null) files.push(file)
    problems.push(...found)
  }
  if (sources.large.length > 0) refuseUnread(problems, session, options)
  if (earlier.size > 0) await findVanished(db, job.job_id, options.path, session, doubtfulFiles(problems))

  const points = new Map(session.points)
  for (const row of session.rows ?? []) points.set(pointName(row), row)
  for (const { point } of session.rows === null ? await findAlters(db, job.job_id) : [])
    points.set(pointName(point), point)
  const missing = expected.length === 0 ? null : expected.filter((point) => !points.has(pointName(point)))
  const attempted = options.wholeRun ? sources.attempted : []
  problems.push(
    ...preferenceProblem(session, options),
    ...misfit(options.path, job, { expected, delivered: [...points.values()], attempted }),
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
  if (session.rows !== null) await saveDerived(db, job, expected, session.rows)
  else await saveTotals(db, job, expected, await totalsOf(db, job.job_id, session, before))
  await writeAboutJob(db, job, record, options)
  return { ...outcome, isRecorded: true }
}

/** @throws `bad_input` when nothing could be read, or with `strict` not everything. */
export function refuseUnread(
  problems: readonly FileProblem[],
  { points }: { points: { size: number } },
  { strict }: { strict?: boolean },
): void {
  const errors = problems.filter((problem) => problem.level === 'error')
  const [first] = errors
  if (first === undefined || (strict !== true && points.size > 0)) return
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new PvtError('bad_input', `${problemText(first)}${others}`, 'nothing was stored')
}

/** `report/creport.txt:14: what is wrong`. */
export const problemText = ({ file, line, message }: FileProblem): string =>
  line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`

/** Files with a problem, and all files below a folder that could not be read. */
function doubtfulFiles(problems: readonly FileProblem[]): (file: string) => boolean {
  const files = new Set(problems.map(({ file }) => file))
  const folders = problems.filter(({ level, line }) => level === 'error' && line === null)
  return (file) => files.has(file) || folders.some((problem) => file.startsWith(`${problem.file}/`))
}

/** Hands the rows to the session that earlier imports of the path brought and that no file tells any more. */
async function findVanished(
  db: Database,
  jobId: string,
  path: string,
  session: ImportSession,
  isDoubtful: (file: string) => boolean,
): Promise<void> {
  const ids = session.earlier
  for (const { point, alter_number, last } of await findAltersOfPath(db, jobId, path)) {
    const seen = session.seen.get(`${pointName(point)} ${alter_number}`) ?? 0
    if (last <= seen) continue
    for await (const page of pagesOfAlter(db, jobId, point, alter_number, [seen + 1, last])) {
      await session.vanish(
        page.filter((row) => ids.has(row.import_id ?? '') && !isDoubtful(row.mt0_file_path)),
      )
    }
  }
}

function preferenceProblem(session: ImportSession, { path, prefer = null }: StoreOptions): FileProblem[] {
  if (prefer === null) return []
  const others = session.points.size - session.preferred.size
  if (others === 0) return []
  const message = `${others} of ${session.points.size} points have no ${prefer}: the rawest other source was taken`
  return [{ file: path, line: null, level: 'warning', message }]
}

/** The totals of all points of a job of many rows: counted while they were stored, or read again. */
async function totalsOf(
  db: Database,
  jobId: string,
  session: ImportSession,
  before: readonly { point: PvtPoint }[],
): Promise<PointTotals[]> {
  const stored = new Set(before.map(({ point }) => pointName(point)))
  const totals = new Map([...session.totals].filter(([name]) => !stored.has(name)))
  for (const { point, alter_number, last } of await findAlters(db, jobId)) {
    const name = pointName(point)
    if (!stored.has(name)) continue
    const known = totals.get(name) ?? emptyTotals(point)
    totals.set(name, known)
    for await (const page of pagesOfAlter(db, jobId, point, alter_number, [0, last])) {
      for (const row of page) addToTotals(known, row)
    }
  }
  return [...totals.values()]
}

async function writeAboutJob(
  db: Database,
  job: Job,
  record: ImportRecord,
  options: StoreOptions,
): Promise<void> {
  await updateJob(db, job, {
    updated_at: options.now,
    ...(job.backup_path === null && options.backup !== null ? { backup_path: options.backup } : {}),
  })
  const counts = [
    `${record.results_new} new, ${record.results_updated} updated, ${record.results_unchanged} unchanged`,
    ...(record.results_pruned > 0 ? [`${record.results_pruned} pruned`] : []),
  ]
  await insertLogEntry(db, job.job_id, {
    logged_at: options.now,
    level: record.problems.length > 0 ? 'warning' : 'info',
    source: 'pvt',
    message: `imported ${options.path}: ${counts.join(', ')}`,
  })
}

/** Whether the same files were imported last time with the same problems: then there is nothing to record. */
async function isKnown(db: Database, record: ImportRecord): Promise<boolean> {
  const last = await findLastImport(db, record.job_id, record.path)
  if (last === null) return false
  return last.files === JSON.stringify(record.files) && last.problems === JSON.stringify(record.problems)
}

function toRecord(
  jobId: string,
  importId: string,
  session: ImportSession,
  { files, problems, missing }: Pick<ImportRecord, 'files' | 'problems'> & { missing: PvtPoint[] | null },
  options: StoreOptions,
): ImportRecord {
  const { counts, disagreements, changes, vanished } = session
  return {
    import_id: importId,
    job_id: jobId,
    path: options.path,
    imported_at: options.now,
    imported_by: options.user,
    host: options.host,
    program_version: options.programVersion,
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    files_read: files.length,
    points: session.points.size,
    results_new: counts.new,
    results_updated: counts.updated,
    results_unchanged: counts.unchanged,
    measurements: counts.measurements,
    failed_measurements: counts.failed,
    missing_points: missing?.length ?? null,
    disagreements: disagreements.listed,
    problems,
    prefer: options.prefer ?? null,
    results_pruned: counts.pruned,
    changes: changes.listed,
    changes_count: changes.count,
    vanished: vanished.listed,
    vanished_count: vanished.count,
  }
}
