import {
  agree,
  combine,
  type Disagreement,
  disagreements,
  ownValueOf,
  type ValueChange,
  valueChanges,
  withoutMeasurements,
} from '../domain/combine-results.ts'
import { pointName } from '../domain/point.ts'
import {
  noMeasurementSources,
  originOf,
  type OtherSource,
  rank as rawestFirst,
  type Rank,
  rankOf,
} from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import { filledFrom, tellingOf } from '../domain/telling.ts'
import type { Vanished } from '../domain/vanished.ts'
import type { StoredResult } from '../store/results.ts'
import { type IsDoubtful, isSameFile, type TellsNoMore } from './doubts.ts'
import {
  isOfPath,
  type Looking,
  otherSources,
  storedTellings,
  type Told,
  tellerElsewhere,
  whatIsLeft,
} from './other-sources.ts'

/** What decides between a stored row and one that was read. */
export interface Comparing extends Looking {
  importId: string
  /** The imports of the same path before this one. */
  earlier: ReadonlySet<string>
  isDoubtful: IsDoubtful
  /** Left out where no file was read. */
  tellsNoMore?: TellsNoMore
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
 * Compares a row that was read with the stored one of the same key; `read` is what each source tells that it was merged
 * of. A stored row gives way only to a source of its rank or a lower one; one that says the same takes its place, so that
 * a source above it cannot overwrite it later. What only other sources tell stays beside it, with its own provenance.
 */
export function compareWithStored(
  present: StoredResult,
  result: Result,
  comparing: Comparing,
  read: readonly Result[] = [result],
): Comparison {
  const { rank, importId, prune } = comparing
  const tellings = read.map((row) => tellingOf(row, importId))
  const isGone = (file: string): boolean =>
    comparing.tellsNoMore?.(file, present) === true && !tellings.some((one) => isSameFile(one.file, file))
  const hasLostFile = isOfPath(present, comparing.earlier) && isGone(present.mt0_file_path)
  const wins = hasLostFile || rankOf(result, rank) <= rankOf(present, rank)
  const stored = storedTellings(present, tellings).filter(({ file }) => !isGone(file))
  const told = { tellings, stored, isGone, earlier: comparing.earlier }
  const { vanished, superseded } = goneMeasurements(present, result, told, comparing)
  const gone = prune ? vanished.map(({ measurement }) => measurement!) : []
  const kept = { ...present, ...withoutMeasurements(present, [...gone, ...superseded]) }
  const joined = joinedWith(kept, result, wins, comparing)
  const left = stored.map((telling) => whatIsLeft(telling, gone, comparing))
  const combined = filledFrom(joined, [...tellings, ...left], rank)
  const lost = gone.filter((name) => !Object.hasOwn(combined.measurements, name))
  const changes = valueChanges(withoutMeasurements(present, lost), combined)
  const saysTheSame = changes.length === 0 && gone.length === 0 && superseded.length === 0
  const isRawer = rankOf(result, rank) < rankOf(present, rank) || hasRawerOrigins(present, combined, rank)
  const isRow =
    !saysTheSame || hasLostFile || isRawer || isToldOtherwise(present, combined, comparing.earlier)
  const row = isRow && wins ? { ...result, import_id: importId } : present
  const other_sources = otherSources(present, row, combined, told)
  return {
    write: isRow ? 'row' : sameOthers(present, other_sources) ? 'nothing' : 'other_sources',
    // What is not written keeps its names in their order, too.
    result: { ...(isRow ? combined : present), other_sources },
    importId: joined.import_id,
    changes,
    // Where the stored value gave way it is a change.
    disagreements: disagreements(present, [result]).filter(({ measurement }) =>
      agree(combined, { measurements: { [measurement]: present.measurements[measurement]! } }),
    ),
    // One for which another path tells another number is a change, too.
    vanished: vanished.filter(
      ({ measurement, value }) =>
        !gone.includes(measurement!) || agree(combined, { measurements: { [measurement!]: value } }),
    ),
  }
}

/** Both as one row, with the import that is to be named with it. */
function joinedWith(
  kept: StoredResult,
  result: Result,
  wins: boolean,
  { rank, importId }: Comparing,
): Result & { import_id: string | null } {
  const { import_id } = kept
  return wins
    ? { ...combine(result, kept, { rank, newer: 'winner', loserImport: import_id }), import_id: importId }
    : { ...combine(kept, result, { rank, newer: 'loser', loserImport: importId }), import_id }
}

/**
 * Whether a row that was read surely says what the stored one says, so that `compareWithStored` would find nothing to
 * write and nothing to tell: what nearly all rows of a second import are. Where it is not sure it is false.
 */
export function saysWhatIsStored(
  present: StoredResult,
  result: Result,
  earlier: ReadonlySet<string>,
): boolean {
  return (
    present.source === result.source &&
    present.doubtful === result.doubtful &&
    areSameOthers(present.other_sources, result.other_sources) &&
    present.measurement_sources === noMeasurementSources &&
    result.measurement_sources === noMeasurementSources &&
    isSameRecord(present.measurements, result.measurements) &&
    isSameRecord(present.sweep, result.sweep) &&
    isSameRecord(present.failed, result.failed) &&
    (present.mt0_file_path === result.mt0_file_path || isOfPath(present, earlier))
  )
}

/** Whether the same other sources tell the whole row: 7,000 rows of three sources again took 478 ms, and take 17. */
const areSameOthers = (stored: readonly OtherSource[], read: readonly OtherSource[]): boolean =>
  stored.length === read.length &&
  stored.every((one, place) => {
    const { file, line, agrees, differs, lacks, doubtful } = read[place]!
    const isWhole = one.differs === undefined && one.lacks === undefined && !differs && !lacks
    const areAlike = one.agrees && agrees && one.doubtful === doubtful
    return isWhole && areAlike && one.file === file && one.line === line
  })

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
  { tellings, stored, isGone }: Told,
  comparing: Comparing,
): Gone {
  const { rank, earlier, prune } = comparing
  const found: Gone = { vanished: [], superseded: [] }
  if (earlier.size === 0) return found
  // What stood under wrong names gives way as a whole.
  if (present.doubtful === true && result.doubtful !== true) return found
  // Whatever source is preferred now.
  const mayTell = (file: string): boolean =>
    comparing.isDoubtful(
      file,
      present,
      tellings.some((telling) => telling.file === file),
    )
  const rawest = Math.min(...[result, ...result.other_sources].map(({ source }) => rawestFirst(source)))
  for (const measurement of Object.keys(present.measurements)) {
    const { source, file, import_id } = originOf(present, measurement)
    const isTold = Object.hasOwn(result.measurements, measurement)
    if (isTold && rank(originOf(result, measurement).source) <= rank(source)) continue
    // Left out beside a rawer source, which is a change.
    if (present.measurements[measurement] === null && rank(source) > rank(result.source)) continue
    const bringer = import_id ?? present.import_id
    if (bringer === null || !earlier.has(bringer)) continue
    if ((rawestFirst(source) < rawest && !isGone(file)) || mayTell(file)) continue
    if (isTold) found.superseded.push(measurement)
    else if (!stored.some((other) => Object.hasOwn(other.measurements, measurement) && mayTell(other.file))) {
      const told_by = tellerElsewhere(present, measurement, stored, comparing)
      const fate = { file, removed: prune && told_by === null, told_by }
      found.vanished.push(vanishedValue(present, measurement, fate))
    }
  }
  return found
}

const vanishedValue = (
  present: Result,
  measurement: string,
  fate: Pick<Vanished, 'file' | 'removed' | 'told_by'>,
): Vanished => ({
  point: pointName(present),
  alter_number: present.alter_number,
  row_number: present.row_number,
  measurement,
  value: present.measurements[measurement]!,
  ...fate,
})

/** Whether a value that a row took from another source is now known from one above that: then it must not fall back. */
const hasRawerOrigins = (present: Result, combined: Result, rank: Rank): boolean =>
  Object.entries(present.measurement_sources).some(
    ([name, { source }]) =>
      Object.hasOwn(combined.measurements, name) && rank(originOf(combined, name).source) < rank(source),
  )

/**
 * Whether the row's file, read again, does not tell what it has told, and is kept, or tells what only others had, or
 * another number than before beside one of theirs.
 */
const isToldOtherwise = (present: StoredResult, combined: Result, earlier: ReadonlySet<string>): boolean =>
  (present.mt0_file_path === combined.mt0_file_path || hasMoved(present, combined, earlier)) &&
  Object.keys(combined.measurements).some(
    (name) =>
      Object.hasOwn(present.measurement_sources, name) !==
        Object.hasOwn(combined.measurement_sources, name) ||
      (Object.hasOwn(present.measurement_sources, name) &&
        ownValueOf(present, name) !== ownValueOf(combined, name)),
  )

/** Within its path a file of the same kind is the one that was stored, moved or written anew. */
const hasMoved = (present: StoredResult, { source }: Result, earlier: ReadonlySet<string>): boolean =>
  present.source === source && isOfPath(present, earlier)

const sameOthers = (present: StoredResult, others: readonly OtherSource[]): boolean =>
  JSON.stringify(present.other_sources) === JSON.stringify(others)
