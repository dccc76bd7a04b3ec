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
  const vanished = vanishedMeasurements(present, result, comparing)
  const gone = prune ? vanished.map(({ measurement }) => measurement!) : []
  const kept = withoutMeasurements(present, gone)
  const wins = rank(result.source) <= rank(present.source)
  const combined = wins
    ? combine(result, kept, { rank, newer: 'winner', loserImport: present.import_id })
    : combine(kept, result, { rank, newer: 'loser', loserImport: importId })
  const changes = valueChanges(kept, combined)
  const saysTheSame = changes.length === 0 && gone.length === 0
  const other_sources = otherSources(present, result, { wins, changed: changes.length > 0 })
  const isRawer = rank(result.source) < rank(present.source)
  return {
    write: !saysTheSame || isRawer ? 'row' : sameOthers(present, other_sources) ? 'nothing' : 'other_sources',
    result: { ...combined, other_sources },
    importId: wins ? importId : present.import_id,
    changes,
    disagreements: wins ? [] : disagreements(present, [result]),
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

/**
 * Measurements of a stored row that an earlier import of the path brought from a source that was read again. A rawer
 * source that is not there any more takes nothing with it: the flow deletes its measure files.
 */
function vanishedMeasurements(
  present: StoredResult,
  result: Result,
  { rank, earlier, isDoubtful }: Comparing,
): Vanished[] {
  if (earlier.size === 0) return []
  const found: Vanished[] = []
  for (const measurement of Object.keys(present.measurements)) {
    if (Object.hasOwn(result.measurements, measurement)) continue
    const { source, file, import_id } = originOf(present, measurement)
    const bringer = import_id ?? present.import_id
    if (bringer === null || !earlier.has(bringer)) continue
    if (rank(source) < rank(result.source) || isDoubtful(file)) continue
    found.push({
      point: pointName(present),
      alter_number: present.alter_number,
      row_number: present.row_number,
      measurement,
      value: present.measurements[measurement]!,
      file,
    })
  }
  return found
}

/** What is known of the sources whose values are not the stored ones. */
function otherSources(
  present: StoredResult,
  result: Result,
  { wins, changed }: { wins: boolean; changed: boolean },
): readonly OtherSource[] {
  const lists = wins
    ? [
        // Other values: what agreed with the old ones says nothing about the new ones.
        changed ? [] : present.other_sources,
        present.source === result.source ? [] : [asOtherSource(present, result)],
        result.other_sources,
      ]
    : [
        present.other_sources,
        [asOtherSource(result, present)],
        agree(present, result) ? result.other_sources : [],
      ]
  const own = (wins ? result : present).mt0_file_path
  return joinOtherSources(...lists).filter(({ file }) => file !== own)
}

const sameOthers = (present: StoredResult, others: readonly OtherSource[]): boolean =>
  JSON.stringify(present.other_sources) === JSON.stringify(others)
