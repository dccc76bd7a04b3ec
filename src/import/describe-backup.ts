import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fittingConfiguration, impliesAll } from '../domain/fitting-configuration.ts'
import type { Job } from '../domain/job.ts'
import { systemZone, toInstant, type Zone } from '../domain/local-time.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import { parseBackupName } from '../parse/backup-name.ts'
import { type CreportHead, parseCreportHead } from '../parse/creport.ts'
import type { NewJob } from '../store/jobs.ts'
import { newJob } from './describe-job.ts'
import type { FoundFiles } from './find-files.ts'
import type { ReadRun } from './import-results.ts'
import { contradiction, inferConfiguration } from './infer-configuration.ts'
import { type LoadedConfiguration, loadConfiguration } from './load-configuration.ts'
import { readTextFile } from './read-file.ts'
import { withoutPath } from './row-problems.ts'

/** A job of a run that is over: what its backup folder tells of it. */
export interface BackupJob {
  job: NewJob
  /** The config.cfg that lay beside the backup and was taken; null when none was. */
  configuration: LoadedConfiguration | null
  /** The points that the job is expected to deliver; empty where they can't be known. */
  points: readonly PvtPoint[]
  /** What looks wrong about the time or the configuration. */
  problems: FileProblem[]
}

export interface DescribeOptions {
  /** The zone of the folder's time; default: this machine's. */
  zone?: Zone
  /** What was read of the backup: without it no configuration is inferred. */
  read?: ReadRun
  /** Whether the config.cfg beside it is taken as it is, or only when it fits the run. Default: as it is. */
  beside?: 'as it is' | 'when it fits'
}

/**
 * Describes the completed job of a backup. Its time is that of the folder's name. Its configuration is the config.cfg
 * beside it, which may be newer than the run; else what the run itself tells (creport.txt's head and the points).
 *
 * @throws `usage` when the path is no backup folder; `bad_input` for a config.cfg that is none and has to be taken.
 */
export function describeBackup(found: FoundFiles, user: string, options: DescribeOptions = {}): BackupJob {
  const name = basename(found.path)
  const reading = found.kind === 'backup' ? parseBackupName(name) : null
  if (reading === null) {
    throw new PvtError(
      'usage',
      `--new: ${found.path} is no backup folder`,
      'name a folder 00bkp_YYYYMMDDHHmm',
    )
  }
  const { instant, skipped } = toInstant(reading, options.zone ?? systemZone)
  const domain = dirname(found.path)
  const evidence = options.read === undefined ? null : evidenceOf(found, options.read)
  const beside = configurationBeside(domain, evidence, options)
  const inferred = beside.configuration === null && evidence !== null ? inferConfiguration(evidence) : null
  const made = newJob(beside.configuration, { name: basename(domain), domain, user, now: instant })
  const job: NewJob = {
    ...made,
    ...(inferred === null ? {} : { ...inferred.fields, total_simulations: inferred.points.length || null }),
    config_source: sourceOf(beside.configuration, inferred),
    status: 'completed',
    completed_at: instant,
    backup_path: found.path,
  }
  const message = `there was no such time here, the clock was put forward: taken as ${instant}`
  return {
    job,
    configuration: beside.configuration,
    points: beside.configuration?.points ?? inferred?.points ?? [],
    problems: [...beside.problems, ...(skipped ? [warning(found.path, message)] : [])],
  }
}

const sourceOf = (
  beside: LoadedConfiguration | null,
  inferred: { points: readonly PvtPoint[] } | null,
): Job['config_source'] => (beside !== null ? 'beside' : inferred !== null ? 'inferred' : null)

const warning = (file: string, message: string): FileProblem => ({
  file,
  line: null,
  level: 'warning',
  message,
})

interface Beside {
  configuration: LoadedConfiguration | null
  problems: FileProblem[]
}

function configurationBeside(domain: string, evidence: Evidence | null, options: DescribeOptions): Beside {
  const path = join(domain, 'config.cfg')
  if (!existsSync(path)) return { configuration: null, problems: [] }
  if (options.beside !== 'when it fits' || evidence === null) {
    const configuration = loadConfiguration(path, [])
    return { configuration, problems: configuration.problems }
  }
  const loaded = loadOrExplain(path)
  if ('unreadable' in loaded) return { configuration: null, problems: [warning(path, loaded.unreadable)] }
  const reason = misfitOf(loaded, evidence)
  if (reason === null) return { configuration: loaded, problems: loaded.problems }
  return {
    configuration: null,
    problems: [warning(path, `not that of the run: ${reason}; inferred instead`)],
  }
}

function loadOrExplain(path: string): LoadedConfiguration | { unreadable: string } {
  try {
    return loadConfiguration(path, [])
  } catch (error) {
    if (!(error instanceof PvtError)) throw error
    return { unreadable: `${withoutPath(error.message, path)}; the configuration is inferred instead` }
  }
}

/** Why a configuration cannot be the run's: other rails or another simulator, points that it does not imply, or far fewer than it implies. */
function misfitOf({ configuration, points }: LoadedConfiguration, evidence: Evidence): string | null {
  const { present, attempted, head, completedBy } = evidence
  const otherRails = contradiction(configuration, head)
  if (otherRails !== null) return otherRails
  if (
    completedBy !== null &&
    knownSimulators.includes(configuration.simulator) &&
    configuration.simulator !== completedBy
  )
    return `simulator is ${configuration.simulator}, simulation.log is that of ${completedBy}`
  if (!impliesAll(configuration, present)) {
    const implied = new Set(points.map(pointName))
    const strange = present.filter((point) => !implied.has(pointName(point)))
    return `it does not imply ${strange.length} of the run's ${present.length} points, for example ${pointName(strange[0]!)}`
  }
  // Every attempted point has its report: fewer than implied, and exactly those of another configuration, is another.
  if (attempted.length === 0 || present.length === points.length) return null
  const fit = fittingConfiguration(configuration, present, head?.supplies)
  const isAnother = fit?.points.length === present.length && !fit.isListMadeUp
  return isAnother ? `it implies ${points.length} points, the run attempted ${present.length}` : null
}

interface Evidence {
  present: PvtPoint[]
  attempted: readonly PvtPoint[]
  head: CreportHead | null
  hasSweep: boolean
  simulator: string | null
  /** The simulator that says in its log that it completed: any log may mention another. */
  completedBy: string | null
}

const knownSimulators: readonly string[] = ['finesim', 'primesim']

function evidenceOf({ creport }: FoundFiles, { rows, attempted, logs }: ReadRun): Evidence {
  // The rows of creport.txt stand in the order of the flow's loops, the names of the reports in that of the letters.
  const inOrder = rows.filter(({ source }) => source === 'creport')
  const points = [
    ...inOrder.map(({ point }) => point),
    ...attempted,
    ...rows.filter(({ source }) => source !== 'creport').map(({ point }) => point),
  ]
  return {
    present: [...new Map(points.map((point) => [pointName(point), point])).values()],
    attempted,
    head: creport === null ? null : headOf(creport),
    hasSweep: rows.some(({ sweep }) => Object.keys(sweep).length > 0),
    simulator: logs.find(({ simulator }) => simulator !== null)?.simulator ?? null,
    completedBy: logs.find(({ success }) => success)?.simulator ?? null,
  }
}

/** Null for a creport.txt that cannot be read: that is told where its rows are read. */
function headOf(creport: string): CreportHead | null {
  try {
    return parseCreportHead(readTextFile(creport).text)
  } catch (error) {
    if (!(error instanceof PvtError)) throw error
    return null
  }
}
