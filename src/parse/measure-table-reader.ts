/*
 * The forms that hold a table: a head, the names, and a record of as many values for each simulation. They are read
 * line by line, so that a file of any size takes the memory of a record: HSPICE's default form, MEASFORM=1 and 3, and
 * Spectre's horizontal form.
 */

import type { Problem } from '../domain/problem.ts'
import { type ByteLine, longestLine, textOf } from './byte-lines.ts'
import { isHeadLine } from './measure-dialect.ts'
import { type HeadFields, MeasureHead } from './measure-head.ts'
import { NamesReader, type TableNames } from './measure-names.ts'
import type { MeasureReader } from './measure-reader.ts'
import { isTwoNumbers, toRecord } from './measure-record.ts'
import { SweptRows } from './measure-sweep.ts'
import { error, type MeasureTable, type MeasureTableRow, type TableForm, warning } from './measure-table.ts'
import { ProblemList } from './problem-list.ts'
import { RecordTokens } from './record-tokens.ts'
import { type Line, quoted } from './text.ts'
import { type Wrapping, wrappedOtherwise, wrappingOf } from './record-wrapping.ts'

/** Reads a table of one of the forms. */
export const readTable = (form: TableForm): MeasureReader => new TableReader(form)

/** What stands above the records of a table. */
export interface TableHead {
  form: TableForm
  fields: HeadFields
  names: TableNames
  /** How many lines it has, up to the line feed behind the last name. */
  lines: number
}

/** Reads the records of a table whose head is known. */
export const readRecords = (head: TableHead): MeasureReader => new TableReader(head.form, head)

class TableReader implements MeasureReader {
  readonly #form: TableForm
  readonly #above: MeasureHead
  readonly #header: NamesReader
  /** Once it was read. */
  tableHead: TableHead | null
  #isInHead = true
  #records: RecordsReader | null = null
  /** What is wrong above the records, so that there are none. */
  #fatal: Problem | null = null

  constructor(form: TableForm, known: TableHead | null = null) {
    this.#form = form
    this.#above = new MeasureHead(known?.fields)
    this.#header = new NamesReader(form)
    this.tableHead = known
    if (known !== null) this.#begin(known)
  }

  take(line: ByteLine): boolean {
    if (this.#records !== null) return this.#records.take(line)
    const { number, terminated } = line
    const text = this.#isInHead ? headText(textOf(line), this.#form) : textOf(line)
    if (this.#isInHead && this.#above.take({ text, number, terminated })) return true
    this.#isInHead = false
    return this.#takeNames({ text, number, terminated })
  }

  #takeNames(line: Line): boolean {
    const found = this.#header.take(line)
    if (found === null) return true
    if ('problem' in found) {
      this.#fatal = found.problem
      return false
    }
    const head = { form: this.#form, fields: this.#above.fields, names: found, lines: line.number }
    if (line.terminated) this.tableHead = head
    this.#begin(head)
    return true
  }

  #begin({ form, fields, names }: TableHead): void {
    this.#records = new RecordsReader(form, names, fields.paramCount)
  }

  tooLong(number: number): void {
    const problem = error(number, tooLongLine)
    if (this.#records === null) this.#fatal = problem
    else this.#records.stop(problem)
  }

  get columns(): MeasureReader['columns'] {
    const names = this.#records?.names
    const sweepNames = this.#records?.rows.sweepNames ?? null
    return names === undefined || sweepNames === null ? null : { names, sweepNames }
  }

  rows(): MeasureTableRow[] {
    return this.#records?.rows.take() ?? []
  }

  unread(): number[] {
    return this.#records?.unread.splice(0) ?? []
  }

  end(): MeasureTable {
    const { fields } = this.#above
    if (this.#records === null) {
      const problem = this.#fatal ?? this.#missingNames()
      return { ...fields, names: [], sweepNames: [], rows: [], problems: [problem] }
    }
    const problems = this.#records.end()
    const { names, rows } = this.#records
    return { ...fields, names: [...names], sweepNames: [...rows.sweepNames!], rows: rows.take(), problems }
  }

  #missingNames(): Problem {
    const { withoutNames } = this.#form
    const isHeadOnly = this.#isInHead && this.#above.fields.title !== null
    return isHeadOnly && withoutNames !== null ? warning(null, withoutNames) : this.#header.missing()
  }
}

class RecordsReader {
  readonly names: readonly string[]
  readonly rows: SweptRows
  /** Lines of records that could not be read, since they were asked for. */
  readonly unread: number[] = []
  readonly #form: TableForm
  readonly #namesLine: number
  readonly #problems = new ProblemList()
  /** Problems of head and names, which say nothing of the records. */
  readonly #problemsAbove: number
  readonly #tokens: RecordTokens
  readonly #wrapping: Wrapping
  /** Records begun, a cut one included. */
  #count = 0
  #beginsAt = 0
  #alterBefore: string | null = null
  #hasStopped = false

  constructor(form: TableForm, { names, line, problems }: TableNames, paramCount: number | null) {
    this.#form = form
    this.names = names
    this.#namesLine = line
    this.rows = new SweptRows(names, paramCount, this.#problems.tell)
    for (const problem of problems) this.#problems.tell(problem)
    this.#problemsAbove = this.#problems.length
    this.#tokens = new RecordTokens(names.length)
    this.#wrapping = wrappingOf(form)
  }

  take(line: ByteLine): boolean {
    const found = this.#addTokens(line)
    if (found === 0) return true
    if (mayBeHead(line) && isHeadLine(textOf(line))) {
      const text = headText(textOf(line), this.#form)
      this.#tokens.count -= found
      return this.stop(error(line.number, `a second head ${quoted(text)}: from here on nothing is read`))
    }
    if (this.#tokens.count === found) {
      this.#beginsAt = line.number
      this.#count += 1
    }
    const isAlike = this.#wrapping.add(line, found)
    if (this.#form.wraps !== false && this.#tokens.count < this.names.length) return true
    return this.#takeRecord(line, isAlike)
  }

  #addTokens(line: ByteLine): number {
    return this.#form.separator === 'commas' ? this.#tokens.addCells(line) : this.#tokens.addWords(line)
  }

  #takeRecord(line: ByteLine, isAlike: boolean): boolean {
    const tokens = this.#tokens
    const glued = this.#form.separator === 'blanks' ? tokens.texts?.find(isGlued) : undefined
    const record =
      glued == null
        ? toRecord(tokens, this.names, this.#beginsAt, line, this.#alterBefore)
        : { misfit: `expected a blank between two values, found ${quoted(glued)}` }
    if ('misfit' in record) {
      const which = this.#form.wraps !== false ? 'this record and those behind it are' : 'this record is'
      const problem = error(this.#beginsAt, `${record.misfit}: ${which} not read`)
      tokens.clear()
      if (this.#form.wraps !== false) return this.stop(problem)
      this.#problems.tell(problem)
      this.unread.push(this.#beginsAt)
      return true
    }
    for (const problem of record.problems) this.#problems.tell(problem)
    if (!isAlike) this.#problems.tell(warning(this.#beginsAt, wrappedOtherwise))
    this.#wrapping.endRecord()
    this.#alterBefore = tokens.lastText()
    tokens.clear()
    this.rows.add(record.row)
    return true
  }

  /** Ends the reading: false, for `take`. */
  stop(problem: Problem): false {
    this.#problems.tell(problem)
    this.#hasStopped = true
    return false
  }

  end(): Problem[] {
    const found = this.#tokens.count
    if (found > 0) {
      const count = `expected ${this.names.length} values, found ${found}`
      this.#problems.tell(error(this.#beginsAt, `${count}: the record is not complete and is not read`))
    } else if (this.#count === 0 && this.#problems.length === this.#problemsAbove && !this.#hasStopped) {
      this.#problems.tell(warning(this.#namesLine, 'names, but no values below them'))
    }
    this.rows.end(this.#count)
    return this.#problems.list()
  }
}

const isGlued = (text: string | null): boolean => text !== null && isTwoNumbers(text)

const tooLongLine = `this line is longer than ${longestLine} bytes, the most that is read: from here on nothing is read`

/** A spreadsheet adds empty cells to the lines of the head as well. */
const headText = (text: string, { separator }: TableForm): string =>
  separator === 'commas' && isHeadLine(text) ? text.replace(emptyCells, '') : text

const emptyCells = /(?<![,\s])[,\s]+$/

/** A look at the first byte spares making a text of each line. */
const mayBeHead = ({ bytes, start }: ByteLine): boolean => bytes[start] === 0x24 || bytes[start] === 0x2e
