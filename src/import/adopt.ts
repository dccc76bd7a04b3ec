import { hostname } from 'node:os'
import { withDefaults } from '../domain/configuration.ts'
import { impliesAll } from '../domain/fitting-configuration.ts'
import { impliedPoints } from '../domain/matrix.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { Zone } from '../domain/local-time.ts'
import type { Result } from '../domain/result.ts'
import { PvtError } from '../errors.ts'
import { type Database, isKeyClash } from '../store/database.ts'
import { insertImport, newImportId } from '../store/imports.ts'
import { insertLogEntry } from '../store/job-logs.ts'
import { findJob, insertJob, type NewJob } from '../store/jobs.ts'
import { insertPoints } from '../store/points.ts'
import { type Counts, saveDerived } from '../store/derived.ts'
import { insertResults } from '../store/write-results.ts'
import type { LegacyDatabase, LegacyJob, LegacyRow } from '../store/legacy-database.ts'
import { type AdoptedJob, knownJobColumns, toAdoptedJob } from './adopt-job.ts'
import { knownResultColumns, legacyCount, toAdoptedResults } from './adopt-results.ts'
import { type LegacyTimes, utcColumnsOf } from './legacy-value.ts'

export interface AdoptOptions {
  /** The zone of times that have none. */
  zone: Zone
  dryRun: boolean
  now: () => string
  user: string
  programVersion: string
}

/** One old job: new here, known already, or why it could not be taken. `notes`: what was odd, and how it was read. */
export interface AdoptedOne {
  job_id: string
  outcome: 'new' | 'known' | 'failed'
  results: number
  /** Results of it that could not be taken. */
  results_unread: number
  notes: string[]
  /** Of results that were taken, what could not be. */
  damaged: string[]
}

/** Columns that the old database has and that are not taken. */
export function columnsNotTaken({ columns }: LegacyDatabase): { jobs: string[]; results: string[] } {
  const others = (found: readonly { name: string }[], known: readonly string[]): string[] =>
    found.map(({ name }) => name).filter((name) => !known.includes(name))
  return {
    jobs: others(columns.jobs, knownJobColumns),
    results: others(columns.results, knownResultColumns),
  }
}

/** Brings in the jobs one by one, each with its results in one transaction. One that is here already stays as it is. */
export async function* adoptJobs(
  db: Database,
  old: LegacyDatabase,
  options: AdoptOptions,
): AsyncGenerator<AdoptedOne> {
  const times: LegacyTimes = { zone: options.zone, utcColumns: utcColumnsOf(old.columns.jobs) }
  const taken = new Set<string>()
  for (const found of old.jobs()) {
    const adopted = toAdoptedJob(found, times, options.now())
    const reason = found.key === null ? noKey : taken.has(found.key.toLowerCase()) ? sameKey : null
    if (found.key !== null) taken.add(found.key.toLowerCase())
    yield reason === null
      ? await adoptOne(db, old, found, adopted, options)
      : { ...nothingOf(adopted.job_id, 'failed'), notes: [reason] }
  }
}

const noKey = 'its job_id is NULL: it cannot be told from others'
const sameKey =
  'a job before it in the file has the same job_id, and the results of both: this one is not taken'

const nothingOf = (job_id: string, outcome: AdoptedOne['outcome']): AdoptedOne => ({
  ...{ job_id, outcome, results: 0, results_unread: 0, notes: [], damaged: [] },
})

async function adoptOne(
  db: Database,
  old: LegacyDatabase,
  { key, row }: LegacyJob,
  { job_id, job, notes }: AdoptedJob,
  options: AdoptOptions,
): Promise<AdoptedOne> {
  if ((await findJob(db, job_id)) !== null) return nothingOf(job_id, 'known')
  const { results, unread, damaged } = toAdoptedResults(old.resultsOf(key ?? ''), old.path)
  const said = [...notes, ...unread]
  const one: AdoptedOne = {
    ...{
      job_id,
      outcome: 'new',
      results: results.length,
      results_unread: unread.length,
      notes: said,
      damaged,
    },
  }
  if (options.dryRun) return one
  try {
    const adoption = { row, job_id, job, results, notes: [...said, ...damaged] }
    const differences = await db.transaction(() => store(db, adoption, old.path, options))
    return { ...one, notes: [...said, ...differences] }
  } catch (error) {
    // Somebody else adopts the same database at this moment.
    if (isKeyClash(error)) return nothingOf(job_id, 'known')
    if (!(error instanceof PvtError) || error.code !== 'bad_input') throw error
    const results_unread = results.length + unread.length
    return { ...nothingOf(job_id, 'failed'), results_unread, notes: [error.message] }
  }
}

interface Adoption {
  row: LegacyRow
  job_id: string
  job: NewJob
  results: Result[]
  notes: readonly string[]
}

/** Stores a job with all of its own; gives where the old counts are others than its results tell. */
async function store(
  db: Database,
  { row, job_id, job, results, notes }: Adoption,
  path: string,
  { now, user, programVersion }: AdoptOptions,
): Promise<string[]> {
  const time = now()
  const points = expectedPoints(job, results)
  const stored = await insertJob(
    db,
    { ...job, total_simulations: points.length || job.total_simulations },
    job_id,
  )
  await insertPoints(db, job_id, points)
  const importId = newImportId()
  await insertResults(db, results, { jobId: job_id, importId, now: time })
  const counts = await saveDerived(db, stored, points, results)
  await insertImport(db, {
    ...{ import_id: importId, job_id, path, imported_at: time, imported_by: user, host: hostname() },
    ...{
      program_version: programVersion,
      files: [],
      files_read: 1,
      points: new Set(results.map(pointName)).size,
    },
    ...{ results_new: results.length, results_updated: 0, results_unchanged: 0 },
    ...countMeasurements(results),
    ...{ missing_points: null, disagreements: [], prefer: null, results_pruned: 0 },
    ...{ changes: [], changes_count: 0, vanished: [], vanished_count: 0 },
    problems: notes.map((message) => ({ file: path, line: null, level: 'warning' as const, message })),
  })
  const differences = countDifferences(row, counts)
  for (const message of [`adopted from ${path}`, ...notes, ...differences]) {
    await insertLogEntry(db, job_id, { logged_at: time, level: 'info', source: 'pvt', message })
  }
  return differences
}

/** What the configuration implies, when it is known, agrees with the old count, and has all points of the results. */
function expectedPoints(job: NewJob, results: readonly Result[]): readonly PvtPoint[] {
  if (job.mode === null || job.supply_2nd === null || job.total_simulations === null) return []
  const configuration = withDefaults(job)
  const points = impliedPoints(configuration)
  return points.length === job.total_simulations && impliesAll(configuration, results) ? points : []
}

function countDifferences(row: LegacyRow, counts: Counts): string[] {
  return (['successful_simulations', 'failed_simulations'] as const).flatMap((column) => {
    const counted = legacyCount(row, column)
    if (counted === null || counted === counts[column]) return []
    return [`${column} was ${counted}; its results tell ${counts[column]}`]
  })
}

/** Values that are numbers or failed, over all rows; and those that failed. */
function countMeasurements(results: readonly Result[]): {
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
