import type { KnownHeads } from '../parse/known-heads.ts'
import { type FileMark, isSameMark } from './growing-file.ts'
import { type FirstRow, readFirstRow } from './read-first-row.ts'
import { lstatOf, type OncePerPath } from './watched-folder.ts'

/** What a measure file gave: its first row, and whether it stands for another simulation than the one before. */
export interface Measured {
  row: FirstRow['row']
  /** Whether the content is that of the version that was taken before. */
  isSame: boolean
}

/** The measure file of a point: each version of it is read once, when it is complete. */
export class FollowedMeasure {
  #taken: { mark: FileMark; content: string } | null = null
  /** A version that was not complete when it was looked at. */
  #incomplete: FileMark | null = null

  /**
   * Reads the file when it is another version than the one that was taken, and complete; else null. `counts`: whether
   * a version is of interest.
   */
  look(
    path: string,
    counts: (mark: FileMark) => boolean,
    { problems, heads }: { problems: OncePerPath; heads: KnownHeads },
  ): Measured | null {
    const mark = lstatOf(path, problems)
    if (mark === null || isSameMark(mark, this.#taken?.mark ?? null) || !counts(mark)) return null
    const first = problems.guard(path, () => readFirstRow(path, heads))
    if (first === null) {
      this.#taken = { mark, content: '' }
      return null
    }
    const isComplete = first.terminated && first.row !== null
    if (!isComplete && !isSameMark(mark, this.#incomplete)) {
      this.#incomplete = mark
      return null
    }
    if (first.row === null)
      problems.tell(path, 'error', 'no row of it can be read: what was measured is not known')
    const isSame = this.#taken?.content === first.content
    this.#taken = { mark, content: first.content }
    return { row: first.row, isSame }
  }
}
