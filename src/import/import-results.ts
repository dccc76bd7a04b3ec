import { hostname } from 'node:os'
import type { PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { saveSimulationLogs } from '../store/simulation-logs.ts'
import type { FoundFiles } from './find-files.ts'
import { type Disagreement, mergeSources } from './merge-sources.ts'
import { implausible } from './plausibility.ts'
import { readSimulationLogs, type SimulationLogs } from './read-simulation-log.ts'
import { readSources, type Sources } from './read-sources.ts'
import { countMeasurements, countPoints, storeResults } from './store-results.ts'

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

/** Everything that was read of a run: its values, and the log of a simulation. */
export type ReadRun = Sources & Pick<SimulationLogs, 'logs'>

/** Reads what was found. @throws `bad_input` when nothing can be read, or with `strict` not everything. */
export function readFound(
  found: FoundFiles,
  options: Pick<ImportOptions, 'point' | 'strict'>,
  onFile?: () => void,
): ReadRun {
  const { logs, problems } = readSimulationLogs(found)
  const sources = readSources({ ...found, problems: [...found.problems, ...problems] }, options.point, onFile)
  const errors = sources.problems.filter((problem) => problem.level === 'error')
  const [first] = errors
  if (first !== undefined && (options.strict || sources.rows.length === 0)) {
    const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    throw new PvtError('bad_input', `${problemText(first)}${others}`, 'nothing was stored')
  }
  return { ...sources, logs }
}

/** `report/creport.txt:14: what is wrong`. */
export const problemText = ({ file, line, message }: FileProblem): string =>
  line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`

/** Stores what was read into a job, in one transaction, and says what it did. */
export async function importSources(
  db: Database,
  jobId: string,
  found: FoundFiles,
  read: Sources & Partial<Pick<SimulationLogs, 'logs'>>,
  options: ImportOptions,
): Promise<ImportReport> {
  const merged = mergeSources(read.rows)
  const sources = { ...read, problems: [...read.problems, ...implausible(found, read, merged.results)] }
  const stored = await db.transaction(async () => {
    const answer = await storeResults(db, jobId, merged, sources, {
      path: found.path,
      backup: found.kind === 'backup' ? found.path : null,
      now: options.now,
      user: options.user,
      host: hostname(),
      programVersion: options.programVersion,
      dryRun: options.dryRun,
      wholeRun: found.kind === 'backup',
    })
    if (!options.dryRun) await saveSimulationLogs(db, jobId, read.logs ?? [])
    return answer
  })
  return {
    job_id: jobId,
    path: found.path,
    files_read: sources.files.length,
    points: countPoints(merged.results),
    results_new: stored.difference.added.length,
    results_updated: stored.difference.changed.length,
    results_unchanged: stored.difference.unchanged,
    ...countMeasurements(merged.results),
    missing_points: stored.missing?.length ?? null,
    disagreements: [...merged.disagreements, ...stored.difference.disagreements],
    problems: stored.problems,
  }
}
