import type { Attempt } from '../domain/attempt.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { Run } from '../domain/run.ts'
import type { StageName } from '../domain/stage.ts'
import type { StageProgress } from '../domain/stage-progress.ts'
import type { NewJob } from '../store/jobs.ts'
import type { SimulationLogRecord } from '../store/simulation-logs.ts'

/** All that is stored of a new job. */
export interface JobDraft {
  job: NewJob & { job_id: string }
  points: readonly PvtPoint[]
  /** The first line of its log. */
  note: string
}

/** A stage that began or ended in the flow, at an instant (ISO 8601 UTC). */
export interface StageMark {
  stage: StageName
  kind: 'start' | 'done'
  at: string
}

/**
 * How following a flow ended. `judge`: the flow is over, and its files tell whether it went well; `backup` is the one
 * that it made, as far as was seen, `how` what is strange about its end (`ended by SIGKILL`). `cancel`: the user ended it. `leave`: nobody looks any more, the flow goes on.
 */
export type FlowEnding =
  | { kind: 'judge'; backup: string | null; how: string | null }
  | { kind: 'cancel'; reason: string }
  | { kind: 'leave' }

/**
 * What following a flow has found since the last time: written in one transaction, or spooled as a whole. Its JSON is
 * what the spool keeps, so a field, once released, keeps its meaning.
 */
export interface FlowRecord {
  /** The job to make first; null when it is there. */
  draft: JobDraft | null
  /** Refuse when another run goes on in the domain folder. */
  exclusive: boolean
  /** The run as it is now. */
  run: Run
  marks: StageMark[]
  progress: StageProgress[]
  attempts: Attempt[]
  logs: SimulationLogRecord[]
  /** Lines for the job's log. */
  notes: { level: 'info' | 'warning' | 'error'; message: string }[]
  /** Null while the flow goes on. */
  ending: FlowEnding | null
}
