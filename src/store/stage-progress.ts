import { type StageName, stageNames } from '../domain/stage.ts'
import type { StageProgress } from '../domain/stage-progress.ts'
import type { Database } from './database.ts'

const columns = [
  'stage',
  'done',
  'failed',
  'expected',
  'first_at',
  'changed_at',
] as const satisfies readonly (keyof StageProgress)[]

const sameCounts = 'stage_progress.done = excluded.done and stage_progress.failed = excluded.failed'

/** A row that says nothing new is not written. */
const onConflict = `
  on conflict (job_id, stage) do update set
    done = excluded.done,
    failed = excluded.failed,
    expected = excluded.expected,
    changed_at = case when ${sameCounts} then stage_progress.changed_at else excluded.changed_at end
  where not (${sameCounts}) or stage_progress.expected is distinct from excluded.expected`

/**
 * Stores how far the stages of a job are. `first_at` is kept from the first row of a stage, and `changed_at` moves only
 * when `done` or `failed` did. Of two rows for the same stage the last one counts.
 */
export async function saveStageProgress(
  db: Database,
  jobId: string,
  rows: readonly StageProgress[],
): Promise<void> {
  const last = new Map(rows.map((row) => [row.stage, row]))
  const ordered = stageNames.flatMap((stage) => last.get(stage) ?? [])
  await db.insert(
    'stage_progress',
    ['job_id', ...columns],
    ordered.map((row) => [jobId, ...columns.map((column) => row[column])]),
    onConflict,
  )
}

/** How far the stages of a job are, in flow order; empty for a job that nobody followed. */
export async function findStageProgress(db: Database, jobId: string): Promise<StageProgress[]> {
  const rows = await db.query<StageProgress>(
    `select ${columns.join(', ')} from stage_progress where job_id = $1`,
    [jobId],
  )
  return rows.sort((a, b) => stageNames.indexOf(a.stage) - stageNames.indexOf(b.stage))
}

/** How long a stage of an earlier job of the same domain took. */
export interface EarlierStage {
  job_id: string
  stage: StageName
  /** Of all its attempts that were done, added up: in mode polo the stage `run` comes three times. */
  seconds: number
  /** Points that the job had to deliver; null where that was not known. */
  points: number | null
}

/** How many earlier jobs are looked at. */
const mostEarlier = 20

/** The state stands as an expression, so that SQLite goes by the index of the domain (see statistics.ts). */
const selectEarlier = `
  select earlier.job_id, stages.stage, sum(stages.elapsed_seconds) as seconds,
      max(earlier.total_simulations) as points
    from (
      select job_id, total_simulations from jobs
        where domain_path = $1 and created_at < $2 and job_id <> $3 and status || '' = 'completed'
          and (cast($4 as bigint) is null or total_simulations between cast($4 as bigint) / 2 and cast($4 as bigint) * 2)
          and exists (select 1 from stages where stages.job_id = jobs.job_id and elapsed_seconds is not null)
        order by created_at desc, job_id desc limit $5
    ) as earlier
    join stages on stages.job_id = earlier.job_id
    where stages.status = 'done' and stages.elapsed_seconds is not null
    group by earlier.job_id, stages.stage
    order by earlier.job_id, stages.stage`

/**
 * How long each stage took in the newest completed jobs of the same domain that were made before this one and had a
 * comparable number of points: half to twice as many; any where this job's is not known. Jobs that were only imported
 * have no times and do not count.
 */
export async function findEarlierStages(
  db: Database,
  job: { job_id: string; domain_path: string; created_at: string; total_simulations: number | null },
): Promise<EarlierStage[]> {
  return db.query<EarlierStage>(selectEarlier, [
    job.domain_path,
    job.created_at,
    job.job_id,
    job.total_simulations,
    mostEarlier,
  ])
}
