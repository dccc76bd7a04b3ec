import { baseCorners, gateSplitCorners } from './matrix.ts'
import { type PvtPoint, pointName, samePoint } from './point.ts'

/**
 * Puts things that have a PVT point into flow order: by the job's expected points, and what is not among them
 * behind, in the order that the flow's loops would give it. Stable: rows of one point keep their order. `places`: the
 * places of the expected points, for who has them already.
 */
export function inFlowOrder<Item>(
  items: readonly Item[],
  pointOf: (item: Item) => PvtPoint,
  expected: readonly PvtPoint[],
  places: ReadonlyMap<string, number> = flowPlaces(expected.map(pointName)),
): Item[] {
  if (areInOrder(items, pointOf, expected)) return [...items]
  const groups = Array.from(expected, (): Item[] | null => null)
  const others: Item[] = []
  for (const item of items) {
    const place = places.get(pointName(pointOf(item)))
    if (place === undefined) others.push(item)
    else (groups[place] ??= []).push(item)
  }
  const ordered: Item[] = []
  for (const group of groups) if (group !== null) for (const item of group) ordered.push(item)
  for (const item of byLoops(others, pointOf)) ordered.push(item)
  return ordered
}

/** In the order of the flow's loops alone. A run has few places and few voltages: their keys are compared once each. */
function byLoops<Item>(items: readonly Item[], pointOf: (item: Item) => PvtPoint): Item[] {
  if (items.length === 0) return []
  const places = new Map<string, FlowKey>()
  const voltages = new Map<string, FlowKey>()
  const named = items.map((item) => {
    const point = pointOf(item)
    const { corner, extraction, temperature_c, voltage_combo: voltage } = point
    const place = `${corner}/${extraction}/${temperature_c}`
    if (!places.has(place)) places.set(place, placeKey(point))
    if (!voltages.has(voltage)) voltages.set(voltage, voltageKey(voltage))
    return { item, place, voltage }
  })
  const placeRanks = ranksOf(places)
  const voltageRanks = ranksOf(voltages)
  const rankOf = ({ place, voltage }: { place: string; voltage: string }): number =>
    placeRanks.get(place)! * voltages.size + voltageRanks.get(voltage)!
  const ranked = named.map((one) => ({ item: one.item, rank: rankOf(one) }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item)
}

/** The place of each name in the order of the keys. */
function ranksOf(keys: ReadonlyMap<string, FlowKey>): Map<string, number> {
  const sorted = [...keys].sort(([, a], [, b]) => compareKeys(a, b))
  return new Map(sorted.map(([name], rank) => [name, rank]))
}

/** Whether all have expected points, in the order of these: so a backup is read, and names take longer to make. */
function areInOrder<Item>(
  items: readonly Item[],
  pointOf: (item: Item) => PvtPoint,
  expected: readonly PvtPoint[],
): boolean {
  let place = 0
  for (const item of items) {
    const point = pointOf(item)
    while (place < expected.length && !samePoint(expected[place]!, point)) place += 1
    if (place === expected.length) return false
  }
  return true
}

/** The place of each expected point, by its name; `names` are in flow order. */
export function flowPlaces(names: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  for (const [place, name] of names.entries()) places.set(name, place)
  return places
}

/** The order of the flow's loops for points of any name; see impliedPoints for the loops. */
export const compareFlowOrder = (a: PvtPoint, b: PvtPoint): number =>
  compareKeys(placeKey(a), placeKey(b)) ||
  compareKeys(voltageKey(a.voltage_combo), voltageKey(b.voltage_combo))

function compareKeys(a: FlowKey, b: FlowKey): number {
  for (let index = 0; index < a.length; index += 1) {
    const part = a[index]!
    const other = b[index]!
    if (part < other) return -1
    if (part > other) return 1
  }
  return 0
}

const cornerOrder: readonly string[] = [...baseCorners, ...gateSplitCorners]

/** Numbers first, then names for whatever the flow does not know. */
type FlowKey = readonly (number | string)[]

function placeKey(point: PvtPoint): FlowKey {
  const tail = point.temperature === '85' || point.temperature === '100'
  return [
    tail ? 1 : 0,
    point.extraction === 'typical' ? 0 : 1,
    orderIn(cornerOrder, point.corner),
    point.corner,
    point.extraction.includes('worst') ? 0 : 1,
    point.extraction,
    point.temperature_c,
  ]
}

const voltageKey = (combo: string): FlowKey => [supplyKey(combo), combo]

/** The loops: nominal last; else the third supply outermost, then the first, then the second; min before max. */
function supplyKey(combo: string): string {
  const levels = combo.split('_').map(levelOrder)
  const [first = 0, second = 0, third = 0] = levels
  const nominal = levels.every((level) => level === 2) ? 1 : 0
  return `${nominal}${third}${first}${second}`
}

/** Of `v1max`; what is no level counts as `min`. */
const levelOrder = (part: string): number => Math.max(0, levelNames.indexOf(part.replace(/^v\d+/, '')))

const levelNames: readonly string[] = ['min', 'max', 'nom']

const orderIn = (order: readonly string[], name: string): number => {
  const index = order.indexOf(name)
  return index === -1 ? order.length : index
}
