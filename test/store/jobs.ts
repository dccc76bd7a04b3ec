import type { Attempt, AttemptState } from '../../src/domain/attempt.ts'
import type { Job, JobStatus } from '../../src/domain/job.ts'
import type { PvtPoint } from '../../src/domain/point.ts'
import type { Run } from '../../src/domain/run.ts'
import type { Waiver } from '../../src/domain/waiver.ts'
import { toPoint } from '../../src/domain/point.ts'
import { type Result, resultStatus } from '../../src/domain/result.ts'
import { finishStage, moveJob, type MoveDetails } from '../../src/domain/timeline.ts'
import { type JobDescription, newJob } from '../../src/import/describe-job.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { createJob } from '../../src/store/create-job.ts'
import type { Database, SqlValue } from '../../src/store/database.ts'
import { findJob, lockJob, type NewJob } from '../../src/store/jobs.ts'
import { tables } from '../../src/store/maintenance.ts'
import { setLimits, type StoredLimits } from '../../src/store/limits.ts'
import { findPoints } from '../../src/store/points.ts'
import { saveDerived } from '../../src/store/derived.ts'
import { findResults } from '../../src/store/results.ts'
import { insertResults } from '../../src/store/write-results.ts'
import { keepVerdict, type StoredVerdict } from '../../src/store/verdicts.ts'
import { insertWaiver } from '../../src/store/waivers.ts'

/** An instant of the tests: so many seconds after the year began. */
export const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

export const aPoint = (corner = 'TT', voltage = 'v1min', temperature = 'm40'): PvtPoint =>
  toPoint(corner, 'typical', temperature, voltage)!

export const threePoints = [aPoint('TT'), aPoint('SSG'), aPoint('FFG')]

export const aNewJob = (about: Partial<JobDescription> = {}, fields: Partial<NewJob> = {}): NewJob => ({
  ...newJob(null, { name: 'job', domain: '/proj/gpio', user: 'eva', now: at(0), ...about }),
  ...fields,
})

/** Stores a queued job that expects the given points. */
export const storeJob = (
  db: Database,
  fields: Partial<NewJob> = {},
  points: readonly PvtPoint[] = [],
): Promise<Job> => createJob(db, aNewJob({}, fields), points, 'created')

/** Stores a job in any state, through the moves that lead there. */
export async function storeJobIn(
  db: Database,
  status: JobStatus,
  fields: Partial<NewJob> = {},
  points: readonly PvtPoint[] = [],
): Promise<Job> {
  const job = await storeJob(db, fields, points)
  const ways: Record<JobStatus, JobStatus[]> = {
    queued: [],
    running: ['running'],
    completed: ['running', 'completed'],
    failed: ['running', 'failed'],
    cancelled: ['running', 'cancelled'],
  }
  for (const [index, to] of ways[status].entries()) await moved(db, job.job_id, to, {}, at(index + 1))
  return (await findJob(db, job.job_id))!
}

/** Moves a job as `job status <job> <status>` does. */
export const moved = (
  db: Database,
  jobId: string,
  to: JobStatus,
  details: MoveDetails = {},
  now: string = at(60),
) => changeJob(db, jobId, now, (present) => moveJob(present, to, details, now))

export const aResult = (point: PvtPoint, fields: Partial<Result> = {}): Result => ({
  ...point,
  ...{ alter_number: 1, row_number: 1, sweep: {}, measurements: { vout: 1 }, failed: {} },
  ...{ source: 'measure', netlist_path: null, mt0_file_path: '/proj/gpio/sim_tx.mt0', source_line: 5 },
  ...{ other_sources: [], measurement_sources: {} },
  status: resultStatus(fields.failed ?? {}),
  ...fields,
})

/** Stores results beside those that are there, with everything derived, as an import does. */
export async function addResults(
  db: Database,
  jobId: string,
  results: readonly Result[],
  importId = `import-${(imports += 1)}`,
): Promise<void> {
  await db.transaction(async () => {
    const job = (await lockJob(db, jobId))!
    const points = await findPoints(db, jobId)
    await insertResults(db, results, { jobId, importId, now: at(30) })
    await saveDerived(db, job, points, await findResults(db, jobId, points))
  })
}

let imports = 0

/** A verdict to keep with a job. */
export const aVerdict = (
  job_id: string,
  fields: Partial<StoredVerdict> = {},
): Omit<StoredVerdict, 'verdict_number'> => ({
  ...{ job_id, verdict: 'pass', checked_at: at(1), checked_by: 'eva', limits_version: 1 },
  ...{ limits_path: '/proj/limits.csv', limits_sha256: 'abc', limits_checked: 2, findings: [] },
  ...fields,
})

/** A waiver of the domain /proj/gpio, with a text that is hard to keep. */
export const aWaiver = (fields: Partial<Waiver> = {}): Waiver => ({
  ...{ waiver_id: 'w1', domain_path: '/proj/gpio', measurement: 'del_rr', point: null, reason: '"µ"\n%' },
  ...{ until: at(50), waived_by: 'eva', waived_at: at(1) },
  ...fields,
})

/** Limits of a domain. */
export const limitsOf = (domain: string, text: string, second = 0): Omit<StoredLimits, 'version'> => ({
  ...{ domain_path: domain, limits_text: text, limits_sha256: `digest of ${text}` },
  ...{ file_path: '/proj/limits.csv', limit_count: 1, set_by: 'eva', set_at: at(second) },
})

/** A simulation of the point corner/typical/m40/v1min, of which nothing is known but its state. */
export const anAttempt = (
  corner: string,
  attempt: number,
  state: AttemptState = 'submitted',
  fields: Partial<Attempt> = {},
): Attempt => ({
  ...{ corner, extraction: 'typical', temperature: 'm40', voltage_combo: 'v1min', attempt, state },
  ...{ checked: null, farm_id: null, log_path: null, started_at_local: null, elapsed_seconds: null },
  ...{ cpu_seconds: null, peak_memory_mb: null, measurements: null, failed: null, seen_at: at(1) },
  ...fields,
})

/** A run on another host that goes on, of which nothing more is known. */
export const aRun = (job_id: string, fields: Partial<Run> = {}): Run => ({
  ...{ job_id, run_number: 1, kind: 'run', command: ['sh', 'flow.sh'], cwd: '/proj/gpio', host: 'farm1' },
  ...{ boot_id: null, pid: null, process_start: null, watcher_pid: 12, watcher_start: null },
  ...{ started_at: at(0), seen_at: at(1), ended_at: null, exit_code: null, signal: null },
  ...{ output_path: null, output_bytes: null, output_head: null, output_tail: null },
  ...{ errors_path: null, errors_bytes: null, errors_head: null, errors_tail: null },
  ...fields,
})

/** What is known of a job from following its flow: a row in each of the tables. */
export async function addFlowRows(db: Database, jobId: string): Promise<void> {
  const { corner, extraction, temperature, voltage_combo } = threePoints[0]!
  const point = { corner, extraction, temperature, voltage_combo }
  const rows: Record<string, Record<string, SqlValue>> = {
    runs: {
      ...{
        run_number: 1,
        kind: 'run',
        command: '["sh","flow.sh"]',
        cwd: '/proj/gpio',
        host: 'farm1',
        pid: 2 ** 22,
      },
      ...{
        process_start: 'boot:1',
        watcher_pid: 4,
        started_at: at(0),
        seen_at: at(1),
        output_tail: '"µ"\n%',
      },
    },
    stage_progress: { stage: 'run', done: 1, failed: 1, expected: 3, first_at: at(0), changed_at: at(1) },
    attempts: {
      ...point,
      attempt: 1,
      state: 'done',
      farm_id: '14858603090',
      elapsed_seconds: 0.1,
      seen_at: at(1),
    },
    dependencies: { after_job_id: 'another job', condition: 'ok', added_at: at(0) },
  }
  for (const [table, row] of Object.entries(rows)) {
    const columns = ['job_id', ...Object.keys(row)]
    await db.insert(table, columns, [[jobId, ...Object.values(row)]])
  }
}

/** How many rows of a table belong to a job. */
export async function countOf(db: Database, table: string, jobId: string): Promise<number> {
  const [row] = await db.query<{ n: number }>(`select count(*) as n from ${table} where job_id = $1`, [jobId])
  return row!.n
}

/** Three jobs in different states, with limits and a waiver, stages, points, results, summaries and texts that are hard to keep. */
export async function fill(db: Database): Promise<void> {
  const odd = {
    description: '"µΩ"\n😀 \\ \'',
    tags: ['a,b', '%'],
    config_text: 'mode:polo\r\n',
    elapsed_seconds: null,
  }
  await setLimits(db, limitsOf('/proj/gpio', 'measurement,max\r\nv,"1"\n'))
  await insertWaiver(db, aWaiver({ waiver_id: `waiver of ${(imports += 1)}` }))
  const completed = await storeJobIn(db, 'completed', { ...odd, name: 'completed' }, threePoints)
  const failed = await storeJobIn(db, 'failed', { name: 'failed', cpu_count: 2 ** 40 }, threePoints)
  await storeJob(db, { name: 'queued' })
  for (const { job_id } of [completed, failed]) {
    await changeJob(db, job_id, at(40), (present) => finishStage(present, 'gen', at(40)))
    await addFlowRows(db, job_id)
    await addResults(db, job_id, [
      aResult(threePoints[0]!, {
        measurements: { del_rr: 0.1 + 0.2, 'wire[15]': 5e-324 },
        sweep: { v: 'on' },
      }),
      aResult(threePoints[1]!, { measurements: { del_rr: null }, failed: { del_rr: 'no convergence' } }),
      aResult(threePoints[1]!, { row_number: 2 }),
    ])
    await keepVerdict(db, aVerdict(job_id, { verdict: 'incomplete' }))
  }
}

/** Every row of every table, by table, in an order that both engines share. */
export async function contentsOf(db: Database): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {}
  for (const table of tables) {
    const rows = await db.query(`select * from ${table}`)
    contents[table] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
  }
  return contents
}
