import type { Problem } from '../domain/problem.ts'
import { tokensOf } from './measure-dialect.ts'
import { canBeName } from './measure-record.ts'
import { error, type TableForm } from './measure-table.ts'
import { distinctNames } from './names.ts'
import { parseNumber } from './number.ts'
import { type Line, quoted } from './text.ts'

/** The names above the records; `line` is that of the first name. */
export interface TableNames {
  names: string[]
  line: number
  problems: Problem[]
}

/** Reads the names of a table: they end with `alter#`, on one line or wrapped. */
export class NamesReader {
  readonly #form: Pick<TableForm, 'separator' | 'wraps'>
  readonly #names: string[] = []
  #firstLine: number | null = null

  constructor(form: Pick<TableForm, 'separator' | 'wraps'>) {
    this.#form = form
  }

  /** Takes the next line: null while names are missing, then the names, or why there are none. */
  take(line: Line): TableNames | { problem: Problem } | null {
    const tokens = this.#form.separator === 'commas' ? cellsOf(line.text) : tokensOf(line.text)
    if (tokens.length === 0) return null
    this.#firstLine ??= line.number
    const misfit = this.#form.wraps !== false ? wrappedMisfit(tokens) : lineMisfit(tokens)
    if (misfit !== null) return { problem: error(line.number, misfit) }
    // No spread: a line can have hundreds of thousands of tokens.
    for (const token of tokens) this.#names.push(token)
    if (this.#names.length > mostNames) {
      return { problem: error(line.number, `more than ${mostNames} names: no simulator writes as many`) }
    }
    if (tokens.at(-1) !== 'alter#') return null
    const first = this.#firstLine
    return { ...distinctNames(this.#names.map((name) => ({ name, line: first }))), line: first }
  }

  /** What to say of a file that ends before its names do. */
  missing(): Problem {
    return this.#form.wraps !== false
      ? error(this.#firstLine, 'the names do not end with alter#: the file is cut or of another kind')
      : error(null, 'no names below the head: the file is cut')
  }
}

const mostNames = 100_000

function wrappedMisfit(tokens: readonly string[]): string | null {
  const expected = 'expected names up to alter#, found'
  if (parseNumber(tokens[0]!) !== null) return `${expected} the value ${tokens[0]!}`
  const other = tokens.find((token) => !canBeName(token))
  if (other !== undefined) return `${expected} ${quoted(other)}`
  const alter = tokens.indexOf('alter#')
  if (alter < 0 || alter === tokens.length - 1) return null
  return `expected the line to end with alter#, found ${quoted(tokens[alter + 1]!)} behind it`
}

function lineMisfit(cells: readonly string[]): string | null {
  if (cells.indexOf('alter#') !== cells.length - 1) {
    return `expected a line of names that ends with alter#, found ${quoted(cells.at(-1)!)}`
  }
  const other = cells.find((cell) => !canBeName(cell))
  return other === undefined ? null : `expected names, found ${quoted(other)}`
}

function cellsOf(text: string): string[] {
  const cells = text.split(',').map((cell) => cell.trim())
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1)
}
