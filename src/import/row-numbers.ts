import type { ResultSource } from '../domain/measurement.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { SourceRow } from './read-sources.ts'

/** A row that stands in a file and could not be read. */
export interface UnreadRow {
  source: ResultSource
  file: string
  point: PvtPoint
  /** 1-based. */
  line: number
}

/**
 * Numbers the rows of each source, point and alter from 1, in the order in which they are asked for. A row that could
 * not be read keeps its number, so that the rows behind it meet those of the other sources.
 */
export class RowNumbers {
  readonly #counts = new Map<string, number>()
  readonly #places = new Map<string, Place>()

  constructor(unread: readonly UnreadRow[] = []) {
    for (const row of unread) this.skip(row)
  }

  /** Leaves out the number of a row that could not be read. */
  skip({ file, point, line }: UnreadRow): void {
    const key = `${file} ${pointName(point)}`
    const place = this.#places.get(key)
    if (place === undefined) this.#places.set(key, { unread: [line], alter: null })
    else place.unread.push(line)
  }

  /** `name` is that of the place's point, for who has made it already. */
  next(
    place: RowPlace,
    row: Pick<SourceRow, 'line' | 'alter_number'>,
    name: string = pointName(place.point),
  ): number {
    const key = `${place.source} ${name} ${row.alter_number}`
    const skipped = this.#places.size === 0 ? 0 : this.#skipped(place, row)
    const number = (this.#counts.get(key) ?? 0) + skipped + 1
    this.#counts.set(key, number)
    return number
  }

  /** How many unread rows stand right before this one and had its alter. */
  #skipped(
    { source, file, point }: RowPlace,
    { line, alter_number }: Pick<SourceRow, 'line' | 'alter_number'>,
  ): number {
    const place = this.#places.get(`${file} ${pointName(point)}`)
    if (place === undefined) return 0
    const before = place.unread.filter((unread) => unread < line)
    place.unread = place.unread.filter((unread) => unread >= line)
    const alterBefore = place.alter
    place.alter = alter_number
    // The alter of an unread row is not known: between two rows of one alter it had theirs, and a file's first row has
    // the first alter. Elsewhere it was the last row of the alter before, or one of an alter that has no other row.
    const same =
      alterBefore === null ? source === 'measure' || alter_number <= 1 : alterBefore === alter_number
    return same ? before.length : 0
  }
}

/** The file that a row is from. */
export type RowPlace = Pick<SourceRow, 'source' | 'file' | 'point'>

interface Place {
  /** Lines. */
  unread: number[]
  /** Of the row before; null at the beginning of the file. */
  alter: number | null
}
