import {
  agree,
  asOtherSource,
  combine,
  type Disagreement,
  disagreements,
  type ValueChange,
  valueChanges,
  withoutMeasurements,
} from '../domain/combine-results.ts'
import { pointName } from '../domain/point.ts'
import {
  joinOtherSources,
  noMeasurementSources,
  originOf,
  type OtherSource,
  rank as rawestFirst,
  type Rank,
} from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import type { Vanished } from '../domain/vanished.ts'
import type { StoredResult } from '../store/results.ts'

/** What decides between a stored row and one that was read. */
export interface Comparing {
  rank: Rank
  importId: string
  /** The imports of the same path before this one. */
  earlier: ReadonlySet<string>
  /** Whether a file could not be read, or not all of it: nothing of it has vanished. */
  isDoubtful: (file: string) => boolean
  prune: boolean
}

/** What a row that was read does to the stored one of its key. */
export interface Comparison {
  /** `row`: it says something else now; `other_sources`: it says the same, and more sources are known to; or nothing. */
  write: 'row' | 'other_sources' | 'nothing'
  result: Result
  /** The import that the row is from. */
  importId: string | null
  changes: ValueChange[]
  disagreements: Disagreement[]
  vanished: Vanished[]
}

/**
 * Compares a row that was read with the stored one of the same key. A stored row gives way only to a source of its
 * rank or a lower one; one that says the same takes its place, so that a source above it cannot overwrite it later. What
 * only the other one of the two tells stays beside it, with its own provenance.
 */
export function compareWithStored(present: StoredResult, result: Result, comparing: Comparing): Comparison {
  const { rank, importId, prune } = comparing
  const { vanished, superseded } = goneMeasurements(present, result, comparing)
  const gone = prune ? vanished.map(({ measurement }) => measurement!) : []
  const left = withoutMeasurements(present, gone)
  const kept = withoutMeasurements(left, superseded)
  const wins = rank(result.source) <= rank(present.source)
  const combined = wins
    ? combine(result, kept, { rank, newer: 'winner', loserImport: present.import_id })
    : combine(kept, result, { rank, newer: 'loser', loserImport: importId })
  const changes = valueChanges(left, combined)
  const saysTheSame = changes.length === 0 && gone.length === 0 && superseded.length === 0
  const other_sources = otherSources(present, result, combined, wins)
  const isRawer = rank(result.source) < rank(present.source) || hasRawerOrigins(present, combined, rank)
  return {
    write: !saysTheSame || isRawer ? 'row' : sameOthers(present, other_sources) ? 'nothing' : 'other_sources',
    result: { ...combined, other_sources },
    importId: wins ? importId : present.import_id,
    changes,
    // Where the stored value gave way it is a change.
    disagreements: disagreements(present, [result]).filter(({ measurement }) =>
      agree(combined, { measurements: { [measurement]: present.measurements[measurement]! } }),
    ),
    vanished,
  }
}

/**
 * Whether a row that was read surely says what the stored one says, so that `compareWithStored` would find nothing to
 * write and nothing to tell: what nearly all rows of a second import are. Where it is not sure it is false.
 */
export function saysWhatIsStored(present: StoredResult, result: Result): boolean {
  return (
    present.source === result.source &&
    present.other_sources.length === 0 &&
    result.other_sources.length === 0 &&
    present.measurement_sources === noMeasurementSources &&
    result.measurement_sources === noMeasurementSources &&
    isSameRecord(present.measurements, result.measurements) &&
    isSameRecord(present.sweep, result.sweep) &&
    isSameRecord(present.failed, result.failed)
  )
}

type Values = Readonly<Record<string, number | string | null>>

/** A name of the prototype gives what is no value. */
function isSameRecord(a: Values, b: Values): boolean {
  let more = 0
  for (const name in a) {
    if (a[name] !== b[name]) return false
    more += 1
  }
  for (const name in b) more -= b[name] === undefined ? 0 : 1
  return more === 0
}

/** Measurements of a stored row that the source which told them does not tell any more. */
interface Gone {
  /** No source does. */
  vanished: Vanished[]
  /** Another one of the path does. */
  superseded: string[]
}

/**
 * Of the measurements that an earlier import of the path brought, those whose source was read again. A rawer source that
 * is not there any more takes nothing with it: the flow deletes its measure files.
 */
function goneMeasurements(
  present: StoredResult,
  result: Result,
  { rank, earlier, isDoubtful, prune }: Comparing,
): Gone {
  const found: Gone = { vanished: [], superseded: [] }
  if (earlier.size === 0) return found
  // Whatever source is preferred now.
  const rawest = Math.min(...[result, ...result.other_sources].map(({ source }) => rawestFirst(source)))
  for (const measurement of Object.keys(present.measurements)) {
    const { source, file, import_id } = originOf(present, measurement)
    const isTold = Object.hasOwn(result.measurements, measurement)
    if (isTold && rank(originOf(result, measurement).source) <= rank(source)) continue
    // Left out beside a rawer source, which is a change.
    if (present.measurements[measurement] === null && rank(source) > rank(result.source)) continue
    const bringer = import_id ?? present.import_id
    if (bringer === null || !earlier.has(bringer)) continue
    if (rawestFirst(source) < rawest || isDoubtful(file)) continue
    if (isTold) found.superseded.push(measurement)
    else found.vanished.push(vanishedValue(present, measurement, { file, removed: prune }))
  }
  return found
}

const vanishedValue = (
  present: Result,
  measurement: string,
  fate: Pick<Vanished, 'file' | 'removed'>,
): Vanished => ({
  point: pointName(present),
  alter_number: present.alter_number,
  row_number: present.row_number,
  measurement,
  value: present.measurements[measurement]!,
  ...fate,
  told_by: null,
})

/** Whether a value that a row took from another source is now known from one above that: then it must not fall back. */
const hasRawerOrigins = (present: Result, combined: Result, rank: Rank): boolean =>
  Object.entries(present.measurement_sources).some(
    ([name, { source }]) =>
      Object.hasOwn(combined.measurements, name) && rank(originOf(combined, name).source) < rank(source),
  )

/**
 * What is known of the sources whose values are not the stored ones. What agreed or not with values that are not the
 * stored ones any more says nothing about those that are.
 */
function otherSources(
  present: StoredResult,
  result: Result,
  combined: Result,
  wins: boolean,
): readonly OtherSource[] {
  const other = wins ? present : result
  const own = wins ? result : present
  const readAgain = new Set(result.other_sources.map(({ file }) => file))
  return joinOtherSources(
    agree(present, combined) ? present.other_sources.filter(({ file }) => !readAgain.has(file)) : [],
    other.source === own.source ? [] : [asOtherSource(other, combined)],
    agree(result, combined) ? result.other_sources : [],
  ).filter(({ file }) => file !== own.mt0_file_path)
}

const sameOthers = (present: StoredResult, others: readonly OtherSource[]): boolean =>
  JSON.stringify(present.other_sources) === JSON.stringify(others)
