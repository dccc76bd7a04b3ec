/** The stages of the flow, in the order in which it runs them. */
export const stageNames = ['gen', 'run', 'ext', 'srt', 'bkp', 'usr'] as const
export type StageName = (typeof stageNames)[number]

/** `usr` runs only where a user script is configured, so it is planned only when asked for. */
export const defaultStages: readonly StageName[] = ['gen', 'run', 'ext', 'srt', 'bkp']

export const stageTitles: Record<StageName, string> = {
  gen: 'generate testbenches',
  run: 'run simulations',
  ext: 'extract data',
  srt: 'sort data',
  bkp: 'back up',
  usr: 'user script',
}

export const stageStatuses = ['running', 'done', 'failed', 'skipped'] as const
export type StageStatus = (typeof stageStatuses)[number]

/** One attempt at a stage: a row of the table `stages`. */
export type Stage = {
  job_id: string
  stage: StageName
  attempt: number
  status: StageStatus
  started_at: string | null
  finished_at: string | null
  elapsed_seconds: number | null
  exit_code: number | null
  message: string | null
}

/** `run` → `run`, `usr_script` (the flow's own name) → `usr`; null for anything else. */
export function parseStageName(text: string): StageName | null {
  if (text === 'usr_script') return 'usr'
  return stageNames.find((name) => name === text) ?? null
}

/** The newest attempt at a stage, or null. */
export function latestAttempt(stages: readonly Stage[], name: StageName): Stage | null {
  return stages
    .filter((stage) => stage.stage === name)
    .reduce<Stage | null>(
      (latest, stage) => (latest && latest.attempt > stage.attempt ? latest : stage),
      null,
    )
}

/** Stages whose newest attempt is done, in flow order. */
export function doneStages(stages: readonly Stage[]): StageName[] {
  return stageNames.filter((name) => latestAttempt(stages, name)?.status === 'done')
}
