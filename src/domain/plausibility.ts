import { type Configuration, withDefaults } from './configuration.ts'
import { compareFlowOrder } from './flow-order.ts'
import { differenceText, type Fit, fittingConfiguration } from './fitting-configuration.ts'
import { groupBy } from './group-by.ts'
import type { Job } from './job.ts'
import { type PvtPoint, pointName, samePoint } from './point.ts'
import type { FileProblem } from './problem.ts'
import type { Result } from './result.ts'

const warning = (file: string, message: string): FileProblem => ({
  file,
  line: null,
  level: 'warning',
  message,
})

/**
 * Corners at which all voltages gave bit-identical values in every measurement: the sweep had no effect (a first
 * supply that is no rail). A single measurement that does not depend on the voltage is no reason. Simulations that
 * delivered no value say nothing.
 */
export function sweepsWithoutEffect(path: string, results: readonly Measured[]): FileProblem[] {
  const groups = [...groupBy(results.filter(hasValue), placeOf).values()].filter(hasNoEffect)
  return groups
    .map((group) => group.sort(compareFlowOrder))
    .sort(([a], [b]) => compareFlowOrder(a!, b!))
    .map((group) => {
      const combos = [...new Set(group.map(({ voltage_combo }) => voltage_combo))]
      const measured = inAll(valuesOf(group[0]!).length)
      const message = `all ${combos.length} voltages (${combos.join(', ')}) give identical values in ${measured}: the sweep has no effect`
      return warning(path, `${placeOf(group[0]!)}: ${message}`)
    })
}

type Measured = Pick<Result, 'sweep' | 'measurements' | keyof PvtPoint>

function hasNoEffect(group: readonly Measured[]): boolean {
  // Nearly always the first rows of two voltages differ, and nothing else needs to be looked at.
  const [one] = group
  const other = group.find(({ voltage_combo }) => voltage_combo !== one?.voltage_combo)
  if (one === undefined || other === undefined || !sayTheSame([one], [other])) return false
  const [first, ...others] = [...groupBy(group, ({ voltage_combo }) => voltage_combo).values()]
  return others.every((rows) => sayTheSame(rows, first!))
}

/** Without a list of its values: nearly every row has one, and it is the first. */
export function hasValue({ measurements }: Pick<Measured, 'measurements'>): boolean {
  for (const name in measurements) if (measurements[name] !== null) return true
  return false
}

const valuesOf = ({ measurements }: Measured): number[] =>
  Object.values(measurements).filter((value) => value !== null)

const inAll = (count: number): string => (count === 1 ? 'the only measurement' : `all ${count} measurements`)

const placeOf = ({ corner, extraction, temperature }: Omit<PvtPoint, 'voltage_combo'>): string =>
  `${corner}/${extraction}/${temperature}`

/** Nearly all differ in their first value. */
const sayTheSame = (rows: readonly Measured[], others: readonly Measured[]): boolean =>
  rows.length === others.length &&
  rows.every(({ sweep, measurements }, index) => {
    const other = others[index]!
    return isSame(measurements, other.measurements) && isSame(sweep, other.sweep)
  })

type Values = Readonly<Record<string, number | string | null>>

function isSame(a: Values, b: Values): boolean {
  for (const name in a) if (!Object.hasOwn(b, name) || a[name] !== b[name]) return false
  return Object.keys(a).length === Object.keys(b).length
}

/** A measure file or report with the point that it was read for. */
export interface PointFile {
  path: string
  sha256: string
  point: PvtPoint
}

/**
 * Files of several points with the very same content: one was copied over another. Not the voltages of one corner that
 * differ in a supply without effect: that gives the same file for each, and where it is all of them it is told as such.
 */
export function sameContentAtSeveralPoints(files: readonly PointFile[]): FileProblem[] {
  const alike = [...groupBy(files, ({ sha256 }) => sha256).values()].filter(({ length }) => length > 1)
  if (alike.length === 0) return []
  const places = groupBy(files, ({ point }) => placeOf(point))
  return alike.flatMap((group) => {
    const points = [...groupBy(group, ({ point }) => pointName(point)).values()].map(([first]) => first!)
    const [first, ...others] = points
    if (first === undefined || others.length === 0) return []
    const isOnePlace = others.every(({ point }) => placeOf(point) === placeOf(first.point))
    if (isOnePlace && areOfSupplyWithoutEffect(points, places.get(placeOf(first.point))!)) return []
    const [second] = others
    const more = others.length > 1 ? `, and of ${others.length - 1} more points` : ''
    const message = `${pointName(first.point)} has the same content as ${pointName(second!.point)} (${second!.path})${more}: was a file copied?`
    return [warning(first.path, message)]
  })
}

/** Whether the supplies in which these points differ change nothing at any voltage of the corner. */
function areOfSupplyWithoutEffect(alike: readonly PointFile[], corner: readonly PointFile[]): boolean {
  const levels = alike.map(({ point }) => point.voltage_combo.split('_'))
  const isFixed = levels[0]!.map((level, supply) => levels.every((other) => other[supply] === level))
  const fixedLevels = ({ point }: PointFile): string =>
    point.voltage_combo
      .split('_')
      .filter((_, supply) => isFixed[supply])
      .join('_')
  return [...groupBy(corner, fixedLevels).values()].every((group) => {
    const points = [...groupBy(group, ({ point }) => point.voltage_combo).values()]
    const contents = points.map((own) =>
      own
        .map(({ sha256 }) => sha256)
        .sort()
        .join(),
    )
    return new Set(contents).size === 1
  })
}

/** When a measure file and the netlist beside it were last written, in milliseconds since 1970. */
export interface MeasureAge {
  path: string
  point: PvtPoint
  measuredMs: number
  netlistMs: number
}

/** File servers round times, and copies write files one after the other: below this a file is not called older. */
const clockToleranceMs = 5_000

/** Measure files that were there before their netlist was written: they are of another one. */
export function olderThanNetlist(files: readonly MeasureAge[]): FileProblem[] {
  return files
    .filter(({ measuredMs, netlistMs }) => measuredMs + clockToleranceMs < netlistMs)
    .map(({ path, point, measuredMs, netlistMs }) =>
      warning(
        path,
        `${pointName(point)}: measured ${timeText(measuredMs)}, before its netlist was written (${timeText(netlistMs)}): the values may be those of an earlier one`,
      ),
    )
}

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** What a run has, beside what its job expects: points by their names. */
export interface Coverage {
  expected: { readonly size: number; has: (name: string) => boolean }
  delivered: ReadonlyMap<string, PvtPoint>
  /** Of a whole run, one report each: the points that were to be delivered. Empty where that is not known. */
  attempted: readonly PvtPoint[]
}

/**
 * Whether the expected points are those of another configuration than the run had: points came that nobody expected,
 * or exactly those of another configuration were attempted. Says which configuration would fit.
 */
export function misfit(
  path: string,
  job: { [Field in keyof Configuration]: Job[Field] },
  { expected, delivered, attempted }: Coverage,
): FileProblem[] {
  if (expected.size === 0) return []
  const unexpected: string[] = []
  for (const name of delivered.keys()) if (!expected.has(name)) unexpected.push(name)
  const [first] = unexpected
  if (first === undefined && (attempted.length === 0 || isComplete({ expected, delivered, attempted })))
    return []
  const present = new Map<string, PvtPoint>()
  for (const point of attempted) present.set(pointName(point), point)
  for (const [name, point] of delivered) present.set(name, point)
  if (first === undefined && present.size === expected.size) return []
  const given = withDefaults(job)
  const fit = fittingConfiguration(given, [...present.values()])
  if (first !== undefined) {
    const count = unexpected.length === 1 ? '1 point is' : `${unexpected.length} points are`
    const message = `${count} not among the job's expected ones, for example ${first}: ${fitText(given, fit)}`
    return [warning(path, message)]
  }
  if (fit === null || fit.points.length !== present.size || fit.isListMadeUp) return []
  const message = `the job expects ${expected.size} points, the run attempted ${present.size}: ${fitText(given, fit)}`
  return [warning(path, message)]
}

/** All that was attempted was delivered, and that is all that was expected: most runs, and soon told. */
function isComplete({ expected, delivered, attempted }: Coverage): boolean {
  if (delivered.size !== expected.size) return false
  // Mostly in the same order, and names take longer to make than to compare.
  const points = [...delivered.values()]
  return attempted.every((point, index) => {
    const other = points[index]
    return (other !== undefined && samePoint(other, point)) || delivered.has(pointName(point))
  })
}

function fitText(given: Configuration, fit: Fit | null): string {
  if (fit === null) return 'no configuration of the flow has all points of this run'
  const difference = differenceText(given, fit.configuration)
  if (difference === '') return "the run fits the job's configuration, the expected points do not"
  return `${difference} would fit (${fit.present} of ${fit.points.length})`
}
