/**
 * How many tokens stand on each line of a record. The simulators that wrap by number of values wrap all records alike;
 * where one is not, a line was lost and another doubled or moved, and its values may stand under other names.
 */
export class Wrapping {
  readonly #first: number[] = []
  #isFirst = true
  #line = 0
  #isAlike = true
  #isTold = false

  /** Whether the record is wrapped as the first one so far; false once a file, because one tells. */
  add(tokens: number): boolean {
    if (this.#isTold) return true
    if (this.#isFirst) this.#first.push(tokens)
    else if (this.#first[this.#line] !== tokens) this.#isAlike = false
    this.#line += 1
    return this.#isAlike
  }

  endRecord(): void {
    this.#isTold ||= !this.#isAlike
    this.#isFirst = false
    this.#line = 0
  }
}

export const wrappedOtherwise =
  'this record is broken into lines otherwise than those above it: if lines were lost or moved, its values stand under wrong names'
