import { groupBy } from './group-by.ts'
import { type PvtPoint, pointName } from './point.ts'
import { measurementNames, type Result } from './result.ts'

/** One value of an axis, `SSG` or `v1` at `min`, with all that was measured there. */
export interface Level {
  level: string
  /** Values that are numbers. */
  count: number
  /** Null without one. */
  mean: number | null
  /** Values that should be there. */
  expected: number
  /** How many of them failed or are missing. */
  lost: number
  /** How many would be lost here if the losses were spread evenly over all that was expected. */
  lost_expected: number
  /**
   * Fewer values than a quarter of the axis's fullest level (TT at 85 and 100 degrees): its values count in every sum,
   * but it is not named as the lowest or highest level and has no say in the direction.
   */
  sparse: boolean
}

/** How much of a measurement's spread one axis explains. */
export interface AxisShare {
  measurement: string
  /** `corner`, `extraction`, `temperature`, `v1`, `v2` … */
  axis: string
  /**
   * The main effect in percent: the sum over the levels of count × (level's mean − mean)², over the sum of all values'
   * (value − mean)². Null without values, or where all are equal.
   *
   * Each value counts once, so that a level weighs as much as it has values. In a full grid the shares of all axes
   * add up to at most 100, and the rest is interactions. A PVT matrix is not full (nominal supplies go together, some
   * corners have no worst extraction, 85 and 100 degrees are TT alone): there, axes share what they explain, and the
   * shares may add up to more.
   */
  share_percent: number | null
  low_level: string | null
  low_mean: number | null
  high_level: string | null
  high_mean: number | null
  /** For temperature and supplies, which have an order; null for others, and with fewer than two levels to tell. */
  direction: 'rising' | 'falling' | 'mixed' | null
  /** The level with the most losses beyond its share of them; null without losses. */
  lost_level: string | null
  lost: number
  lost_expected: number
  /**
   * What the axes of this measurement leave of 100 %: interactions. Below 0 where they share what they explain.
   */
  rest_percent: number | null
  /** In order: degrees, min nom max, else that of the flow. */
  levels: Level[]
}

/**
 * Which axis moves a measurement: a row per measurement and per axis that has more than one level, the largest share
 * first. `expected` are the points that should be there; those without a row are losses. Sweep rows count each.
 */
export function sensitivity(results: readonly Result[], expected: readonly PvtPoint[]): AxisShare[] {
  const delivered = new Set(results.map(pointName))
  const missing = expected.filter((point) => !delivered.has(pointName(point)))
  return measurementNames(results).flatMap((measurement) => {
    const values = [
      ...results.map((row) => ({ place: row, value: valueOf(row, measurement) })),
      ...missing.map((place) => ({ place, value: null })),
    ]
    const shares = axesOf(values)
      .map((axis) => shareOf(measurement, axis, values))
      .sort((a, b) => (b.share_percent ?? -1) - (a.share_percent ?? -1))
    return shares.map((share) => ({ ...share, rest_percent: restOf(shares) }))
  })
}

function restOf(shares: readonly AxisShare[]): number | null {
  return shares.reduce<number | null>(
    (rest, { share_percent }) => (rest === null || share_percent === null ? null : rest - share_percent),
    100,
  )
}

interface Value {
  place: PvtPoint
  value: number | null
}

interface Axis {
  name: string
  levelOf: (point: PvtPoint) => string | null
  /** The place of a level; null where levels have no order. */
  placeOf: ((level: string) => number) | null
}

const namedAxes: Axis[] = [
  { name: 'corner', levelOf: (point) => point.corner, placeOf: null },
  { name: 'extraction', levelOf: (point) => point.extraction, placeOf: null },
  { name: 'temperature', levelOf: (point) => String(point.temperature_c), placeOf: Number },
]

/** The axes on which the values differ. Supplies are read off the names `v1min_v2max`. */
function axesOf(values: readonly Value[]): Axis[] {
  const supplies = new Set(values.flatMap(({ place }) => [...supplyLevels(place.voltage_combo).keys()]))
  const axes = [
    ...namedAxes,
    ...[...supplies].sort().map((name): Axis => ({
      name,
      levelOf: (point) => supplyLevels(point.voltage_combo).get(name) ?? null,
      placeOf: supplyPlace,
    })),
  ]
  return axes.filter(({ levelOf }) => new Set(values.map(({ place }) => levelOf(place))).size > 1)
}

/** `v1max_v2min` → v1: max, v2: min. */
function supplyLevels(combo: string): Map<string, string> {
  const known = combos.get(combo)
  if (known !== undefined) return known
  const parts = combo.split('_').map((part) => /^(v\d+)(.+)$/.exec(part))
  const levels = new Map(parts.flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!]])))
  combos.set(combo, levels)
  return levels
}

const combos = new Map<string, Map<string, string>>()

/** Any other name stands behind, and has no order. */
const supplyPlace = (level: string): number => {
  const place = ['min', 'nom', 'max'].indexOf(level)
  return place === -1 ? NaN : place
}

function valueOf(row: Result, name: string): number | null {
  return Object.hasOwn(row.measurements, name) ? row.measurements[name]! : null
}

function shareOf(measurement: string, axis: Axis, values: readonly Value[]): AxisShare {
  const levels = levelsOf(axis, values)
  const telling = levels.filter(({ mean, sparse }) => mean !== null && !sparse)
  const low = extreme(telling, (a, b) => a < b)
  const high = extreme(telling, (a, b) => a > b)
  const losses = levels.filter(({ lost, lost_expected }) => lost > lost_expected)
  const losing = losses.reduce<Level | null>(
    (most, level) => (most === null || excess(level) > excess(most) ? level : most),
    null,
  )
  return {
    measurement,
    axis: axis.name,
    share_percent: explained(levels, values),
    low_level: low?.level ?? null,
    low_mean: low?.mean ?? null,
    high_level: high?.level ?? null,
    high_mean: high?.mean ?? null,
    direction: directionOf(axis, telling),
    lost_level: losing?.level ?? null,
    lost: losing?.lost ?? 0,
    lost_expected: losing?.lost_expected ?? 0,
    rest_percent: null,
    levels,
  }
}

const excess = ({ lost, lost_expected }: Level): number => lost - lost_expected

function levelsOf({ levelOf, placeOf }: Axis, values: readonly Value[]): Level[] {
  const groups = groupBy(values, ({ place }) => levelOf(place) ?? 'none')
  const lostShare = values.filter(({ value }) => value === null).length / values.length
  const levels = [...groups].map(([level, group]): Level => {
    const numbers = group.map(({ value }) => value).filter((value) => value !== null)
    return {
      level,
      count: numbers.length,
      mean: meanOf(numbers),
      expected: group.length,
      lost: group.length - numbers.length,
      lost_expected: lostShare * group.length,
      sparse: false,
    }
  })
  const fullest = Math.max(...levels.map(({ expected }) => expected))
  const marked = levels.map((level) => ({ ...level, sparse: level.expected < fullest / 4 }))
  return placeOf === null ? marked : marked.sort((a, b) => (placeOf(a.level) || 0) - (placeOf(b.level) || 0))
}

/** Added up in shares, so that large values do not pass the largest number. */
function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sum = values.reduce((total, value) => total + value, 0)
  if (Number.isFinite(sum)) return sum / values.length
  return values.reduce((total, value) => total + value / values.length, 0)
}

function explained(levels: readonly Level[], values: readonly Value[]): number | null {
  const numbers = values.map(({ value }) => value).filter((value) => value !== null)
  const mean = meanOf(numbers)
  if (mean === null) return null
  // In units of the largest deviation: the squares of 1e-200 would all be 0.
  const unit = Math.max(...numbers.map((value) => Math.abs(value - mean)))
  if (unit === 0 || numbers.every((value) => value === numbers[0])) return null
  const square = (value: number): number => ((value - mean) / unit) ** 2
  const total = numbers.reduce((sum, value) => sum + square(value), 0)
  const between = levels.reduce(
    (sum, level) => sum + (level.mean === null ? 0 : level.count * square(level.mean)),
    0,
  )
  return Math.min(100, (between / total) * 100)
}

function extreme(levels: readonly Level[], isBeyond: (a: number, b: number) => boolean): Level | null {
  return levels.reduce<Level | null>(
    (most, level) => (most === null || isBeyond(level.mean!, most.mean!) ? level : most),
    null,
  )
}

/** Rising: each level's mean is above that of the level before. */
function directionOf({ placeOf }: Axis, telling: readonly Level[]): AxisShare['direction'] {
  if (placeOf === null || telling.length < 2) return null
  if (telling.some(({ level }) => Number.isNaN(placeOf(level)))) return null
  const steps = telling.slice(1).map((level, index) => level.mean! - telling[index]!.mean!)
  if (steps.every((step) => step > 0)) return 'rising'
  return steps.every((step) => step < 0) ? 'falling' : 'mixed'
}
