import type { MeasureTableRow } from './measure-table.ts'

/**
 * The steps of a sweep that a file has had so far. Kept as 64 bits of each step's values: 12 to 24 bytes a step, where
 * its text would take ten times that of a file with millions. Two different steps are taken for one in one of ten
 * million files of 2 million steps.
 */
export class SeenSteps {
  #hashes = new Uint32Array(2 * 1024)
  /** 0 where nothing is kept. */
  #lines = new Uint32Array(1024)
  #count = 0
  readonly #columns: readonly number[]

  /** `columns`: those whose values tell a step from others. */
  constructor(columns: readonly number[]) {
    this.#columns = columns
  }

  /** The line on which the row's step stood before; null, and it is kept, when it is new. */
  find(row: MeasureTableRow): number | null {
    let low = 0x9e3779b9
    let high = 0x85ebca6b
    for (const column of this.#columns) {
      const value = row.values[column]
      if (value == null) {
        const text = row.texts[column] ?? ''
        for (let index = 0; index < text.length; index += 1) mix(text.charCodeAt(index), 1)
        mix(text.length, 2)
      } else {
        // -0 is the same step as 0.
        doubles[0] = value + 0
        mix(words[0]!, words[1]!)
      }
    }
    return this.#place(low, high, row.line)

    function mix(a: number, b: number): void {
      low = scramble(low ^ a) + b
      high = scramble(Math.imul(high, 5) + scramble(b + 0x27d4eb2f)) ^ a
      high = scramble(high + low)
    }
  }

  #place(low: number, high: number, line: number): number | null {
    const mask = this.#lines.length - 1
    let slot = (low ^ (high >>> 7)) & mask
    for (; this.#lines[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#hashes[2 * slot] === low >>> 0 && this.#hashes[2 * slot + 1] === high >>> 0) {
        return this.#lines[slot]!
      }
    }
    this.#lines[slot] = line
    this.#hashes[2 * slot] = low
    this.#hashes[2 * slot + 1] = high
    this.#count += 1
    if (this.#count > 0.7 * this.#lines.length) this.#grow()
    return null
  }

  #grow(): void {
    const [hashes, lines] = [this.#hashes, this.#lines]
    this.#hashes = new Uint32Array(2 * hashes.length)
    this.#lines = new Uint32Array(2 * lines.length)
    this.#count = 0
    for (const [slot, line] of lines.entries()) {
      if (line !== 0) this.#place(hashes[2 * slot]!, hashes[2 * slot + 1]!, line)
    }
  }
}

const doubles = new Float64Array(1)
const words = new Uint32Array(doubles.buffer)

/** The last mixing of MurmurHash3: every bit of 32 changes about half of them. */
function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) | 0
}
