import type { MeasuredRow } from '../domain/measurement.ts'
import type { MeasureDialect } from './measure-dialect.ts'
import type { MeasureFile } from './measure-stream.ts'
import type { TableColumns } from './measure-table.ts'
import type { TableHead } from './measure-table-reader.ts'
import { type MeasuredColumns, measuredColumns, toMeasuredRow } from './measured-row.ts'
import { asLatin1, isPlainAscii } from './text.ts'

/** The beginning of a file that was read, and what it says. */
export class KnownHead {
  readonly dialect: MeasureDialect
  readonly table: TableHead
  /** From the file's first byte to the line end behind the names, each byte a character. */
  readonly text: string
  /** Whether the file that it is from held one record of numbers behind it, and nothing to complain about. */
  readonly isPlain: boolean
  /** Of the one record of a plain file; another file that begins so may have several, and with them a sweep. */
  readonly #plainColumns: MeasuredColumns | null
  #columns: MeasuredColumns | null = null
  #sweepCount = -1

  constructor(file: MeasureFile & { dialect: MeasureDialect }, table: TableHead, text: string) {
    this.dialect = file.dialect
    this.table = table
    this.text = text
    const { rows, problems } = file
    const isPlain =
      rows.length === 1 && problems.length === 0 && rows[0]!.texts.every((text) => text === null)
    this.isPlain =
      isPlain && table.form.wraps !== false && table.form.separator === 'blanks' && isPlainAscii(text)
    this.#plainColumns = this.isPlain ? this.columnsOf(file) : null
  }

  /**
   * The row of a file whose only record, behind the head, is all numbers: what nearly every simulation writes. `start` is
   * what the heads look at of a file of `size` bytes. Null for anything else, however slight; the reader of tables knows
   * what to make of it. By expressions, which V8 compiles at once: a loop over the bytes of hundreds of small files takes
   * three times as long.
   */
  onlyRow(start: string, size: number): MeasuredRow | null {
    const { names, lines } = this.table
    // Only a first record of digits is worth the whole.
    if (size - this.text.length > mostOfOnlyRow) return null
    const rest = start.slice(this.text.length)
    if (!ofNumbers.test(rest)) return null
    const values = rest.match(token)?.map(Number) ?? []
    const alter = values.at(-1)!
    const isWhole =
      values.length === names.names.length &&
      Number.isSafeInteger(alter) &&
      alter >= 0 &&
      values.every(isFinite)
    if (!isWhole) return null
    const line = lines + 1 + lineFeedsIn(rest.slice(0, rest.search(/[^ \n]/)))
    return toMeasuredRow({ line, values, texts: [] }, this.#plainColumns!)
  }

  /** The columns of a file that begins so: the number of its sweep variables may depend on its rows. */
  columnsOf(columns: TableColumns): MeasuredColumns {
    if (this.#columns === null || this.#sweepCount !== columns.sweepNames.length) {
      this.#columns = measuredColumns(columns)
      this.#sweepCount = columns.sweepNames.length
    }
    return this.#columns
  }
}

/**
 * Heads and names of measure tables. The files of a run begin alike, byte for byte, and what a beginning says depends
 * on nothing behind it: it is read once instead of 488 times, which is half the time of reading a tree.
 */
export class KnownHeads {
  /** The one that fitted last is the first. */
  #heads: KnownHead[] = []

  /** The head with which a file begins of which `start` is what the heads look at, or null. */
  find(start: string): KnownHead | null {
    const place = this.#heads.findIndex((head) => start.startsWith(head.text))
    if (place < 0) return null
    const head = this.#heads[place]!
    if (place > 0) this.#heads = [head, ...this.#heads.filter((other) => other !== head)]
    return head
  }

  /** Keeps the beginning of a file that was read as a table whose names end on a line of their own. */
  add(bytes: Uint8Array, file: MeasureFile & { dialect: MeasureDialect }, table: TableHead): void {
    let end = 0
    for (let line = 0; line < table.lines; line += 1) end = bytes.indexOf(lineFeed, end) + 1
    if (end === 0 || end > largest) return
    const head = new KnownHead(file, table, asLatin1(bytes.subarray(0, end)))
    this.#heads = [head, ...this.#heads.slice(0, mostKept - 1)]
  }
}

/** Testbenches of a domain, and the files of those whose names are wrapped otherwise. */
const mostKept = 4
/** Names of thousands of measurements. */
const largest = 65_536
/** And as many values. */
const mostOfOnlyRow = 65_536
const mostLookedAt = largest + mostOfOnlyRow
const lineFeed = 0x0a

const lineFeedsIn = (text: string): number => (text.includes('\n') ? text.split('\n').length - 1 : 0)

/** What the heads look at of a file, each byte a character. */
export const startOf = (bytes: Uint8Array): string =>
  asLatin1(bytes.length > mostLookedAt ? bytes.subarray(0, mostLookedAt) : bytes)

/**
 * Nothing but what numbers consist of as `parseNumber` takes them, blanks and line ends, of which one is the last.
 * `Number` takes the same numbers of these characters, and gives NaN for `1..2`, `-` and `e5`.
 */
const ofNumbers = /^[-+.\deE \n]*\n$/
const token = /[^ \n]+/g
