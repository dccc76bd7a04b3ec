import { isClockSkew } from '../domain/job.ts'
import { type Stage, stageTitles } from '../domain/stage.ts'
import { type Column, duration, localTime, type Paint } from '../render/index.ts'

/** An attempt at a stage, or a planned stage that nobody has started. */
export type TimelineRow = Stage | { stage: Stage['stage']; status: 'planned' }

const stageValue =
  <Key extends keyof Stage>(key: Key) =>
  (row: TimelineRow): Stage[Key] | null =>
    key in row ? (row as Stage)[key] : null

const isSkewed = (row: TimelineRow): boolean =>
  isClockSkew(stageValue('started_at')(row), stageValue('finished_at')(row))

/** The stage timeline as `stage list` and `job status` show it. */
export const stageColumns: Column<TimelineRow>[] = [
  { key: 'stage', value: ({ stage }) => stage },
  { key: 'attempt', align: 'right', value: stageValue('attempt') },
  { key: 'status', value: ({ status }) => status, paint: ({ status }) => statusPaint(status) },
  {
    key: 'started_at',
    title: 'STARTED',
    value: stageValue('started_at'),
    text: (row) => localTime(stageValue('started_at')(row)),
  },
  {
    key: 'finished_at',
    title: 'FINISHED',
    value: stageValue('finished_at'),
    text: (row) => localTime(stageValue('finished_at')(row)),
  },
  {
    key: 'elapsed_seconds',
    title: 'TOOK',
    align: 'right',
    value: stageValue('elapsed_seconds'),
    text: (row) => (isSkewed(row) ? 'clock set back' : duration(stageValue('elapsed_seconds')(row))),
  },
  { key: 'exit_code', title: 'EXIT', align: 'right', value: stageValue('exit_code') },
  {
    key: 'message',
    value: stageValue('message'),
    text: (row) => stageValue('message')(row) ?? stageTitles[row.stage],
  },
]

/** The colour of a job's or a stage's state; the word itself is always there too. */
export function statusPaint(status: string): Paint | null {
  switch (status) {
    case 'done':
    case 'completed':
      return 'green'
    case 'failed':
      return 'red'
    case 'running':
      return 'yellow'
    case 'cancelled':
    case 'planned':
    case 'skipped':
      return 'dim'
    default:
      return null
  }
}
