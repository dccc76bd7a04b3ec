import type { Problem } from '../domain/problem.ts'
import { doubtfulAlter, judgeLastAlter, parseAlterNumber } from './alter-number.ts'
import { isHeadLine, titleOf, tokensOf } from './measure-dialect.ts'
import type { MeasureTable, MeasureTableRow } from './measure-table.ts'
import { distinctNames } from './names.ts'
import { parseNumber } from './number.ts'
import { type Line, quoted, splitLines } from './text.ts'

/**
 * Reads the default form of HSPICE, PrimeSim HSPICE and PrimeSim (MEASFORM=0): names up to `alter#`, then records of
 * as many tokens, each beginning on a new line and ending at a line end. Names and values wrap differently, so tokens
 * are counted and neither lines nor columns nor indentation matter. A record that does not fit ends the reading with
 * a problem: everything behind it may be shifted. Format: measure-files.md, section 1.
 */
export function readHspiceDefault(text: string): MeasureTable {
  const lines = splitLines(text)
  const head = readHead(lines)
  const header = readNames(lines, head.end)
  if ('problem' in header) {
    return { ...head.fields, names: [], sweepNames: [], rows: [], problems: [header.problem] }
  }
  const { names } = header
  const { rows, problems, records } = readRecords(lines, header.end, names)
  if (records === 0 && problems.length === 0) {
    problems.push({ line: header.line, level: 'warning', message: 'names, but no values below them' })
  }
  const sweep = sweepColumns(names, rows, records, head.fields.paramCount)
  return {
    ...head.fields,
    names,
    sweepNames: names.slice(0, sweep.count),
    rows,
    problems: [...sweep.problems, ...header.problems, ...problems],
  }
}

type HeadFields = Pick<MeasureTable, 'title' | 'source' | 'version' | 'paramCount'>

function readHead(lines: readonly Line[]): { fields: HeadFields; end: number } {
  const fields: HeadFields = { title: null, source: null, version: null, paramCount: null }
  let end = 0
  for (const { text, terminated } of lines) {
    if (text.trim() !== '' && !isHeadLine(text)) break
    end += 1
    // A head that the end of the file cut may have lost digits.
    if (!terminated) break
    if (text.startsWith('$DATA1')) Object.assign(fields, readData1(text))
    fields.title ??= titleOf(text)
  }
  return { fields, end }
}

function readData1(text: string): Omit<HeadFields, 'title'> {
  const count = /\bPARAM_COUNT=(\d+)/.exec(text)?.[1]
  return {
    source: /\bSOURCE='([^']*)'/.exec(text)?.[1] ?? null,
    version: /\bVERSION='([^']*)'/.exec(text)?.[1] ?? null,
    paramCount: count === undefined ? null : Number(count),
  }
}

interface Header {
  names: string[]
  problems: Problem[]
  /** The line of the first name. */
  line: number
  /** Index of the first line behind the names. */
  end: number
}

function readNames(lines: readonly Line[], start: number): Header | { problem: Problem } {
  const names: string[] = []
  let firstLine: number | null = null
  for (let index = start; index < lines.length; index += 1) {
    const { text, number } = lines[index]!
    const tokens = tokensOf(text)
    if (tokens.length === 0) continue
    firstLine ??= number
    if (parseNumber(tokens[0]!) !== null) {
      return { problem: error(number, `expected names up to alter#, found the value ${tokens[0]!}`) }
    }
    const alter = tokens.indexOf('alter#')
    if (alter >= 0 && alter < tokens.length - 1) {
      const found = quoted(tokens[alter + 1]!)
      return { problem: error(number, `expected the line to end with alter#, found ${found} behind it`) }
    }
    // No spread: a file without line ends is one line of a million tokens.
    for (const token of tokens) names.push(token)
    if (alter >= 0) return { ...distinctNames(names, firstLine), line: firstLine, end: index + 1 }
  }
  return { problem: error(firstLine, 'the names do not end with alter#: the file is cut or of another kind') }
}

interface Records {
  rows: MeasureTableRow[]
  problems: Problem[]
  /** Records begun, a cut one included. */
  records: number
}

function readRecords(lines: readonly Line[], start: number, names: readonly string[]): Records {
  const rows: MeasureTableRow[] = []
  const problems: Problem[] = []
  let tokens: string[] = []
  let beginsAt = 0
  let records = 0
  let alterBefore: string | null = null
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index]!
    const found = tokensOf(line.text)
    if (found.length === 0) continue
    if (isHeadLine(line.text)) {
      problems.push(error(line.number, `a second head ${quoted(line.text)}: from here on nothing is read`))
      break
    }
    if (tokens.length === 0) {
      beginsAt = line.number
      records += 1
    }
    for (const token of found) tokens.push(token)
    if (tokens.length < names.length) continue
    const misfit = misfitMessage(tokens, names, line, alterBefore)
    if (misfit.error !== null) {
      problems.push(error(beginsAt, misfit.error))
      return { rows, problems, records }
    }
    if (misfit.warning !== null) {
      problems.push({ line: line.number, level: 'warning', message: misfit.warning })
    }
    alterBefore = tokens.at(-1)!
    rows.push(toRow(beginsAt, tokens))
    tokens = []
  }
  if (tokens.length > 0) {
    const count = `expected ${names.length} values, found ${tokens.length}`
    problems.push(error(beginsAt, `${count}: the record is not complete and is not read`))
  }
  return { rows, problems, records }
}

/** What is wrong with the tokens of a record; every record ends with its `alter#`. */
function misfitMessage(
  tokens: readonly string[],
  names: readonly string[],
  line: Line,
  alterBefore: string | null,
): { error: string | null; warning: string | null } {
  if (tokens.length > names.length) {
    const count = `expected ${names.length} values up to a line end, found ${tokens.length}`
    return { error: `${count}: this record and those behind it are not read`, warning: null }
  }
  const alter = tokens.at(-1)!
  const isOpen = !line.terminated && /[^ \t]$/.test(line.text)
  const judgement = isOpen ? judgeLastAlter(alter, alterBefore) : 'complete'
  if (judgement === 'cut') return { error: 'the file ends inside this record: it is not read', warning: null }
  if (parseAlterNumber(alter) === null) {
    const found = `expected a whole number for alter#, found ${quoted(alter)}`
    return { error: `${found}: the values are shifted, from here on nothing is read`, warning: null }
  }
  return { error: null, warning: judgement === 'doubtful' ? doubtfulAlter(alter) : null }
}

function toRow(line: number, tokens: readonly string[]): MeasureTableRow {
  const values = tokens.map(parseNumber)
  return { line, values, texts: values.map((value, index) => (value === null ? tokens[index]! : null)) }
}

/**
 * How many leading columns are the sweep's: PARAM_COUNT tells. Older files lack it; then the first column is a sweep
 * when it is `index`, or when one alter has several records that all have a number there.
 */
function sweepColumns(
  names: readonly string[],
  rows: readonly MeasureTableRow[],
  records: number,
  paramCount: number | null,
): { count: number; problems: Problem[] } {
  if (paramCount !== null) {
    const most = names.length - names.filter((name) => name === 'temper' || name === 'alter#').length
    if (paramCount <= most) return { count: paramCount, problems: [] }
    const message = `PARAM_COUNT=${paramCount}, but only ${most} columns can be a sweep: none is taken for one`
    return { count: 0, problems: [{ line: 1, level: 'warning', message }] }
  }
  if (names[0] === 'index') return { count: 1, problems: [] }
  const hasNoColumn = names[0] === 'temper' || names[0] === 'alter#'
  if (records < 2 || hasNoColumn) return { count: 0, problems: [] }
  const alters = new Set(rows.map((row) => row.values.at(-1)))
  const isSweep = rows.every((row) => row.values[0] !== null) && alters.size === 1
  return { count: isSweep ? 1 : 0, problems: [] }
}

const error = (line: number | null, message: string): Problem => ({ line, level: 'error', message })
