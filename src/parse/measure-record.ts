import { doubtfulAlter, judgeLastAlter, parseAlterNumber } from './alter-number.ts'
import { error, type MeasureTableRow, warning } from './measure-table.ts'
import { parseNumber } from './number.ts'
import type { Problem } from '../domain/problem.ts'
import { type Line, quoted } from './text.ts'

/** Whether a token can be the name of a column: parts of a damaged head, `.TITLE '* deck'`, cannot. */
export const canBeName = (token: string): boolean => !/^[$.]|['"=]/.test(token)

/** What stands in place of a value that the simulator could not measure: `failed`, `error`, `nan`. */
export const isFailedWord = (text: string): boolean => /^[+-]?[a-z]{3,}$/i.test(text)

/**
 * The row that the tokens of a record are, or why they are none; every record ends with its `alter#`.
 * `endLine` is the line on which the record ends.
 */
export function toRecord(
  tokens: readonly string[],
  names: readonly string[],
  beginsAt: number,
  endLine: Line,
  alterBefore: string | null,
): { row: MeasureTableRow; problems: Problem[] } | { misfit: string } {
  if (tokens.length !== names.length) {
    return { misfit: `expected ${names.length} values up to a line end, found ${tokens.length}` }
  }
  const alter = tokens.at(-1)!
  const isOpen = !endLine.terminated && /[^ \t,]$/.test(endLine.text)
  const judgement = isOpen ? judgeLastAlter(alter, alterBefore) : 'complete'
  if (judgement === 'cut') return { misfit: 'the file ends inside this record' }
  if (parseAlterNumber(alter) === null) {
    return { misfit: `expected a whole number for alter#, found ${quoted(alter)}` }
  }
  const values = tokens.map(parseNumber)
  const texts = values.map((value, index) => (value === null ? tokens[index]! : null))
  const problems = texts.flatMap((text, index) =>
    text === null || isFailedWord(text) ? [] : [noNumber(beginsAt, names[index]!, text)],
  )
  if (judgement === 'doubtful') problems.push(warning(endLine.number, doubtfulAlter(alter)))
  return { row: { line: beginsAt, values, texts }, problems }
}

/** A text that neither is a number nor says that the measurement failed. */
export const noNumber = (line: number, name: string, text: string): Problem =>
  error(line, `${name}: expected a number or a word such as failed, found ${quoted(text)}`)
