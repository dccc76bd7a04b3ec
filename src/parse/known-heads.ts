import type { MeasuredRow } from '../domain/measurement.ts'
import type { MeasureDialect } from './measure-dialect.ts'
import type { MeasureFile } from './measure-stream.ts'
import type { TableColumns } from './measure-table.ts'
import type { TableHead } from './measure-table-reader.ts'
import { type MeasuredColumns, measuredColumns, toMeasuredRow } from './measured-row.ts'
import { asLatin1, isPlainText } from './text.ts'

/** The beginning of a file that was read, and what it says. */
export class KnownHead {
  readonly dialect: MeasureDialect
  readonly table: TableHead
  /** From the file's first byte to the line end behind the names. */
  readonly bytes: Uint8Array
  /** Whether the file that it is from held one record of numbers behind it, and nothing to complain about. */
  readonly isPlain: boolean
  /** Of the one record of a plain file; another file that begins so may have several, and with them a sweep. */
  readonly #plainColumns: MeasuredColumns | null
  #columns: MeasuredColumns | null = null
  #sweepCount = -1

  constructor(file: MeasureFile & { dialect: MeasureDialect }, table: TableHead, bytes: Uint8Array) {
    this.dialect = file.dialect
    this.table = table
    this.bytes = bytes
    const { rows, problems } = file
    const isPlain =
      rows.length === 1 && problems.length === 0 && rows[0]!.texts.every((text) => text === null)
    this.isPlain = isPlain && table.form.wraps && table.form.separator === 'blanks' && isPlainText(bytes)
    this.#plainColumns = this.isPlain ? this.columnsOf(file) : null
  }

  /**
   * The row of a file whose only record, `bytes` behind the head, is all numbers: what nearly every simulation writes.
   * Null for anything else, however slight; the reader of tables knows what to make of it. By expressions, which V8
   * compiles at once: a loop over the bytes of hundreds of small files takes three times as long.
   */
  onlyRow(bytes: Uint8Array): MeasuredRow | null {
    const { names, lines } = this.table
    const start = this.bytes.length
    // Only a first record of digits is worth the whole.
    if (bytes.length - start > mostOfOnlyRow) return null
    const text = asLatin1(bytes.subarray(start))
    if (!plainRecord.test(text)) return null
    const values = text.match(token)!.map(Number)
    const alter = values.at(-1)!
    const isWhole =
      values.length === names.names.length &&
      Number.isSafeInteger(alter) &&
      alter >= 0 &&
      values.every(isFinite)
    if (!isWhole) return null
    const line = lines + 1 + lineFeedsIn(text.slice(0, text.search(/[^ \n]/)))
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

  /** The head with which the bytes of a file begin, or null. */
  find(bytes: Uint8Array): KnownHead | null {
    const place = this.#heads.findIndex((head) => beginsWith(bytes, head.bytes))
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
    // A copy: the next file is read into the same buffer, of which `slice` of a Buffer gives a view only.
    const start = new Uint8Array(bytes.subarray(0, end))
    this.#heads = [new KnownHead(file, table, start), ...this.#heads.slice(0, mostKept - 1)]
  }
}

/** Testbenches of a domain, and the files of those whose names are wrapped otherwise. */
const mostKept = 4
/** Names of thousands of measurements. */
const largest = 65_536
/** And as many values. */
const mostOfOnlyRow = 65_536
const lineFeed = 0x0a

const lineFeedsIn = (text: string): number => (text.includes('\n') ? text.split('\n').length - 1 : 0)

/** Numbers as `parseNumber` takes them, blanks and line ends between them, a line end behind the last. */
const plainRecord = /^(?:[ \n]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?=[ \n]))+[ \n]*\n$/
const token = /[^ \n]+/g

const beginsWith = (bytes: Uint8Array, start: Uint8Array): boolean =>
  bytes.length >= start.length && Buffer.compare(bytes.subarray(0, start.length), start) === 0
