import type { ByteLine } from './byte-lines.ts'
import { parseNumber } from './number.ts'
import { type ScanEnd, scanPrefix } from './scan-number.ts'

/**
 * The tokens of the record that is being read, line by line. One list is used for all records of a file: making one
 * for each takes longer than reading its numbers.
 */
export class RecordTokens {
  /** Tokens so far; those beyond the capacity are counted only. */
  count = 0
  /** NaN where no number stands. */
  readonly numbers: Float64Array
  /** The text of each token that is no number, by its place; null while there is none. */
  texts: (string | null)[] | null = null
  readonly #capacity: number
  /** Where the last token stands, blanks behind it included. */
  #lastBytes: Uint8Array = new Uint8Array(0)
  #lastStart = 0
  #lastEnd = 0
  /** The last text that was asked for, and its bytes. */
  #text = ''
  #textBytes: Uint8Array = new Uint8Array(0)

  constructor(capacity: number) {
    this.#capacity = capacity
    this.numbers = new Float64Array(capacity)
  }

  clear(): void {
    this.count = 0
    this.texts = null
  }

  /** Adds the tokens of a line between which blanks and tabs stand, and gives their number. */
  addWords({ bytes, start, end }: ByteLine): number {
    const before = this.count
    let first = start
    let at = start
    for (;;) {
      while (at < end && (bytes[at] === blank || bytes[at] === tab)) at += 1
      if (at === end) break
      first = at
      const value = scanPrefix(bytes, at, end, scanEnd)
      at = scanEnd.at
      if (value === value && (at === end || bytes[at] === blank || bytes[at] === tab)) {
        this.#addNumber(value)
        continue
      }
      while (at < end && bytes[at] !== blank && bytes[at] !== tab) at += 1
      this.#addText(utf8.decode(bytes.subarray(first, at)))
    }
    this.#keepLast(bytes, first, end)
    return this.count - before
  }

  /**
   * Adds the cells of a line between which commas stand, and gives their number; blanks around a cell and empty cells
   * at the end of the line are none.
   */
  addCells({ bytes, start, end }: ByteLine): number {
    const before = this.count
    let empty = 0
    let lastStart = start
    let lastEnd = start
    for (let at = start; at <= end; at += 1) {
      while (at < end && isBlank(bytes[at]!)) at += 1
      const first = at
      const value = scanPrefix(bytes, at, end, scanEnd)
      at = scanEnd.at
      while (at < end && isBlank(bytes[at]!)) at += 1
      const isNumber = value === value && (at === end || bytes[at] === comma)
      while (at < end && bytes[at] !== comma) at += 1
      // Files that were saved again may hold other blanks than those of ASCII: they are trimmed as well.
      const text = isNumber || first === at ? '' : utf8.decode(bytes.subarray(first, at)).trim()
      if (!isNumber && text === '') {
        empty += 1
        continue
      }
      for (; empty > 0; empty -= 1) this.#addText('')
      if (isNumber) {
        this.#addNumber(value)
      } else this.#addText(text)
      lastStart = first
      lastEnd = at
    }
    this.#keepLast(bytes, lastStart, lastEnd)
    return this.count - before
  }

  /** The last token's text; valid while its line is. The same as in the record before costs no new text. */
  lastText(): string {
    if (!isSame(this.#textBytes, this.#lastBytes, this.#lastStart, this.#lastEnd)) {
      // A copy, of a Buffer too: the line's bytes are used again.
      this.#textBytes = new Uint8Array(this.#lastBytes.subarray(this.#lastStart, this.#lastEnd))
      this.#text = utf8.decode(this.#textBytes).trim()
    }
    return this.#text
  }

  #keepLast(bytes: Uint8Array, start: number, end: number): void {
    if (end === start) return
    this.#lastBytes = bytes
    this.#lastStart = start
    this.#lastEnd = end
  }

  #addNumber(value: number): void {
    if (this.count < this.#capacity) this.numbers[this.count] = value
    this.count += 1
  }

  #addText(text: string): void {
    const value = parseNumber(text)
    this.#addNumber(value ?? NaN)
    if (value !== null || this.count > this.#capacity) return
    this.texts ??= new Array<string | null>(this.#capacity).fill(null)
    this.texts[this.count - 1] = text
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const scanEnd: ScanEnd = { at: 0 }
const blank = 0x20
const tab = 0x09
const comma = 0x2c

const isBlank = (byte: number): boolean => byte === blank || (byte >= tab && byte <= 0x0d)

function isSame(a: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (a.length !== end - start) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== bytes[start + index]) return false
  return true
}
