import { baseCorners, gateSplitCorners } from './matrix.ts'
import { type PvtPoint, pointName } from './point.ts'

/**
 * Puts things that have a PVT point into flow order: by the job's expected points, and what is not among them
 * behind, in the order that the flow's loops would give it. Stable: rows of one point keep their order.
 */
export function inFlowOrder<Item>(
  items: readonly Item[],
  pointOf: (item: Item) => PvtPoint,
  expected: readonly PvtPoint[],
): Item[] {
  if (items.length === 0) return []
  const place = new Map(expected.map((point, index) => [pointName(point), index]))
  const keyed = items.map((item) => {
    const point = pointOf(item)
    return { item, point, place: place.get(pointName(point)) ?? Infinity }
  })
  keyed.sort((a, b) => (a.place === b.place ? compareUnexpected(a, b) : a.place - b.place))
  return keyed.map(({ item }) => item)
}

interface Placed {
  point: PvtPoint
  place: number
  key?: FlowKey
}

function compareUnexpected(a: Placed, b: Placed): number {
  if (a.place !== Infinity) return 0
  return compareKeys((a.key ??= flowKey(a.point)), (b.key ??= flowKey(b.point)))
}

/** The order of the flow's loops for points of any name; see impliedPoints for the loops. */
export const compareFlowOrder = (a: PvtPoint, b: PvtPoint): number => compareKeys(flowKey(a), flowKey(b))

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

function flowKey(point: PvtPoint): FlowKey {
  const tail = point.temperature === '85' || point.temperature === '100'
  return [
    tail ? 1 : 0,
    point.extraction === 'typical' ? 0 : 1,
    orderIn(cornerOrder, point.corner),
    point.corner,
    point.extraction.includes('worst') ? 0 : 1,
    point.extraction,
    point.temperature_c,
    supplyKey(point.voltage_combo),
    point.voltage_combo,
  ]
}

/** The loops: nominal last; else the third supply outermost, then the first, then the second; min before max. */
function supplyKey(combo: string): string {
  const levels = combo.split('_').map((part) => levelOrder(part.replace(/^v\d+/, '')))
  const [first = 0, second = 0, third = 0] = levels
  const nominal = levels.every((level) => level === 2) ? 1 : 0
  return [nominal, third, first, second].join('')
}

const levelOrder = (level: string): number => Math.max(0, ['min', 'max', 'nom'].indexOf(level))

const orderIn = (order: readonly string[], name: string): number => {
  const index = order.indexOf(name)
  return index === -1 ? order.length : index
}
