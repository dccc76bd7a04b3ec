import type { Configuration } from './configuration.ts'
import { type PvtPoint, toPoint } from './point.ts'

/**
 * The PVT points that a configuration implies, in the order of the flow's loops, which is the order of the rows in
 * creport.txt. Source: the loops of the flow's scripts (formats.md, section 3).
 */
export function impliedPoints(
  configuration: Configuration,
  crossExtractions: readonly string[] = defaultCrossExtractions,
): PvtPoint[] {
  const voltages = voltageCombos(configuration)
  const loop = (corner: string, extraction: string): PvtPoint[] =>
    loopTemperatures.flatMap((temperature) =>
      voltages.map((voltage) => toPoint(corner, extraction, temperature, voltage)!),
    )
  const nominal = comboNames(supplyCount(configuration), 'nom')
  return [
    ...typicalCorners(configuration).flatMap((corner) => loop(corner, 'typical')),
    ...crossCorners(configuration).flatMap((corner) =>
      crossExtractions.flatMap((extraction) => loop(corner, extraction)),
    ),
    ...tailTemperatures.map((temperature) => toPoint('TT', 'typical', temperature, nominal)!),
  ]
}

/** The extractions of the cross corners in mode polo. Older scripts wrote `rcworst_CCworst_T`, `rcbest_CCbest_T`. */
export const defaultCrossExtractions = ['cworst_CCworst_T', 'cbest_CCbest_T'] as const

export const baseCorners = ['TT', 'FSG', 'SFG', 'FFG', 'FFAG', 'SSG', 'SSAG'] as const
export const gateSplitCorners = ['FFG_SSG', 'SSG_FFG'] as const
const loopTemperatures = ['m40', '125'] as const
/** TT/typical at nominal voltage, always the last two points. */
const tailTemperatures = ['85', '100'] as const

function typicalCorners(configuration: Configuration): string[] {
  return hasGateSplit(configuration) ? [...baseCorners, ...gateSplitCorners] : [...baseCorners]
}

/** Cross corners are simulated in mode polo only, and every mode that is not exactly `prelay` is polo. */
function crossCorners(configuration: Configuration): string[] {
  if (configuration.mode === 'prelay') return []
  switch (configuration.postlay_cross_cornerlist) {
    case 'full':
      return typicalCorners(configuration)
    case 'custom':
      return configuration.postlay_custom_corners.split(/\s+/).filter((corner) => corner !== '')
    default:
      return ['FSG', 'SFG', 'SSG', 'FFG', ...(hasGateSplit(configuration) ? gateSplitCorners : [])]
  }
}

const hasGateSplit = (configuration: Configuration): boolean => configuration.gs_gf_corner !== 'No'

/** How many supplies are swept: the flow asks first for the third, then whether the second is exactly `NA`. */
export function supplyCount(configuration: Configuration): 1 | 2 | 3 {
  if (configuration.supply_3rd === 'vccn' || configuration.supply_3rd === 'vccn_vcctx') return 3
  return configuration.supply_2nd === 'NA' ? 1 : 2
}

/** The voltage combinations in loop order. The conditions htol and hvqk run the all-max one only. */
export function voltageCombos(configuration: Configuration): string[] {
  const supplies = supplyCount(configuration)
  if (configuration.condition === 'htol' || configuration.condition === 'hvqk') {
    return [comboNames(supplies, 'max')]
  }
  if (supplies === 1) return ['v1min', 'v1max', 'v1nom']
  const pairs = ['v1min_v2min', 'v1min_v2max', 'v1max_v2min', 'v1max_v2max']
  if (supplies === 2) return [...pairs, 'v1nom_v2nom']
  return [
    ...pairs.map((pair) => `${pair}_v3min`),
    ...pairs.map((pair) => `${pair}_v3max`),
    'v1nom_v2nom_v3nom',
  ]
}

function comboNames(supplies: number, level: string): string {
  return Array.from({ length: supplies }, (_, index) => `v${index + 1}${level}`).join('_')
}
