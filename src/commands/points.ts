import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Attempt } from '../domain/attempt.ts'
import { hasEnded } from '../domain/job.ts'
import { inFlowOrder } from '../domain/flow-order.ts'
import { nameMatcher } from '../domain/point-filter.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { isFailedPoint, type PointState, pointStates, toPlaced } from '../domain/point-state.ts'
import { renderTable } from '../render/index.ts'
import { findAttempts } from '../store/attempts.ts'
import { findPointResults } from '../store/point-results.ts'
import { findPoints } from '../store/points.ts'
import { attemptColumns, type AttemptRow, pointColumns, type PointRow } from './point-columns.ts'
import { addFilters, type FilterOptions, filterPoints, pick, toFilter } from './result-filter.ts'
import { type Act, addExamples, fieldColumns } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  failed?: boolean
  attempts?: boolean
}

export function definePoints(program: Command, act: Act): void {
  const command = addFilters(
    program
      .command('points')
      .description(
        "Prints every expected PVT point in flow order: whether it was submitted, runs, is done or failed, how often it was simulated, the farm's number and the flow's own word for it, what is stored of it, and which values changed from one simulation to the next. What was not followed has no state (-).",
      ),
  )
    .option('--failed', 'only points whose newest simulation failed, or whose result failed or is missing')
    .option('--attempts', 'a row per simulation instead, with its times, memory and values')
    .action(act(runPoints))
  addExamples(command, 'points -j @latest --failed', "points --attempts --point 'SSG*' --json")
}

export async function runPoints(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const expected = await findPoints(db, job.job_id)
  const attempts = await findAttempts(db, job.job_id)
  if (options.attempts === true) return printAttempts(context, expected, attempts, options)
  const results = await findPointResults(db, job.job_id)
  const states = pointStates({ expected, attempts, results, ended: hasEnded(job.status) })
  const chosen = filterPoints(states, toFilter(options)).filter(
    (state) => options.failed !== true || isFailedPoint(state),
  )
  const rows = chosen.map((state) => toRow(state, options))
  await context.print<PointRow>({
    value: rows,
    columns: fieldColumns(pointKeys),
    rows,
    table: (style) => renderTable(pointColumns(rows), rows, style),
  })
}

const pointKeys: (keyof PointRow)[] = [
  ...(['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'] as const),
  ...(['state', 'attempts', 'farm_id', 'checked', 'elapsed_seconds', 'started_at_local'] as const),
  ...(['result', 'changed', 'failed'] as const),
]

/** With only the measurements that are asked for. */
function toRow(state: PointState, { measure = [] }: Options): PointRow {
  const wanted = nameMatcher(measure)
  return {
    point: pointName(state),
    ...state,
    changed: state.changed.filter(({ measurement }) => wanted(measurement)),
    failed: pick(state.failed, wanted),
  }
}

const attemptKeys: (keyof AttemptRow)[] = [
  ...(['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo', 'attempt'] as const),
  ...(['state', 'checked', 'farm_id', 'log_path', 'started_at_local', 'elapsed_seconds'] as const),
  ...(['cpu_seconds', 'peak_memory_mb', 'measurements', 'failed', 'seen_at'] as const),
]

async function printAttempts(
  context: Context,
  expected: readonly PvtPoint[],
  attempts: readonly Attempt[],
  options: Options,
): Promise<void> {
  const ordered = inFlowOrder(attempts.flatMap(toPlaced), (attempt) => attempt, expected)
  const wanted = nameMatcher(options.measure ?? [])
  const rows = filterPoints(ordered, toFilter(options))
    .filter(({ state }) => options.failed !== true || state === 'failed')
    .map((attempt) => ({
      point: pointName(attempt),
      ...attempt,
      measurements: attempt.measurements && pick(attempt.measurements, wanted),
      failed: attempt.failed && pick(attempt.failed, wanted),
    }))
  await context.print<AttemptRow>({
    value: rows,
    columns: fieldColumns(attemptKeys),
    rows,
    table: (style) => renderTable(attemptColumns(rows), rows, style),
  })
}
