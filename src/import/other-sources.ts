import { agree } from '../domain/combine-results.ts'
import { joinOtherSources, type OtherSource, type Rank, rankOf } from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import { otherTelling, ownTelling, type Telling, toOtherSource } from '../domain/telling.ts'
import type { StoredResult } from '../store/results.ts'

export interface Looking {
  rank: Rank
  /** The files that imports of the path have read; left out where nothing is known to have vanished. */
  filesOfPath?: ReadonlySet<string> | undefined
}

/** What sources that were not read again tell of a stored row, its own one first. */
export const storedTellings = (present: StoredResult, read: readonly Telling[]): Telling[] =>
  [
    ownTelling(present),
    ...present.other_sources.map((other) => otherTelling(present, other)).filter((one) => one !== null),
  ].filter(({ file }) => !read.some((telling) => telling.file === file))

const isElsewhere = ({ file }: Telling, { filesOfPath }: Pick<Looking, 'filesOfPath'>): boolean =>
  filesOfPath !== undefined && !filesOfPath.has(file)

/** The file of another path that tells a measurement, too; one in which it failed only where the stored one has. */
export function tellerElsewhere(
  present: StoredResult,
  measurement: string,
  stored: readonly Telling[],
  looking: Looking,
): string | null {
  const { rank } = looking
  const teller = [...stored]
    .sort((a, b) => rankOf(a, rank) - rankOf(b, rank))
    .find(
      (telling) =>
        (telling.doubtful !== true || present.doubtful === true) &&
        isElsewhere(telling, looking) &&
        Object.hasOwn(telling.measurements, measurement) &&
        (telling.measurements[measurement] !== null || rank(telling.source) <= rank(present.source)),
    )
  return teller?.file ?? null
}

/** The numbers that a source still has for the row; of what is pruned, all that one of another path has. */
export function whatIsLeft(telling: Telling, gone: readonly string[], looking: Looking): Telling {
  const stays = ([name, value]: [string, number | null]): boolean =>
    gone.includes(name) ? isElsewhere(telling, looking) : value !== null
  return {
    ...telling,
    measurements: Object.fromEntries(Object.entries(telling.measurements).filter(stays)),
  }
}

/** Whether an import of the same path brought a stored row; an earlier version did not note which. */
export const isOfPath = ({ import_id }: StoredResult, earlier: ReadonlySet<string>): boolean =>
  import_id === null || earlier.has(import_id)

/** What is told of a row. */
export interface Told {
  /** By the files that were read. */
  tellings: readonly Telling[]
  /** By others. */
  stored: readonly Telling[]
  /** Whether a file was read and does not tell the row any more. */
  isGone: (file: string) => boolean
  earlier: ReadonlySet<string>
}

/**
 * How the sources other than that of the row, as it is written now, stand to its values. Of those of its own kind only
 * the ones of other paths: within its path a file has been moved or written anew.
 */
export function otherSources(
  present: StoredResult,
  row: Result & { import_id: string | null },
  combined: Result,
  { tellings, stored, isGone, earlier }: Told,
): readonly OtherSource[] {
  const written = { measurements: combined.measurements, import_id: row.import_id }
  const hasMoved = (telling: Telling): boolean =>
    telling.source === row.source &&
    isOfPath(present, earlier) &&
    (telling.file === present.mt0_file_path || tellings.includes(telling))
  const known = new Map(present.other_sources.map((other) => [other.file, other]))
  const others = (list: readonly Telling[]): OtherSource[] =>
    list
      .filter((telling) => telling.file !== row.mt0_file_path && !hasMoved(telling))
      .map((telling) => toOtherSource(telling, written))
  const again = others(tellings).map((other) => {
    const before = known.get(other.file)
    const telling = before && otherTelling(present, before)
    // Who brought it first is kept.
    const same = telling && toOtherSource(telling, written)
    return same && isSameTelling(same, other) ? same : other
  })
  const unknown = present.other_sources.filter(
    (other) =>
      otherTelling(present, other) === null &&
      other.file !== row.mt0_file_path &&
      !isGone(other.file) &&
      !tellings.some(({ file }) => file === other.file),
  )
  return joinOtherSources(agree(present, combined) ? unknown : [], others(stored), again)
}

const isSameTelling = (a: OtherSource, b: OtherSource): boolean =>
  JSON.stringify({ ...a, import_id: null }) === JSON.stringify({ ...b, import_id: null })
