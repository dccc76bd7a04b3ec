import { isClockSkew } from '../domain/job.ts'
import { type Stage, stageNames } from '../domain/stage.ts'
import type { Database } from './database.ts'

const stageColumns = [
  'job_id',
  'stage',
  'attempt',
  'status',
  'started_at',
  'finished_at',
  'elapsed_seconds',
  'exit_code',
  'message',
] as const satisfies readonly (keyof Stage)[]

/** An attempt as it is told: with whether its end lies before its start, so that its times say nothing. */
export type ToldStage = Stage & { clock_skew: boolean }

/** The timeline of a job: every attempt, in flow order. */
export async function findStages(db: Database, jobId: string): Promise<ToldStage[]> {
  const stages = await db.query<Stage>(
    `select ${stageColumns.join(', ')} from stages where job_id = $1 order by attempt`,
    [jobId],
  )
  return stages
    .map((stage) => ({ ...stage, clock_skew: isClockSkew(stage.started_at, stage.finished_at) }))
    .sort((a, b) => stageNames.indexOf(a.stage) - stageNames.indexOf(b.stage) || a.attempt - b.attempt)
}

const upsertStage = `
  insert into stages (${stageColumns.join(', ')}, job_created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, (select created_at from jobs where jobs.job_id = $1))
  on conflict (job_id, stage, attempt) do update set
    status = excluded.status,
    started_at = excluded.started_at,
    finished_at = excluded.finished_at,
    elapsed_seconds = excluded.elapsed_seconds,
    exit_code = excluded.exit_code,
    message = excluded.message`

/** Stores an attempt, new or changed. */
export async function saveStage(db: Database, stage: Stage): Promise<void> {
  await db.query(
    upsertStage,
    stageColumns.map((column) => stage[column]),
  )
}

/** Stages that do not have the time at which their job was created, by which statistics know them. */
const misdated = `
  where exists (
    select 1 from jobs where jobs.job_id = stages.job_id and jobs.created_at <> stages.job_created_at
  )`

/** The jobs of such stages. */
export async function findMisdated(db: Database): Promise<string[]> {
  const rows = await db.query<{ job_id: string }>(`select distinct job_id from stages ${misdated} order by 1`)
  return rows.map(({ job_id }) => job_id)
}

/** Gives it to them, as to rows of a time before there was this column; to those of one job only, if one is named. */
export async function dateStages(db: Database, jobId: string | null = null): Promise<void> {
  const sql = `update stages set job_created_at = (select created_at from jobs where jobs.job_id = stages.job_id) ${misdated}`
  await (jobId === null ? db.query(sql) : db.query(`${sql} and stages.job_id = $1`, [jobId]))
}
