import { type ResultSource, resultSources } from './measurement.ts'

/** A place in one of the flow's files. */
export interface Origin {
  source: ResultSource
  file: string
  /** 1-based; null where it is not known (stored by an earlier version). */
  line: number | null
}

/** Another source of a row than the one that it was taken from. */
export interface OtherSource extends Origin {
  /** Whether it tells the same number for every measurement that both have. */
  agrees: boolean
  /** What it tells otherwise than the row, by measurement; one that failed in it alone is null, too. */
  differs?: Readonly<Record<string, number | null>>
  /** Set where it has fewer values than names: some stand under wrong names. */
  doubtful?: true
  /** The measurements of the row that it does not tell. */
  lacks?: readonly string[]
  /** The import that brought it; left out for the import that brought the row. */
  import_id?: string | null
}

/** Where a single measurement comes from that the row's own source does not have. */
export interface MeasurementOrigin extends Origin {
  /** The import that brought it; null for the import that brought the row. */
  import_id: string | null
  /** What the row's own file tells of it, null where it failed there; left out where that tells nothing. */
  own_value?: number | null
}

/** What everything that has a provenance says about it. */
export interface Provenance {
  source: ResultSource
  mt0_file_path: string
  source_line: number | null
  /** By source, rawest first, and file. */
  other_sources: readonly OtherSource[]
  /** Measurements that were taken from another source. */
  measurement_sources: Readonly<Record<string, MeasurementOrigin>>
}

export const noOtherSources: readonly OtherSource[] = []
export const noMeasurementSources: Readonly<Record<string, MeasurementOrigin>> = {}

/** Orders sources: the lower one's values are stored. */
export type Rank = (source: ResultSource) => number

/** The rawest first. */
export const rank: Rank = (source) => resultSources.indexOf(source)

/** The preferred source first, then the rawest. */
export const rankWith = (prefer: ResultSource | null): Rank =>
  prefer === null ? rank : (source) => (source === prefer ? -1 : rank(source))

/** The rank of what a source tells: a row with fewer values than names stands behind all sound ones, but if preferred. */
export function rankOf(
  { source, doubtful }: { source: ResultSource; doubtful?: true | undefined },
  rank: Rank,
): number {
  const own = rank(source)
  return doubtful !== true || own < 0 ? own : own + resultSources.length
}

/** The origin of one measurement of a row. */
export function originOf(row: Provenance, measurement: string): MeasurementOrigin {
  if (row.measurement_sources !== noMeasurementSources && Object.hasOwn(row.measurement_sources, measurement))
    return row.measurement_sources[measurement]!
  return { source: row.source, file: row.mt0_file_path, line: row.source_line, import_id: null }
}

/** Every other source once by its file, the later telling of it; rawest first. */
export function joinOtherSources(...lists: readonly (readonly OtherSource[])[]): readonly OtherSource[] {
  const filled = lists.filter((list) => list.length > 0)
  if (filled.length < 2) return filled[0] ?? noOtherSources
  const byFile = new Map(filled.flat().map((other) => [other.file, other]))
  return [...byFile.values()].sort((a, b) => rank(a.source) - rank(b.source) || compareText(a.file, b.file))
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
