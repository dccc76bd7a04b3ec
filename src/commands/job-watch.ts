import type { Context, Screen } from '../context.ts'
import { hasEnded, type Job } from '../domain/job.ts'
import { PvtError } from '../errors.ts'
import { duration, localTime, pace, renderFields, roughly, type Style, visible } from '../render/index.ts'
import { findJob } from '../store/jobs.ts'
import { flowFields } from './job-flow.ts'
import { jobDocument, jobFields, type JobStatusView, loadJobStatus, timelineOf } from './job-view.ts'
import { shortId, simulationsText } from './shared.ts'
import { doneText, stageColumns } from './stage-columns.ts'

/**
 * Shows a job again and again until it ends: on a terminal in place, in a pipe a line for each change, as JSON or CSV
 * a document for each. A database that is away for a moment is waited for.
 *
 * @throws what the first look throws; `job_not_found` when the job is removed.
 */
export async function watchJob(context: Context, job: Job, seconds: number): Promise<void> {
  const screen = context.openScreen()
  let seen = await look(context, job)
  let isAway = false
  await show(context, screen, seen)
  while (!hasEnded(seen.view.status)) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    try {
      const next = await lookAgain(context, job.job_id)
      const isNews = changeMark(next.view) !== changeMark(seen.view)
      if (screen !== null || isNews) await show(context, screen, next)
      seen = next
      isAway = false
    } catch (error) {
      if (!isPassing(error)) throw error
      await context.closeDatabase()
      if (!isAway) await tellAway(context, screen, seen, error)
      isAway = true
    }
  }
}

/** A job as it was at an instant. */
interface Seen {
  view: JobStatusView
  now: string
}

async function look(context: Context, job: Job): Promise<Seen> {
  const now = context.now()
  return { view: await loadJobStatus(await context.database(), job, now), now }
}

async function lookAgain(context: Context, jobId: string): Promise<Seen> {
  const job = await findJob(await context.database(), jobId)
  if (job === null) throw new PvtError('job_not_found', `job ${shortId(jobId)} was removed`)
  return look(context, job)
}

const isPassing = (error: unknown): error is PvtError =>
  error instanceof PvtError && (error.code === 'database_locked' || error.code === 'database_unreachable')

/** Said once, and the last that was seen stays. */
async function tellAway(
  context: Context,
  screen: Screen | null,
  { view, now }: Seen,
  error: PvtError,
): Promise<void> {
  const message = `${error.message}: this goes on when it is back`
  if (screen === null) context.warn(message)
  else {
    await screen.draw(
      async (style) => (await frame(view, now, style)) + (await renderFields([['away', message]], style)),
    )
  }
}

/** What a pipe is told of; a rate and a time left alone move all the time. */
function changeMark({ updated_at, current_stage, stages, progress, waiting, run }: JobStatusView): string {
  return JSON.stringify([
    updated_at,
    current_stage,
    stages.length,
    progress.flatMap((one) => (one.done === null ? [] : [one.stage, one.done, one.failed, one.expected])),
    run === null ? null : waiting?.state,
    run?.ended_at,
  ])
}

async function show(context: Context, screen: Screen | null, { view, now }: Seen): Promise<void> {
  if (screen !== null) await screen.draw((style) => frame(view, now, style))
  else if (context.settings.format !== 'table') await context.print(jobDocument(view, now))
  else
    context.printText(`${localTime(now).slice(-8)} ${visible(changeLine(view, context.settings.unicode))}\n`)
}

/** `run 45/92, 1 failed, 12.3/min, about 4 min left (3-6)`; `completed, 91 ok, 1 failed of 92, took 1h 02m`. */
function changeLine(view: JobStatusView, unicode: boolean): string {
  const { status, current_stage, error_stage, error_message } = view
  if (hasEnded(status)) {
    const where = error_stage === null ? '' : ` in stage ${error_stage}`
    const why = error_message === null ? '' : `: ${error_message}`
    const took = view.elapsed_seconds === null ? '' : `, took ${duration(view.elapsed_seconds)}`
    const counts =
      view.total_simulations === null && view.stored_simulations === 0 ? '' : `, ${simulationsText(view)}`
    return `${status}${where}${why}${counts}${took}`
  }
  if (status === 'queued') return status
  const counts = view.progress.find(({ stage, done }) => stage === current_stage && done !== null)
  const what = counts === undefined ? null : doneText(counts)
  return [
    what === null
      ? `${status}${current_stage === null ? '' : `, stage ${current_stage}`}`
      : `${counts!.stage} ${what}`,
    counts?.per_minute ? pace(counts.per_minute) : null,
    leftText(view, unicode),
    view.run === null ? null : stillness(view),
  ]
    .filter((text) => text !== null)
    .join(', ')
}

/** `about 4 min left (3-6)` */
function leftText({ time_left: left }: JobStatusView, unicode: boolean): string | null {
  if (left === null || left.seconds_max < 1) return null
  const span = roughly(
    { seconds: left.seconds, min: left.seconds_min, max: left.seconds_max },
    unicode ? '–' : '-',
  )
  return `about ${span.replace(/(?= \()|$/, ' left')}`
}

/** Why nothing moves; null when something does. */
function stillness({ waiting }: JobStatusView): string | null {
  switch (waiting?.state) {
    case 'queue':
    case 'silent':
      return waiting.reason
    case 'not_followed':
      return 'not followed any more'
    case 'not_started':
    case 'running':
    case undefined:
      return null
  }
}

/** Of the job's fields those that move, or that one wants to know while they do; what is long would not fit. */
const framed = new Set([
  ...['job', 'name', 'status', 'error', 'error stage', 'started', 'ended', 'simulations', 'domain', 'backup'],
  ...['flow', 'time left', 'run'],
])

/** So that what moves has room on a terminal of 80 columns. */
const framedColumns = stageColumns.filter(
  ({ key }) => !['started_at', 'finished_at', 'exit_code'].includes(key),
)

async function frame(view: JobStatusView, now: string, style: Style): Promise<string> {
  const fields = [...jobFields(view), ...flowFields(view, now)].filter(
    (field): field is [string, string] => framed.has(field[0]) && field[1] !== null,
  )
  return (await renderFields(fields, style)) + (await timelineOf(view, style, framedColumns))
}
