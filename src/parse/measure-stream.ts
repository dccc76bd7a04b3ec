import { PvtError } from '../errors.ts'
import { ByteLines } from './byte-lines.ts'
import { hspiceDefault } from './hspice-measure.ts'
import { hspiceMeasform1 } from './hspice-measform1.ts'
import { hspiceMeasform3 } from './hspice-measform3.ts'
import type { KnownHead, KnownHeads } from './known-heads.ts'
import { type MeasureDialect, recogniseMeasureFile, recognisedLength } from './measure-dialect.ts'
import { type MeasureReader, readAtEnd } from './measure-reader.ts'
import {
  emptyTable,
  error,
  type MeasureTable,
  type MeasureTableRow,
  type TableColumns,
  type TableForm,
} from './measure-table.ts'
import { readRecords, readTable, type TableHead } from './measure-table-reader.ts'
import { readNameValue } from './name-value-measure.ts'
import { readQspice } from './qspice-measure.ts'
import { readSpectreLog } from './spectre-log.ts'
import { spectreHorizontal } from './spectre-measure.ts'
import { type Line, refusedBytes, TextCheck } from './text.ts'
import { readTspice } from './tspice-measure.ts'
import { readXyce } from './xyce-measure.ts'

/** A measure file as it stands; `toMeasuredRows` gives its meaning. */
export interface MeasureFile extends MeasureTable {
  /** Null when the bytes are text and no measure file; `problems` then says what they look like. */
  dialect: MeasureDialect | null
}

/** A measure file that is read piece by piece. */
export interface MeasureStream {
  /**
   * Takes the next bytes, cut anywhere, and gives the rows that they complete. The piece may be used again afterwards:
   * nothing is kept of it. A mebibyte at a time is about as fast as any.
   *
   * @throws `bad_input` for what is no text: NULs, UTF-16, packed or binary data. The rows given before are void then:
   * the disk or a copy wrote something else into the file.
   */
  push: (piece: Uint8Array) => MeasureTableRow[]
  /** The lines of the records of a table that could not be read, of those since the last call. */
  unread: () => number[]
  /** What the values of the rows given so far are, the same for all of them; null before the first row. */
  readonly columns: TableColumns | null
  /** Whether nothing more is read, because of a problem that `end` tells: the rest need not be given. */
  readonly hasEnded: boolean
  /**
   * To be called once behind the last piece: all that is known of the file.
   *
   * @throws `bad_input` as `push` does.
   */
  end: () => MeasureEnd
}

export interface MeasureEnd {
  /** Its rows are only those that no `push` gave. */
  file: MeasureFile
  /** Bytes and lines that were read. */
  bytes: number
  lines: number
  /** All rows, those that a `push` gave included. */
  rowCount: number
}

/**
 * Begins to read a measure file of any dialect, recognised by content. Tables of any size take little memory; the forms
 * that tell one row by many lines are read at the end, and refused when they are large. What could not be read is in
 * `problems` of the end; a dialect without a reader is one of them. Formats: measure-files.md.
 */
export const openMeasureStream = (): MeasureStream => new Stream()

/**
 * Reads a small measure file, which need not come in pieces: what `openMeasureStream` gives at its end with one piece,
 * faster where a file before it began alike: then `known` is what `heads` gave for it. Any other head is added to them.
 *
 * @throws `bad_input` for what is no text.
 */
export function readMeasureBytes(bytes: Uint8Array, heads: KnownHeads, known: KnownHead | null): MeasureFile {
  if (known !== null) {
    refuseUnless(refusedBytes(bytes))
    const reader = readRecords(known.table)
    const lines = linesFor(reader, known.table.lines)
    lines.push(bytes.subarray(known.text.length))
    lines.end()
    return { dialect: known.dialect, ...reader.end() }
  }
  const stream = new Stream()
  const rows = stream.push(bytes)
  const end = stream.end().file
  const file = rows.length === 0 ? end : { ...end, rows: [...rows, ...end.rows] }
  const { dialect } = file
  if (stream.tableHead !== null && dialect !== null) heads.add(bytes, { ...file, dialect }, stream.tableHead)
  return file
}

class Stream implements MeasureStream {
  readonly #check = new TextCheck()
  /** The beginning of the file, until it is long enough to be recognised. */
  #start: Uint8Array<ArrayBuffer> | null = new Uint8Array(4096)
  #startLength = 0
  #dialect: MeasureDialect | null = null
  #reader: MeasureReader = refuse('')
  #lines: ByteLines | null = null
  #bytes = 0
  #rowCount = 0

  push(piece: Uint8Array): MeasureTableRow[] {
    refuseUnless(this.#check.push(piece))
    this.#bytes += piece.length
    if (this.#start !== null) {
      const taken = piece.subarray(0, recognisedLength - this.#startLength)
      this.#keep(taken)
      if (this.#startLength < recognisedLength) return []
      this.#recognise(this.#start)
      this.#lines!.push(piece.subarray(taken.length))
    } else this.#lines!.push(piece)
    return this.#counted(this.#reader.rows())
  }

  unread(): number[] {
    return this.#reader.unread()
  }

  get tableHead(): TableHead | null {
    return this.#reader.tableHead
  }

  get columns(): MeasureStream['columns'] {
    return this.#reader.columns
  }

  get hasEnded(): boolean {
    return this.#lines?.hasEnded ?? false
  }

  end(): MeasureEnd {
    refuseUnless(this.#check.end())
    if (this.#start !== null) this.#recognise(this.#start)
    this.#lines!.end()
    const table = this.#reader.end()
    this.#counted(table.rows)
    return {
      file: { dialect: this.#dialect, ...table },
      bytes: this.#bytes,
      lines: this.#lines!.count,
      rowCount: this.#rowCount,
    }
  }

  #keep(part: Uint8Array): void {
    const length = this.#startLength + part.length
    if (length > this.#start!.length) {
      const larger = new Uint8Array(Math.max(length, 4 * this.#start!.length))
      larger.set(this.#start!.subarray(0, this.#startLength))
      this.#start = larger
    }
    this.#start!.set(part, this.#startLength)
    this.#startLength = length
  }

  #recognise(buffer: Uint8Array): void {
    const start = buffer.subarray(0, this.#startLength)
    this.#start = null
    const dialect = recogniseMeasureFile(new TextDecoder('utf-8').decode(start))
    this.#dialect = typeof dialect === 'string' ? dialect : null
    const reader = typeof dialect === 'string' ? readers[dialect] : `not a measure file: ${dialect.refused}`
    this.#reader = openReader(reader)
    this.#lines = linesFor(this.#reader)
    this.#lines.push(start.subarray(startsWithMark(start) ? 3 : 0))
  }

  #counted(rows: MeasureTableRow[]): MeasureTableRow[] {
    this.#rowCount += rows.length
    return rows
  }
}

/** Parts bytes for a reader, `above` lines of which others have read. */
const linesFor = (reader: MeasureReader, above = 0): ByteLines =>
  new ByteLines(
    (line) => reader.take(line),
    (number) => {
      reader.tooLong(number)
    },
    above,
  )

/**
 * How a dialect is read: as a table, from all its lines, or what to say while it has no reader. A new dialect is a file
 * of its own and a line here.
 */
const readers: Record<MeasureDialect, TableForm | ((lines: readonly Line[]) => MeasureTable) | string> = {
  'hspice-default': hspiceDefault,
  'hspice-default-headerless':
    'the names are missing: the file begins with values, and nothing tells what they are',
  'hspice-measform1': hspiceMeasform1,
  'hspice-measform3-csv': hspiceMeasform3,
  'spectre-mt-horizontal': spectreHorizontal,
  'spectre-measure-log': readSpectreLog,
  xyce: readXyce,
  'qspice-meas': readQspice,
  'tspice-measure': readTspice,
  'name-value': readNameValue,
}

function openReader(reader: (typeof readers)[MeasureDialect]): MeasureReader {
  if (typeof reader === 'string') return refuse(reader)
  return typeof reader === 'function' ? readAtEnd(reader) : readTable(reader)
}

/** Reads nothing and says why. */
function refuse(message: string): MeasureReader {
  return {
    take: () => false,
    tooLong: () => undefined,
    columns: null,
    tableHead: null,
    rows: () => [],
    unread: () => [],
    end: () => ({ ...emptyTable(), problems: [error(null, message)] }),
  }
}

function refuseUnless(refused: string | null): void {
  if (refused !== null) throw new PvtError('bad_input', refused, 'name a text file of the flow')
}

/** The byte order mark of UTF-8. */
const startsWithMark = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
