/**
 * Makes the JSON object of a record's measurements while it is read, from the digits that stand in the file: writing a
 * number as text again takes three times as long as reading it.
 */
export class JsonText {
  /** `,"name":` of each column, null for those that are no measurements. */
  readonly #keys: readonly (Uint8Array | null)[]
  #buffer = new Uint8Array(1024)
  #length = 0

  constructor(names: readonly string[], isMeasured: (name: string) => boolean) {
    this.#keys = names.map((name) => (isMeasured(name) ? encode(`,${JSON.stringify(name)}:`) : null))
  }

  /** Adds the value of a column: the number between `start` and `end`. */
  add(column: number, value: number, bytes: Uint8Array, start: number, end: number): void {
    const key = this.#keys[column]
    if (key == null) return
    // Minus zero is not told from zero in JSON.stringify either.
    if (value !== 0 && isJsonNumber(bytes, start, end)) this.#put(key, bytes, start, end)
    else this.#putText(key, String(value))
  }

  addNull(column: number): void {
    const key = this.#keys[column]
    if (key != null) this.#putText(key, 'null')
  }

  clear(): void {
    this.#length = 0
  }

  toString(): string {
    return this.#length === 0 ? '{}' : `{${decoder.decode(this.#buffer.subarray(1, this.#length))}}`
  }

  #putText(key: Uint8Array, text: string): void {
    const bytes = encode(text)
    this.#put(key, bytes, 0, bytes.length)
  }

  #put(key: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + key.length + end - start
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(this.#buffer)
      this.#buffer = larger
    }
    // A loop is faster than `set` for so few bytes.
    const buffer = this.#buffer
    let to = this.#length
    for (let at = 0; at < key.length; at += 1, to += 1) buffer[to] = key[at]!
    for (let at = start; at < end; at += 1, to += 1) buffer[to] = bytes[at]!
    this.#length = to
  }
}

/** Whether a number is one of JSON's as it stands: no plus, digits on both sides of a point, no zeros in front. */
function isJsonNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === minus ? start + 1 : start
  if (!isDigit(bytes[at])) return false
  if (bytes[at] === zero && at + 1 < end && isDigit(bytes[at + 1])) return false
  while (at < end && isDigit(bytes[at])) at += 1
  return at >= end || bytes[at] !== point || (at + 1 < end && isDigit(bytes[at + 1]))
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= zero + 9

const encoder = new TextEncoder()
const encode = (text: string): Uint8Array => encoder.encode(text)
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const zero = 0x30
const minus = 0x2d
const point = 0x2e
