/**
 * The configuration of a flow run (config.cfg): what the flow's scripts do with it, key by key. Text is kept as the
 * flow sees it, blanks and carriage returns included, because the scripts compare it as it stands.
 */
export interface Configuration {
  mode: string
  vccn: string
  vcctx: string
  vccana: string
  vcc: string
  supply_1st: string
  supply_2nd: string
  supply_3rd: string
  condition: string
  /** Processors per simulation; null when the file's text is no whole number. */
  cpu_count: number | null
  /** Memory per simulation in GiB; null when the file's text is no whole number. */
  memory_gb: number | null
  alter_extraction: string
  alter_string_count: number | null
  sim_mode: string
  gs_gf_corner: string
  vcc_vid: string
  simulator: string
  /** `default`, `full`, or `custom` with the corners in `postlay_custom_corners`. */
  postlay_cross_cornerlist: string
  /** The third field of `postlay_cross_cornerlist:custom:<corner> <corner> …`, blank-separated; empty without. */
  postlay_custom_corners: string
}

export type ConfigurationField = keyof Configuration

interface Key {
  key: string
  field: ConfigurationField
  fallback: string
  /** The values the flow knows; absent where any text is fine. */
  values?: readonly string[]
  /** A whole number. */
  integer?: true
}

const rails = ['vcc', 'vccn', 'vcctx', 'vccana'] as const

/** Every key of config.cfg, with the value that the flow takes when the key is absent. Source: the flow's scripts. */
export const configurationKeys: readonly Key[] = [
  { key: 'mode', field: 'mode', fallback: 'prelay', values: ['prelay', 'polo'] },
  { key: 'vccn', field: 'vccn', fallback: '1p1v' },
  { key: 'vcctx', field: 'vcctx', fallback: 'vcctx_600' },
  { key: 'vccana', field: 'vccana', fallback: 'vccana' },
  { key: 'vcc', field: 'vcc', fallback: 'vcc' },
  { key: '1st_supply_swp', field: 'supply_1st', fallback: 'vcc', values: rails },
  { key: '2nd_supply_swp', field: 'supply_2nd', fallback: 'NA', values: [...rails, 'NA'] },
  { key: '3rd_supply_swp', field: 'supply_3rd', fallback: 'NA', values: [...rails, 'vccn_vcctx', 'NA'] },
  { key: 'condition', field: 'condition', fallback: 'perf', values: ['perf', 'func', 'htol', 'hvqk'] },
  { key: 'CPU #', field: 'cpu_count', fallback: '4', integer: true },
  { key: 'MEM [G]', field: 'memory_gb', fallback: '4', integer: true },
  { key: 'alter_extraction', field: 'alter_extraction', fallback: 'No' },
  { key: 'alter_string#', field: 'alter_string_count', fallback: '0', integer: true },
  { key: 'sim_mode', field: 'sim_mode', fallback: 'ac', values: ['ac', 'dc'] },
  { key: 'gs/gf_corner', field: 'gs_gf_corner', fallback: 'No', values: ['Yes', 'No'] },
  { key: 'vcc_vid', field: 'vcc_vid', fallback: 'No', values: ['Yes', 'No'] },
  { key: 'simulator', field: 'simulator', fallback: 'finesim', values: ['finesim', 'primesim'] },
  {
    key: 'postlay_cross_cornerlist',
    field: 'postlay_cross_cornerlist',
    fallback: 'default',
    values: ['default', 'full', 'custom'],
  },
]

/** Several measurements rows a point: any text but exactly `No` switches the alter sweep on. */
export const hasAlterSweep = (configuration: Configuration): boolean =>
  configuration.alter_extraction !== 'No'

/** What the flow does without a config.cfg: the fallback of every key. */
export function defaultConfiguration(): Configuration {
  const fields = configurationKeys.map(({ field, fallback, integer }) => [
    field,
    integer ? Number(fallback) : fallback,
  ])
  return { ...(Object.fromEntries(fields) as Configuration), postlay_custom_corners: '' }
}

/** A configuration of which not all is known: the flow's defaults stand for the rest. */
export function withDefaults(known: {
  [Field in keyof Configuration]: Configuration[Field] | null
}): Configuration {
  const entries = Object.entries(defaultConfiguration()).map(([field, fallback]) => [
    field,
    known[field as keyof Configuration] ?? (fallback as Configuration[keyof Configuration]),
  ])
  return Object.fromEntries(entries) as Configuration
}
