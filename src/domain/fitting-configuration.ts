import { type Configuration, configurationKeys } from './configuration.ts'
import { withDeliveredExtractions } from './cross-extraction.ts'
import { impliedPoints, supplyCount } from './matrix.ts'
import { type PvtPoint, pointName } from './point.ts'

/** A configuration whose implied points hold all the points of a run. */
export interface Fit {
  configuration: Configuration
  /** What it implies, in flow order, with the extractions' names of the run. */
  points: readonly PvtPoint[]
  /** How many of them the run has. */
  present: number
  /** The list of cross corners is neither the given one nor one of the flow's: it has just the corners of the run. */
  isListMadeUp: boolean
}

/** The rails that the supplies swept, as the head of creport.txt names them; null where it says nothing. */
export type SweptSupplies = Record<'v1' | 'v2' | 'v3', string | null>

/**
 * The configuration that the points of a run speak for: one that implies exactly them, else the smallest that implies
 * them all (failed simulations may be missing). Of several the one that is nearest to `given`. Searched over
 * gs/gf_corner, the supplies, the condition, the mode and the list of cross corners.
 *
 * @returns null when the flow has no configuration with all these points, or there are none.
 */
export function fittingConfiguration(
  given: Configuration,
  present: readonly PvtPoint[],
  swept?: SweptSupplies,
): Fit | null {
  const supplies = suppliesOf(present)
  if (supplies === null) return null
  const names = new Set(present.map(pointName))
  const fits = candidates(given, present, withSupplies(given, supplies, swept)).flatMap((candidate) => {
    const points = withDeliveredExtractions(impliedPoints(candidate), present)
    const found = points.filter((point) => names.has(pointName(point))).length
    const isListMadeUp =
      candidate.postlay_cross_cornerlist === 'custom' &&
      candidate.postlay_custom_corners !== given.postlay_custom_corners
    return found === names.size ? [{ configuration: candidate, points, present: found, isListMadeUp }] : []
  })
  return fits.reduce<Fit | null>((best, fit) => (best === null || isBetter(fit, best) ? fit : best), null)
}

/** Whether a configuration implies all of these points. */
export function impliesAll(configuration: Configuration, present: readonly PvtPoint[]): boolean {
  const points = withDeliveredExtractions(impliedPoints(configuration), present)
  const names = new Set(points.map(pointName))
  return present.every((point) => names.has(pointName(point)))
}

/** `gs/gf_corner:Yes, mode:polo`: the keys in which a configuration differs from another, as config.cfg has them. */
export function differenceText(given: Configuration, other: Configuration): string {
  return configurationKeys
    .filter(({ field }) => valueOf(given, field) !== valueOf(other, field))
    .map(({ key, field }) => `${key}:${valueOf(other, field)}`)
    .join(', ')
}

const valueOf = (configuration: Configuration, field: keyof Configuration): string =>
  field === 'postlay_cross_cornerlist' && configuration.postlay_cross_cornerlist === 'custom'
    ? `custom:${configuration.postlay_custom_corners}`
    : String(configuration[field])

/** In every name of a point as many as there are supplies: `v1min_v2max`. Null when they differ, or without points. */
function suppliesOf(present: readonly PvtPoint[]): 1 | 2 | 3 | null {
  const counts = new Set(present.map(({ voltage_combo }) => voltage_combo.split('_').length))
  const [count] = counts
  return counts.size === 1 && (count === 1 || count === 2 || count === 3) ? count : null
}

function withSupplies(given: Configuration, count: 1 | 2 | 3, swept?: SweptSupplies): Configuration {
  const told = {
    ...given,
    supply_1st: swept?.v1 ?? given.supply_1st,
    supply_2nd: swept?.v2 ?? given.supply_2nd,
    supply_3rd: swept?.v3 ?? given.supply_3rd,
  }
  if (supplyCount(told) === count) return told
  const second = told.supply_2nd === 'NA' ? 'vccn' : told.supply_2nd
  if (count === 3) return { ...told, supply_2nd: second, supply_3rd: 'vccn' }
  return { ...told, supply_2nd: count === 1 ? 'NA' : second, supply_3rd: 'NA' }
}

function candidates(
  given: Configuration,
  present: readonly PvtPoint[],
  base: Configuration,
): Configuration[] {
  const other = (field: 'gs_gf_corner' | 'condition', values: readonly [string, string]): string[] => [
    ...new Set([given[field], ...values]),
  ]
  return crossLists(given, present).flatMap((cross) =>
    other('gs_gf_corner', ['No', 'Yes']).flatMap((gs_gf_corner) =>
      other('condition', ['perf', 'hvqk']).map((condition) => ({
        ...base,
        ...cross,
        gs_gf_corner,
        condition,
      })),
    ),
  )
}

type CrossList = Pick<Configuration, 'mode' | 'postlay_cross_cornerlist' | 'postlay_custom_corners'>

/** The list that is given first, the one made of the run's own corners last. */
function crossLists(given: Configuration, present: readonly PvtPoint[]): CrossList[] {
  const crossed = present.filter(({ extraction }) => extraction !== 'typical').map(({ corner }) => corner)
  if (crossed.length === 0) return [{ ...crossListOf(given), mode: 'prelay' }]
  const mode = given.mode === 'prelay' ? 'polo' : given.mode
  const none = { mode, postlay_custom_corners: '' }
  return [
    { ...crossListOf(given), mode },
    { ...none, postlay_cross_cornerlist: 'default' },
    { ...none, postlay_cross_cornerlist: 'full' },
    { mode, postlay_cross_cornerlist: 'custom', postlay_custom_corners: [...new Set(crossed)].join(' ') },
  ]
}

const crossListOf = ({
  mode,
  postlay_cross_cornerlist,
  postlay_custom_corners,
}: Configuration): CrossList => ({
  mode,
  postlay_cross_cornerlist,
  postlay_custom_corners,
})

/** Exactly the run's points before more, the given list and the flow's own before one made up for the run, then the smaller. */
function isBetter(fit: Fit, best: Fit): boolean {
  return compare(rank(fit), rank(best)) < 0
}

const rank = ({ points, present, isListMadeUp }: Fit): number[] => [
  points.length === present ? 0 : 1,
  isListMadeUp ? 1 : 0,
  points.length,
]

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at === -1 ? 0 : a[at]! - b[at]!
}
