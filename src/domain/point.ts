/**
 * A PVT point: one simulation of a run. The names of the keys are those of the database columns, of the JSON keys
 * and of the CSV headers, so that a point can be spread into a row without translation.
 */
export interface PvtPoint {
  /** Process corner, `TT`, `FFG_SSG` … */
  corner: string
  /** Parasitic extraction, `typical`, `cworst_CCworst_T` … */
  extraction: string
  /** As the flow's folders spell it: `m40`, `125`. */
  temperature: string
  /** The same in degrees Celsius: -40, 125. */
  temperature_c: number
  /** `v1min`, `v1max_v2min` … */
  voltage_combo: string
}

/** `m40` → -40, `125` → 125; null when the text is no temperature. Decimals occur in folders as `m12.5`. */
export function parseTemperature(text: string): number | null {
  if (!/^[m-]?\d+(?:\.\d+)?$/.test(text)) return null
  return text.startsWith('m') || text.startsWith('-') ? -Number(text.slice(1)) : Number(text)
}

/** -40 → `m40`, 125 → `125`: the way the folders spell a temperature. */
export function folderTemperature(celsius: number): string {
  return celsius < 0 ? `m${-celsius}` : String(celsius)
}

/** No folder's name is longer; and an index row of PostgreSQL holds 2,700 bytes. */
const longestName = 255

/** Builds a point from its four names; null when the temperature is none, or a name longer than a file's can be. `-40` is taken and becomes `m40`. */
export function toPoint(
  corner: string,
  extraction: string,
  temperature: string,
  voltageCombo: string,
): PvtPoint | null {
  const celsius = parseTemperature(temperature)
  if (celsius === null) return null
  if (Math.max(corner.length, extraction.length, voltageCombo.length) > longestName) return null
  return {
    corner,
    extraction,
    temperature: folderTemperature(celsius),
    temperature_c: celsius,
    voltage_combo: voltageCombo,
  }
}

/** `FFG_SSG/typical/m40/v1max_v2min`: the name under which a point is printed, asked for and compared. */
export function pointName(point: Omit<PvtPoint, 'temperature_c'>): string {
  return `${point.corner}/${point.extraction}/${point.temperature}/${point.voltage_combo}`
}

/** Whether two points have the same name. */
export const samePoint = (a: PvtPoint, b: PvtPoint): boolean =>
  a.corner === b.corner &&
  a.extraction === b.extraction &&
  a.temperature === b.temperature &&
  a.voltage_combo === b.voltage_combo

/** Each point once, in the order in which it comes first. */
export function distinctPoints<Point extends PvtPoint>(points: readonly Point[]): Point[] {
  const first = new Map<string, Point>()
  for (const point of points) if (!first.has(pointName(point))) first.set(pointName(point), point)
  return [...first.values()]
}

/** The folder of a point in the flow's live tree, relative to the domain folder (formats.md, section 4). */
export function pointFolder(point: PvtPoint): string {
  const { corner, extraction, temperature, voltage_combo } = point
  return `${corner}/${extraction}/${extraction}_${temperature}/${voltage_combo}`
}
