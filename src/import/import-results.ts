import { hostname } from 'node:os'
import type { Disagreement, ValueChange } from '../domain/combine-results.ts'
import type { ResultSource } from '../domain/measurement.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { rankWith } from '../domain/provenance.ts'
import type { Vanished } from '../domain/vanished.ts'
import type { Database } from '../store/database.ts'
import { saveSimulationLogs } from '../store/simulation-logs.ts'
import type { FoundFiles } from './find-files.ts'
import { refuseUnread } from './import-problems.ts'
import { mergeSources } from './merge-sources.ts'
import { implausible } from './plausibility.ts'
import { readSimulationLogs, type SimulationLogs } from './read-simulation-log.ts'
import { readSources, type Sources } from './read-sources.ts'
import { RowNumbers } from './row-numbers.ts'
import { storeResults } from './store-results.ts'
import { fetchFiles } from './together.ts'
import type { Watch } from './watch.ts'

export { problemText } from './import-problems.ts'

export interface ImportOptions extends Watch {
  /** The point of a single measure file whose path does not tell it. */
  point: PvtPoint | null
  dryRun: boolean
  /** Store nothing when anything could not be read. */
  strict: boolean
  now: string
  user: string
  programVersion: string
  /** The source whose values are stored where it has any, whatever is stored; left out: the rawest. */
  prefer?: ResultSource | null
  /** Remove what earlier imports of the path brought and that is not in it any more. */
  prune?: boolean
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
  /** The record of it; null when there is none, because nothing changed or nothing was to be stored. */
  import_id: string | null
  /** The values that it replaced: at most 10,000 of them, and how many there are. */
  changes: ValueChange[]
  changes_count: number
  /** What earlier imports of the path brought and that is not in it any more, the same. */
  vanished: Vanished[]
  vanished_count: number
  results_pruned: number
  /** Links, and strange folders of a backup: they were not read. */
  left_alone: string[]
}

/** Everything that was read of a run: its values, and the log of a simulation. */
export type ReadRun = Sources & Pick<SimulationLogs, 'logs'>

/**
 * Reads what was found; large measure files are read when they are stored.
 *
 * @throws `bad_input` when nothing can be read, or with `strict` not everything.
 */
export async function readFound(
  found: FoundFiles,
  options: Pick<ImportOptions, 'point' | 'strict' | 'onProgress' | 'signal'>,
): Promise<ReadRun> {
  const { logs, problems } = readSimulationLogs(found)
  const sources = readSources(
    { ...found, problems: [...found.problems, ...problems] },
    options.point,
    options,
    await fetchFiles(found, options),
  )
  refuseUnread(sources.problems, { points: { size: sources.rows.length + sources.large.length } }, options)
  return { ...sources, logs }
}

/** Stores what was read into a job, in one transaction, and says what it did. */
export async function importSources(
  db: Database,
  jobId: string,
  found: FoundFiles,
  read: Sources & Partial<Pick<SimulationLogs, 'logs'>>,
  options: ImportOptions,
): Promise<ImportReport> {
  const { prefer = null, prune = false } = options
  const merged = mergeSources(read.rows, rankWith(prefer), new RowNumbers(read.unread))
  const sources = { ...read, problems: [...read.problems, ...implausible(found, read, merged.results)] }
  const { record, isRecorded } = await db.transaction(async () => {
    const answer = await storeResults(db, jobId, merged, sources, {
      path: found.path,
      backup: found.kind === 'backup' ? found.path : null,
      now: options.now,
      user: options.user,
      host: hostname(),
      programVersion: options.programVersion,
      dryRun: options.dryRun,
      wholeRun: found.kind === 'backup',
      strict: options.strict,
      prefer,
      prune,
    })
    if (!options.dryRun) await saveSimulationLogs(db, jobId, read.logs ?? [])
    return answer
  })
  return {
    job_id: jobId,
    path: found.path,
    files_read: record.files_read,
    points: record.points,
    results_new: record.results_new,
    results_updated: record.results_updated,
    results_unchanged: record.results_unchanged,
    measurements: record.measurements,
    failed_measurements: record.failed_measurements,
    missing_points: record.missing_points,
    disagreements: record.disagreements,
    problems: record.problems,
    import_id: isRecorded ? record.import_id : null,
    changes: record.changes,
    changes_count: record.changes_count,
    vanished: record.vanished,
    vanished_count: record.vanished_count,
    results_pruned: record.results_pruned,
    left_alone: found.leftAlone,
  }
}
