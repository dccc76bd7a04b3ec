import { type Command, InvalidArgumentError } from 'commander'
import { isForAllPoints, nameMatcher, pointMatcher, type ResultFilter } from '../domain/point-filter.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { Result } from '../domain/result.ts'
import { collect, type JobOption, jobOption } from './shared.ts'

/** The filters that `points` and the `results` commands about one job take. */
export interface FilterOptions extends JobOption, PointOptions {}

/** The filters by themselves. */
export interface PointOptions {
  point?: string[]
  corner?: string[]
  extraction?: string[]
  temperature?: string[]
  voltage?: string[]
  measure?: string[]
}

/** For commands about one job: `--job` and the filters. */
export function addFilters(command: Command): Command {
  return addPointFilters(command.addOption(jobOption()))
}

/** For commands that name their jobs otherwise. */
export function addPointFilters(command: Command): Command {
  return command
    .option('--point <glob>', "PVT points, for example 'SSG*/typical/*/v1min*'; may be repeated", collectGlob)
    .option('--corner <glob>', 'corners; may be repeated', collectGlob)
    .option('--extraction <glob>', 'extractions; may be repeated', collectGlob)
    .option('--temperature <glob>', 'temperatures, m40 or -40; may be repeated', collectGlob)
    .option('--voltage <glob>', 'voltage combinations; may be repeated', collectGlob)
    .option('--measure <glob>', 'measurements; may be repeated', collectGlob)
}

/** An empty glob is a script's variable that is not set, and no wish for nothing. */
function collectGlob(value: string, before: string[] | undefined): string[] {
  if (value === '') throw new InvalidArgumentError('It is empty.')
  return collect(value, before)
}

export const toFilter = (options: PointOptions): ResultFilter => ({
  point: options.point ?? [],
  corner: options.corner ?? [],
  extraction: options.extraction ?? [],
  temperature: options.temperature ?? [],
  voltage: options.voltage ?? [],
  measure: options.measure ?? [],
})

/** Points that are asked for. */
export function filterPoints<Point extends PvtPoint>(
  points: readonly Point[],
  filter: ResultFilter,
): Point[] {
  return isForAllPoints(filter) ? [...points] : points.filter(pointMatcher(filter))
}

/** Results of the points that are asked for, with only the measurements that are asked for. */
export function filterResults<Row extends PvtPoint & Pick<Result, 'measurements' | 'failed'>>(
  results: readonly Row[],
  filter: ResultFilter,
): Row[] {
  const chosen = filterPoints(results, filter)
  if (filter.measure.length === 0) return chosen
  const wanted = nameMatcher(filter.measure)
  return chosen.map((result) => ({
    ...result,
    measurements: pick(result.measurements, wanted),
    failed: pick(result.failed, wanted),
  }))
}

/** The entries of a record whose names are asked for. */
export function pick<Value>(
  record: Record<string, Value>,
  wanted: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => wanted(name)))
}
