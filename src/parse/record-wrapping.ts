import type { ByteLine } from './byte-lines.ts'
import type { TableForm } from './measure-table.ts'

/**
 * Looks at how records are broken into lines. Where one is not broken as its simulator does it, a line was lost and
 * another doubled or moved, and its values may stand under other names.
 */
export interface Wrapping {
  /**
   * Takes a line of a record and the number of its tokens; whether the record is broken as it should be so far. False
   * for one record of a file, because one tells.
   */
  add: (line: ByteLine, tokens: number) => boolean
  endRecord: () => void
}

export function wrappingOf({ wraps }: TableForm): Wrapping {
  if (wraps === 'by count') return new AlikeLines()
  return wraps === 'by length' ? new FullLines() : { add: () => true, endRecord: () => undefined }
}

/** So many tokens a line in each record. */
class AlikeLines implements Wrapping {
  readonly #first: number[] = []
  #isFirst = true
  #line = 0
  #isAlike = true
  #isTold = false

  add(_: ByteLine, tokens: number): boolean {
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

/** Lines are broken where the next token does not fit: none could have taken it that is shorter than another one. */
class FullLines implements Wrapping {
  /** The longest line of several tokens, in bytes: a single one may be longer than a line should be. */
  #longest = 0
  /** The line before, of the same record; 0 at its beginning. */
  #length = 0
  #isFull = true
  #isTold = false

  add(line: ByteLine, tokens: number): boolean {
    if (this.#isTold) return true
    if (this.#length > 0 && this.#length + 1 + firstToken(line) <= this.#longest) this.#isFull = false
    this.#length = line.end - line.start
    if (tokens > 1 && this.#length > this.#longest) this.#longest = this.#length
    return this.#isFull
  }

  endRecord(): void {
    this.#isTold ||= !this.#isFull
    this.#length = 0
  }
}

/** How many bytes the first token of a line has. */
function firstToken({ bytes, start, end }: ByteLine): number {
  let at = start
  while (at < end && bytes[at] === blank) at += 1
  const begin = at
  while (at < end && bytes[at] !== blank) at += 1
  return at - begin
}

const blank = 0x20

export const wrappedOtherwise =
  'this record is broken into lines otherwise than those above it: if lines were lost or moved, its values stand under wrong names'
