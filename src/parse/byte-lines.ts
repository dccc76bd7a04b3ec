/**
 * A line as bytes, without its line end. It stands in a buffer that is used again: it is valid only until the next
 * line.
 */
export interface ByteLine {
  bytes: Uint8Array
  start: number
  end: number
  /** 1-based. */
  number: number
  /** Whether a newline stands behind it; only the last line of a file can lack it. */
  terminated: boolean
}

/** Takes lines in turn; false ends the reading. */
export type TakeLine = (line: ByteLine) => boolean

/**
 * Parts bytes that come in pieces, cut anywhere, into lines, as `splitLines` does with a text: only `\n` ends a line, a
 * `\r` before it is dropped. Only the line that a piece begins and does not end is kept.
 */
export class ByteLines {
  /** What the pieces before hold of the line that is not ended. */
  #kept = nothing
  #keptLength = 0
  readonly #line: ByteLine = { bytes: this.#kept, start: 0, end: 0, number: 0, terminated: true }
  #hasEnded = false
  readonly #take: TakeLine
  readonly #tooLong: (number: number) => void

  /**
   * `tooLong` is told the number of a line beyond `longestLine`, which ends the reading. `above`: how many lines of the
   * file come before those that are given.
   */
  constructor(take: TakeLine, tooLong: (number: number) => void, above = 0) {
    this.#take = take
    this.#tooLong = tooLong
    this.#line.number = above
  }

  /** Lines that were begun. */
  get count(): number {
    return this.#line.number + (this.#keptLength > 0 ? 1 : 0)
  }

  /** Whether `take` gave false, so that nothing more is read. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  push(piece: Uint8Array): void {
    let start = 0
    while (!this.#hasEnded && start < piece.length) {
      const newline = piece.indexOf(lineFeed, start)
      if (newline < 0) {
        this.#keep(piece.subarray(start))
        return
      }
      if (this.#keptLength > 0) {
        const isWhole = this.#keep(piece.subarray(start, newline))
        if (isWhole) this.#give(this.#kept, 0, this.#keptLength, true)
        this.#keptLength = 0
      } else this.#give(piece, start, newline, true)
      start = newline + 1
    }
  }

  /** Gives the last line, where no newline ends it. */
  end(): void {
    if (!this.#hasEnded && this.#keptLength > 0) this.#give(this.#kept, 0, this.#keptLength, false)
    this.#keptLength = 0
    this.#hasEnded = true
  }

  #give(bytes: Uint8Array, start: number, end: number, terminated: boolean): void {
    const line = this.#line
    line.bytes = bytes
    line.start = start
    line.end = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
    line.number += 1
    line.terminated = terminated
    if (end - start > longestLine) {
      this.#tooLong(line.number)
      this.#hasEnded = true
    } else if (!this.#take(line)) this.#hasEnded = true
  }

  /** Adds to the line that is not ended; false when it becomes too long. */
  #keep(part: Uint8Array): boolean {
    const length = this.#keptLength + part.length
    if (length > longestLine) {
      this.#line.number += 1
      this.#tooLong(this.#line.number)
      this.#hasEnded = true
      return false
    }
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(length, 4096, 2 * this.#kept.length))
      larger.set(this.#kept.subarray(0, this.#keptLength))
      this.#kept = larger
    }
    this.#kept.set(part, this.#keptLength)
    this.#keptLength = length
    return true
  }
}

/** 60,000 values on one line fit in; a file without line ends must not fill the memory. */
export const longestLine = 1_048_576

/** The text of a line; bytes that are no UTF-8 are replaced. */
export const textOf = ({ bytes, start, end }: ByteLine): string => utf8.decode(bytes.subarray(start, end))

// A byte order mark is none in the middle of a file.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const nothing = new Uint8Array(0)
const lineFeed = 0x0a
const carriageReturn = 0x0d
