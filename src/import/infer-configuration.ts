import { type Configuration, defaultConfiguration } from '../domain/configuration.ts'
import { fittingConfiguration, type SweptSupplies } from '../domain/fitting-configuration.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { CreportHead } from '../parse/creport.ts'
import { unknownConfiguration } from './describe-job.ts'

/** What an old run tells of its configuration. */
export interface RunEvidence {
  /** The points that were delivered or attempted, each once. */
  present: readonly PvtPoint[]
  /** The head of its creport.txt; null without. */
  head: CreportHead | null
  /** Whether its rows have a sweep column. */
  hasSweep: boolean
  /** As its simulation.log tells; null without. */
  simulator: string | null
}

export type KnownConfiguration = { [Field in keyof Configuration]: Configuration[Field] | null }

export interface InferredConfiguration {
  /** Null for what a run does not tell: rail tables, processors, memory, perf or func … */
  fields: KnownConfiguration
  /** The points that it implies; empty when the flow has no configuration with the points of the run. */
  points: readonly PvtPoint[]
}

/** The configuration that a run speaks for; null when it tells nothing. */
export function inferConfiguration(evidence: RunEvidence): InferredConfiguration | null {
  const { head, present, simulator } = evidence
  const swept = head?.supplies
  const fit = fittingConfiguration(defaultConfiguration(), present, swept)
  const told: Partial<KnownConfiguration> = {
    ...(swept === undefined ? {} : toldSupplies(swept)),
    ...(head === null ? {} : { vcc_vid: vccVidOf(head) }),
    ...(simulator === null ? {} : { simulator }),
  }
  if (fit === null) {
    if (Object.values(told).every((value) => value === null)) return null
    return { fields: { ...unknownConfiguration, ...told }, points: [] }
  }
  const { mode, gs_gf_corner, condition, postlay_cross_cornerlist, postlay_custom_corners } =
    fit.configuration
  const { supply_2nd, supply_3rd } = fit.configuration
  const polo = mode !== 'prelay'
  return {
    fields: {
      ...unknownConfiguration,
      // Which rail the second supply sweeps is not told by the points, but that there is none is.
      supply_2nd: supply_2nd === 'NA' ? supply_2nd : null,
      supply_3rd: supply_3rd === 'NA' ? supply_3rd : null,
      ...told,
      mode,
      gs_gf_corner,
      // perf and func run the same points, and so do htol and hvqk.
      condition: condition === 'perf' || condition === 'hvqk' ? null : condition,
      alter_extraction: evidence.hasSweep ? 'Yes' : 'No',
      postlay_cross_cornerlist: polo ? postlay_cross_cornerlist : null,
      postlay_custom_corners: polo ? postlay_custom_corners : null,
    },
    points: fit.points,
  }
}

const toldSupplies = ({ v1, v2, v3 }: SweptSupplies): Partial<KnownConfiguration> => ({
  ...(v1 === null ? {} : { supply_1st: v1 }),
  ...(v2 === null ? {} : { supply_2nd: v2 }),
  ...(v3 === null ? {} : { supply_3rd: v3 }),
})

const vccVidOf = ({ rails }: CreportHead): string | null => {
  if (Object.hasOwn(rails, 'vcc_vid')) return 'Yes'
  return Object.hasOwn(rails, 'vcc none vid') ? 'No' : null
}

/**
 * In which keys a configuration contradicts the head of a creport.txt: `1st_supply_swp: vcc, but creport.txt has
 * vccn`; null when it does not.
 */
export function contradiction(configuration: Configuration, head: CreportHead | null): string | null {
  if (head === null) return null
  const { supplies } = head
  const compared: [key: string, own: string, told: string | null][] = [
    ['1st_supply_swp', configuration.supply_1st, supplies.v1],
    ['2nd_supply_swp', configuration.supply_2nd, supplies.v2],
    ['3rd_supply_swp', configuration.supply_3rd, supplies.v3],
  ]
  const different = compared.filter(([, own, told]) => told !== null && own.trim() !== told)
  if (different.length === 0) return null
  return different.map(([key, own, told]) => `${key} is ${own}, in creport.txt ${told ?? ''}`).join('; ')
}
