import type { Configuration } from './configuration.ts'
import type { StageName } from './stage.ts'

export const jobStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type JobStatus = (typeof jobStatuses)[number]

/**
 * `given`: named when the job was made, or lying in its domain folder then. `beside`: a config.cfg that lay beside an
 * old backup and fits it. `inferred`: from the head of creport.txt and the points of the run; what they do not tell is
 * null.
 */
export const configSources = ['given', 'beside', 'inferred'] as const
export type ConfigSource = (typeof configSources)[number]

/**
 * A recorded run of the flow: a row of the table `jobs`. Keys are the column names, which are also the JSON keys
 * and the CSV headers; the configuration's keys are null for a job without a configuration.
 */
export type Job = {
  job_id: string
  name: string
  status: JobStatus
  created_at: string
  updated_at: string
  /** When it first ran; set once. */
  started_at: string | null
  /** When it ended: completed, failed or cancelled. */
  completed_at: string | null
  elapsed_seconds: number | null
} & { [Field in keyof Configuration]: Configuration[Field] | null } & {
  planned_stages: StageName[]
  current_stage: StageName | null
  completed_stages: StageName[]
  /** Number of expected PVT points; null where it can't be known. */
  total_simulations: number | null
  /** Points with a row. */
  stored_simulations: number
  /** Points with a row and no failed measurement. */
  successful_simulations: number
  /** Points with a failed measurement and, once the job has ended, points without a row. */
  failed_simulations: number
  domain_path: string
  config_file_path: string | null
  /** Where the configuration's columns come from; null for a job without. */
  config_source: ConfigSource | null
  backup_path: string | null
  error_message: string | null
  error_stage: StageName | null
  user: string
  host: string
  description: string | null
  tags: string[]
  /** Neither cleanup nor `job delete` removes it. */
  pinned: boolean
}

/** What a job has besides: the snapshot of its config.cfg, kept apart because lists never need it. */
export interface ConfigSnapshot {
  config_text: string | null
  config_sha256: string | null
}

/** The moves between states; setting the present state again is no move (architecture.md, "Job states"). */
const moves: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['completed', 'failed', 'cancelled'],
  failed: ['running'],
  completed: [],
  cancelled: [],
}

/** Whether a job may move between two states; staying in one is no move. */
export const canMove = (from: JobStatus, to: JobStatus): boolean => moves[from].includes(to)

/** The states that a job in `from` may be moved to; for the message of a refusal. */
export const movesFrom = (from: JobStatus): readonly JobStatus[] => moves[from]

/** Completed, failed and cancelled jobs have ended: they have an end time, and cleanup may remove them. */
export const hasEnded = (status: JobStatus): boolean => status !== 'queued' && status !== 'running'

export const endedStatuses: readonly JobStatus[] = jobStatuses.filter(hasEnded)

/**
 * The fields of a job that change when it moves to `to` at `now` (ISO 8601 UTC). A clock that stepped back gives an
 * elapsed time of 0, never a negative one.
 */
export function move(job: Job, to: JobStatus, now: string): Partial<Job> {
  const started = job.started_at ?? (to === 'running' || to === 'completed' ? now : null)
  if (!hasEnded(to)) {
    return {
      status: to,
      started_at: started,
      completed_at: null,
      elapsed_seconds: null,
      error_message: null,
      error_stage: null,
    }
  }
  return {
    status: to,
    started_at: started,
    completed_at: now,
    elapsed_seconds: started === null ? null : secondsBetween(started, now),
    ...(to === 'completed' ? { current_stage: null } : {}),
  }
}

/**
 * Whether an end lies before its start: a clock was set back in between, or two hosts' clocks differ. Their difference
 * says nothing then.
 */
export const isClockSkew = (started: string | null, ended: string | null): boolean =>
  started !== null && ended !== null && Date.parse(ended) < Date.parse(started)

/**
 * The same of a whole job: of its own times, or of those of a stage. When it was created does not count: a run that
 * somebody follows may have begun before.
 */
export const hasClockSkew = (
  { started_at, completed_at }: Pick<Job, 'started_at' | 'completed_at'>,
  stages: readonly { clock_skew: boolean }[],
): boolean => isClockSkew(started_at, completed_at) || stages.some(({ clock_skew }) => clock_skew)

/** Seconds from one instant to another (ISO 8601), never negative. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
