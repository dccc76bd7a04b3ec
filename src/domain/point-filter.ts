import { globMatcher } from './glob.ts'
import { type PvtPoint, pointName } from './point.ts'

/** What the user asked for with `--point`, `--corner` … and `--measure`; several of one kind are alternatives. */
export interface ResultFilter {
  point: readonly string[]
  corner: readonly string[]
  extraction: readonly string[]
  temperature: readonly string[]
  voltage: readonly string[]
  measure: readonly string[]
}

export const noFilter: ResultFilter = {
  point: [],
  corner: [],
  extraction: [],
  temperature: [],
  voltage: [],
  measure: [],
}

/** Whether no point is left out. */
export const isForAllPoints = ({ point, corner, extraction, temperature, voltage }: ResultFilter): boolean =>
  [point, corner, extraction, temperature, voltage].every((patterns) => patterns.length === 0)

/** Whether a point is asked for. A kind without patterns takes all. */
export function pointMatcher(filter: ResultFilter): (point: PvtPoint) => boolean {
  const byName = nameMatcher(filter.point)
  const byCorner = nameMatcher(filter.corner)
  const byExtraction = nameMatcher(filter.extraction)
  const byTemperature = temperatureMatcher(filter.temperature)
  const byVoltage = nameMatcher(filter.voltage)
  return (point) =>
    byName(pointName(point)) &&
    byCorner(point.corner) &&
    byExtraction(point.extraction) &&
    byTemperature(point) &&
    byVoltage(point.voltage_combo)
}

/** Whether a name is one of the patterns: the very name (`wire[15]` is a measurement), or matched by a glob. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true
  const globs = patterns.map(globMatcher)
  return (name) => patterns.includes(name) || globs.some((matches) => matches(name))
}

/** `-40` is taken for the folder's `m40`. */
function temperatureMatcher(patterns: readonly string[]): (point: PvtPoint) => boolean {
  const matches = nameMatcher(patterns)
  return (point) => matches(point.temperature) || matches(String(point.temperature_c))
}
