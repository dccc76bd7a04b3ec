import type { MeasureTableRow } from './measure-table.ts'

/**
 * The steps of a sweep that a file has had so far. Kept as 64 bits of each step's values: 12 to 30 bytes a step, where
 * its text would take ten times that of a file with millions. Two different steps are taken for one in one of ten
 * million files of 2 million steps.
 *
 * A step outside all values that the first variable has had is a new one: as long as a sweep only goes up or down,
 * which most do, nothing is searched and no table is made, which saves a sixth of the time of reading.
 */
export class SeenSteps {
  /** Two words a step. */
  #hashes = new Uint32Array(2 * 1024)
  #lines = new Uint32Array(1024)
  #count = 0
  /** Places of steps in the lists, counted from 1, by their hash; null while there was nothing to search. */
  #table: Uint32Array | null = null
  #least = Infinity
  #most = -Infinity
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
    const isNew = this.#table === null && this.#widen(row.values[this.#columns[0]!] ?? NaN)
    if (!isNew) {
      const before = this.#search(low, high)
      if (before !== null) return before
    }
    this.#add(low, high, row.line)
    return null

    function mix(a: number, b: number): void {
      low = scramble(low ^ a) + b
      high = scramble(Math.imul(high, 5) + scramble(b + 0x27d4eb2f)) ^ a
      high = scramble(high + low)
    }
  }

  /** Whether a value lies outside all before it. */
  #widen(value: number): boolean {
    if (value > this.#most) {
      this.#most = value
      if (this.#least === Infinity) this.#least = value
      return true
    }
    if (!(value < this.#least)) return false
    this.#least = value
    return true
  }

  #search(low: number, high: number): number | null {
    const table = (this.#table ??= this.#makeTable())
    for (let slot = low & (table.length - 1); table[slot] !== 0; slot = (slot + 1) & (table.length - 1)) {
      const place = table[slot]! - 1
      if (this.#hashes[2 * place] === low >>> 0 && this.#hashes[2 * place + 1] === high >>> 0) {
        return this.#lines[place]!
      }
    }
    return null
  }

  #add(low: number, high: number, line: number): void {
    if (this.#count === this.#lines.length) {
      this.#hashes = doubled(this.#hashes)
      this.#lines = doubled(this.#lines)
      if (this.#table !== null) this.#table = this.#makeTable()
    }
    this.#hashes[2 * this.#count] = low
    this.#hashes[2 * this.#count + 1] = high
    this.#lines[this.#count] = line
    this.#count += 1
    if (this.#table !== null) enter(this.#table, low, this.#count)
  }

  /** Twice as large as the lists can become, so that it is never more than half full. */
  #makeTable(): Uint32Array {
    const table = new Uint32Array(2 * this.#lines.length)
    for (let place = 0; place < this.#count; place += 1) enter(table, this.#hashes[2 * place]!, place + 1)
    return table
  }
}

function enter(table: Uint32Array, low: number, place: number): void {
  let slot = low & (table.length - 1)
  while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1)
  table[slot] = place
}

function doubled(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * list.length)
  larger.set(list)
  return larger
}

const doubles = new Float64Array(1)
const words = new Uint32Array(doubles.buffer)

/** The last mixing of MurmurHash3: every bit of 32 changes about half of them. */
function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) | 0
}
