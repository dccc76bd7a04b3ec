import { hostname } from 'node:os'
import { withDeliveredExtractions } from '../domain/cross-extraction.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import { PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import type { FoundFiles } from './find-files.ts'
import { type Disagreement, mergeSources } from './merge-sources.ts'
import { readSources, type Sources } from './read-sources.ts'
import { countMeasurements, countPoints, type Stored, storeResults } from './store-results.ts'

export interface ImportOptions {
  /** The point of a single measure file whose path does not tell it. */
  point: PvtPoint | null
  dryRun: boolean
  /** Store nothing when anything could not be read. */
  strict: boolean
  now: string
  user: string
  programVersion: string
}

/** What an import did, or with `dryRun` would do; the keys are those of `results import --json`. */
export interface ImportReport {
  job_id: string | null
  path: string
  files_read: number
  /** Points with at least one row. */
  points: number
  results_new: number
  results_updated: number
  results_unchanged: number
  /** Measured values, numbers and failed ones, over all rows. */
  measurements: number
  failed_measurements: number
  /** Expected points that still have no result; null where the expected points can't be known. */
  missing_points: number | null
  disagreements: Disagreement[]
  problems: FileProblem[]
}

/** Reads what was found. @throws `bad_input` when nothing can be read, or with `strict` not everything. */
export function readFound(found: FoundFiles, options: Pick<ImportOptions, 'point' | 'strict'>): Sources {
  const sources = readSources(found, options.point)
  const errors = sources.problems.filter((problem) => problem.level === 'error')
  const [first] = errors
  if (first !== undefined && (options.strict || sources.rows.length === 0)) {
    const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    throw new PvtError('bad_input', `${problemText(first)}${others}`, 'nothing was stored')
  }
  return sources
}

/** `report/creport.txt:14: what is wrong`. */
export const problemText = ({ file, line, message }: FileProblem): string =>
  line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`

/** Stores what was read into a job, in one transaction, and says what it did. */
export async function importSources(
  db: Database,
  jobId: string,
  found: FoundFiles,
  sources: Sources,
  options: ImportOptions,
): Promise<ImportReport> {
  const merged = mergeSources(sources.rows)
  const stored = await storeResults(db, jobId, merged, sources, {
    path: found.path,
    backup: found.kind === 'backup' ? found.path : null,
    now: options.now,
    user: options.user,
    host: hostname(),
    programVersion: options.programVersion,
    dryRun: options.dryRun,
    wholeRun: found.kind === 'backup',
  })
  return {
    job_id: jobId,
    ...readingReport(found, sources, merged.results),
    results_new: stored.difference.added.length,
    results_updated: stored.difference.changed.length,
    results_unchanged: stored.difference.unchanged,
    missing_points: stored.missing?.length ?? null,
    disagreements: [...merged.disagreements, ...stored.difference.disagreements],
    problems: [...sources.problems, ...unexpectedProblem(found, stored)],
  }
}

/** What an import into a job that is not there yet would do (`--new --dry-run`); all results are new to it. */
export function reportWithoutJob(
  found: FoundFiles,
  sources: Sources,
  expected: readonly PvtPoint[],
): ImportReport {
  const { results, disagreements } = mergeSources(sources.rows)
  const delivered = new Set(results.map(pointName))
  const adapted = withDeliveredExtractions(expected, [...sources.attempted, ...results])
  const missing = adapted.filter((point) => !delivered.has(pointName(point)))
  return {
    job_id: null,
    ...readingReport(found, sources, results),
    results_new: results.length,
    results_updated: 0,
    results_unchanged: 0,
    missing_points: expected.length === 0 ? null : missing.length,
    disagreements,
    problems: sources.problems,
  }
}

function readingReport(
  found: FoundFiles,
  sources: Sources,
  results: readonly Result[],
): Pick<ImportReport, 'path' | 'files_read' | 'points' | 'measurements' | 'failed_measurements'> {
  return {
    path: found.path,
    files_read: sources.files.length,
    points: countPoints(results),
    ...countMeasurements(results),
  }
}

/** Delivered points that nobody expected: the configuration is another one, or the job is. */
function unexpectedProblem(found: FoundFiles, { unexpected }: Stored): FileProblem[] {
  const [first] = unexpected
  if (first === undefined) return []
  const count = unexpected.length === 1 ? '1 point is' : `${unexpected.length} points are`
  const message = `${count} not among the job's expected ones, for example ${pointName(first)}: is it another configuration's run?`
  return [{ file: found.path, line: null, level: 'warning', message }]
}
