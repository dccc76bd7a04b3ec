import { isClockSkew } from '../domain/job.ts'
import { type Stage, stageTitles } from '../domain/stage.ts'
import type { StageForecast } from '../domain/time-left.ts'
import { type Column, duration, localTime, pace, type Paint, roughly } from '../render/index.ts'

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

/**
 * The same with how far the stages are and how long they still take, behind the times; a column that would say nothing
 * is left out. Of several attempts at a stage the last one shows it: counts are those of the stage.
 */
export function withProgress(
  columns: readonly Column<TimelineRow>[],
  rows: readonly TimelineRow[],
  progress: readonly StageForecast[],
): Column<TimelineRow>[] {
  const byRow = new Map(
    progress.map((forecast) => [rows.findLast(({ stage }) => stage === forecast.stage), forecast]),
  )
  const column = (
    key: string,
    title: string,
    textOf: (forecast: StageForecast) => string | null,
  ): Column<TimelineRow> => ({
    ...{ key, title, align: 'right' },
    value: (row) => {
      const forecast = byRow.get(row)
      return forecast === undefined ? null : textOf(forecast)
    },
  })
  const added = [
    column('done', 'DONE', doneText),
    column('per_minute', 'RATE', ({ per_minute }) => (per_minute ? pace(per_minute) : null)),
    column('seconds_left', 'TIME LEFT', leftText),
  ].filter(({ value }) => rows.some((row) => value(row) !== null))
  const place = columns.findIndex(({ key }) => key === 'elapsed_seconds') + 1
  return [...columns.slice(0, place), ...added, ...columns.slice(place)]
}

/** `45/92`, `45/92, 1 failed`; without a total where that is not known. */
export function doneText({ done, failed, expected }: StageForecast): string | null {
  if (done === null) return null
  const total = expected === null ? '' : `/${expected}`
  return `${done}${total}${failed ? `, ${failed} failed` : ''}`
}

function leftText({ seconds_left, seconds_left_min, seconds_left_max }: StageForecast): string | null {
  if (seconds_left === null || seconds_left_min === null || seconds_left_max === null) return null
  if (seconds_left_max < 1) return null
  return roughly({ seconds: seconds_left, min: seconds_left_min, max: seconds_left_max })
}

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
