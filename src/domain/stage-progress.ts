import type { StageName } from './stage.ts'

/** How far a stage is, counted in its folders: a row of the table `stage_progress`, without its job. */
export interface StageProgress {
  stage: StageName
  /** Points that the stage has delivered. */
  done: number
  /** Points that the stage has tried in vain. */
  failed: number
  /** Points that it has to do; null where the configuration does not tell. */
  expected: number | null
  /** When a point was first seen, and when the count last moved: ISO 8601 UTC. */
  first_at: string
  changed_at: string
}

/** How long a stage of an earlier job of the same domain took. */
export interface EarlierStage {
  job_id: string
  stage: StageName
  /** Of all its attempts that were done, added up: in mode polo the stage `run` may come three times. */
  seconds: number
  /** Points that the job had to deliver; null where that was not known. */
  points: number | null
}
