import { type Command } from 'commander'
import type { Context } from '../context.ts'
import { type PvtPoint, pointFolder, pointName } from '../domain/point.ts'
import { tally } from '../domain/tally.ts'
import { exitCodes } from '../errors.ts'
import { hasEnded } from '../domain/job.ts'
import { type Column, renderFolded } from '../render/index.ts'
import { findPoints } from '../store/points.ts'
import { findResults } from '../store/results.ts'
import { addFilters, type FilterOptions, filterPoints, toFilter } from './result-filter.ts'
import { type Act, addExamples, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineResultsMissing(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('missing')
      .description(
        'Prints the PVT points that are expected and have no result; exit code 7 when there are any. --format rerun prints their folders, a line each.',
      ),
  ).action(act(runResultsMissing))
  addExamples(command, 'results missing', 'results missing --format rerun > rerun.list')
}

export async function runResultsMissing(context: Context, options: FilterOptions): Promise<void> {
  const job = await whichJob(context, options.job)
  const db = await context.database()
  const points = await findPoints(db, job.job_id)
  if (points.length === 0) {
    context.warn(`job ${shortId(job.job_id)} has no expected points: it was made without a configuration`)
  }
  const results = await findResults(db, job.job_id, points)
  const missing = filterPoints(tally(points, results, hasEnded(job.status)).missing, toFilter(options))
  if (missing.length > 0) context.exitWith(exitCodes.check_failed)
  if (context.settings.rerun) {
    context.printText(missing.map((point) => `${pointFolder(point)}\n`).join(''))
    return
  }
  const rows = missing.map((point) => ({ point: pointName(point), ...point }))
  await context.print({ value: rows, columns, rows, table: (style) => renderFolded(columns, 1, rows, style) })
}

const columns: Column<PvtPoint & { point: string }>[] = [
  { key: 'point', value: (row) => row.point },
  { key: 'corner', value: (row) => row.corner },
  { key: 'extraction', value: (row) => row.extraction },
  { key: 'temperature', value: (row) => row.temperature },
  { key: 'temperature_c', title: 'CELSIUS', align: 'right', value: (row) => row.temperature_c },
  { key: 'voltage_combo', title: 'VOLTAGE', value: (row) => row.voltage_combo },
]
