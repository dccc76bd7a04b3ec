import { basename, join } from 'node:path'
import { statSync } from 'node:fs'
import type { Job } from '../domain/job.ts'
import { systemZone, toInstant } from '../domain/local-time.ts'
import { type PvtPoint, pointFolder, pointName } from '../domain/point.ts'
import type { StageName } from '../domain/stage.ts'
import { PvtError } from '../errors.ts'
import { parseBackupName } from '../parse/backup-name.ts'
import type { Database } from '../store/database.ts'
import { findJobByBackup } from '../store/jobs.ts'
import { findPoints } from '../store/points.ts'
import { findPointStates } from '../store/derived.ts'
import { findStageProgress } from '../store/stage-progress.ts'
import { findFiles, runLister } from './find-files.ts'
import { listFolder } from './folder.ts'
import { type ImportReport, importSources, readFound } from './import-results.ts'

export interface JudgeOptions {
  now: string
  user: string
  programVersion: string
  /** Read and judge, store nothing. */
  dryRun: boolean
  /** The backup that the run made, as far as somebody saw it; left out or null: it is looked for. */
  backup?: string | null
  /** What is strange about the run's end, `exit code 3`: told with a failure. */
  how?: string | null
}

/** What a job's files say of it. */
export interface Judgement {
  status: 'completed' | 'failed'
  /** Where it failed; null for a completed job. */
  stage: StageName | null
  /** Why it failed: `3 of 44 PVT points missing: …`; null for a completed job. */
  reason: string | null
  /** The names of expected points that were not delivered, in flow order. */
  missing: string[]
  /** Points that were delivered. */
  delivered: number
  backup: string | null
  /** What importing stored; null when there was nothing to read. */
  imported: ImportReport | null
}

/**
 * Judges a run that is over by what it left in its files, whatever its exit code: the flow's scripts return 0 when
 * everything was lost. A run that was to make a backup is judged by that backup, one of fewer stages by the domain's
 * live tree. What is found is imported.
 *
 * A point is delivered when the job has a row of it; a failed measurement is a finding about a delivered point, and
 * does not make the run a failed one.
 */
export async function judgeJob(db: Database, job: Job, options: JudgeOptions): Promise<Judgement> {
  const points = await findPoints(db, job.job_id)
  const last = job.planned_stages.at(-1) ?? 'bkp'
  const backup = wantsBackup(last) ? (options.backup ?? (await findBackup(db, job))) : null
  const path = wantsBackup(last) ? backup : job.domain_path
  const delivered = new Set((await findPointStates(db, job.job_id)).map(pointName))
  let imported: ImportReport | null = null
  let unread: string | null = null
  if (last === 'gen') for (const name of netlistsOf(job.domain_path, points)) delivered.add(name)
  else if (path !== null) {
    try {
      imported = await importInto(db, job, path, delivered, options)
    } catch (error) {
      if (!(error instanceof PvtError) || !isAboutFiles(error)) throw error
      unread = error.message
    }
  }
  const missing = points.map(pointName).filter((name) => !delivered.has(name))
  const judgement = { missing, delivered: delivered.size, backup, imported }
  const reason = reasonOf(job, { last, path, unread, points: points.length, ...judgement })
  if (reason === null) return { ...judgement, status: 'completed', stage: null, reason }
  const told = options.how == null ? reason : `${options.how}; ${reason}`
  return { ...judgement, status: 'failed', stage: await blame(db, job, last, backup), reason: told }
}

const wantsBackup = (last: StageName): boolean => last === 'bkp' || last === 'usr'

const isAboutFiles = ({ code }: PvtError): boolean =>
  code === 'bad_input' || code === 'file_not_found' || code === 'file_error'

async function importInto(
  db: Database,
  job: Job,
  path: string,
  delivered: Set<string>,
  options: JudgeOptions,
): Promise<ImportReport> {
  const found = findFiles(path, await runLister(path))
  const importing = { ...options, point: null, strict: false }
  const read = await readFound(found, importing)
  const report = await importSources(db, job.job_id, found, read, importing)
  for (const { point } of [...read.rows, ...read.large]) delivered.add(pointName(point))
  return report
}

/** The newest backup of the domain that was made since the run began and is not another run's. */
async function findBackup(db: Database, job: Job): Promise<string | null> {
  const since = Date.parse(job.started_at ?? job.created_at)
  const names = listFolder(job.domain_path)
    .filter((entry) => entry.isDirectory() && parseBackupName(entry.name) !== null)
    .map((entry) => entry.name)
  for (const name of names.sort().reverse()) {
    const path = join(job.domain_path, name)
    const made = Date.parse(toInstant(parseBackupName(basename(path))!, systemZone).instant)
    // Names are to the minute, and their clock is another host's.
    if (made < since - 120_000 && changedAt(path) < since) continue
    const owner = await findJobByBackup(db, path)
    // Two runs within a minute share a folder: it is this one's when it was written to since.
    if (owner === null || owner.job_id === job.job_id || changedAt(path) >= since) return path
  }
  return null
}

/** Milliseconds since 1970. */
function changedAt(backup: string): number {
  const times = [backup, join(backup, 'report')].map(
    (folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  return Math.max(...times)
}

function netlistsOf(domain: string, points: readonly PvtPoint[]): string[] {
  const hasNetlist = (point: PvtPoint): boolean =>
    listFolder(join(domain, pointFolder(point))).some(({ name }) => name.endsWith('.sp'))
  return points.filter(hasNetlist).map(pointName)
}

interface Findings extends Omit<Judgement, 'status' | 'stage' | 'reason'> {
  last: StageName
  path: string | null
  unread: string | null
  /** Number of expected points; 0 when they are not known. */
  points: number
}

/** So many points are named; the others stand in `pvt results missing`. */
const mostNamed = 10

function reasonOf(job: Job, { last, path, unread, points, missing, delivered }: Findings): string | null {
  const lost = points === 0 ? '' : `; ${missing.length} of ${points} PVT points missing`
  if (path === null && wantsBackup(last)) return `no backup was made in ${job.domain_path}${lost}`
  if (unread !== null) return `${unread}${lost}`
  if (missing.length > 0) {
    const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : ''
    return `${missing.length} of ${points} PVT points missing: ${missing.slice(0, mostNamed).join(', ')}${more}`
  }
  return delivered === 0 ? 'nothing was delivered' : null
}

/**
 * The stage that failed: the one that the run did not get beyond; of a run that went through all, the first that did
 * not do all of its points.
 */
async function blame(db: Database, job: Job, last: StageName, backup: string | null): Promise<StageName> {
  const { current_stage: current, planned_stages: planned } = job
  if (current !== null && current !== last && planned.includes(current)) return current
  const progress = await findStageProgress(db, job.job_id)
  // A stage of which nothing was seen has delivered nothing; but what came before pvt looked is not known.
  const from = planned.findIndex((stage) => progress.some((row) => row.stage === stage))
  const short = planned.find((stage, index) => {
    const row = progress.find((one) => one.stage === stage)
    if (row === undefined) return from >= 0 && index > from && stage !== 'usr'
    return row.expected !== null && row.done < row.expected
  })
  // Nothing was begun as far as anybody saw.
  if (short === undefined && current === null && backup === null) return planned[0] ?? last
  return short ?? last
}
