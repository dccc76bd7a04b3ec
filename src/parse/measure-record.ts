import { doubtfulAlter, judgeLastAlter } from './alter-number.ts'
import type { ByteLine } from './byte-lines.ts'
import { error, type MeasureTableRow, warning } from './measure-table.ts'
import type { Problem } from '../domain/problem.ts'
import { plainFloat } from './number.ts'
import type { RecordTokens } from './record-tokens.ts'
import { quoted } from './text.ts'

/**
 * Whether a token can be the name of a column: parts of a damaged head, `.TITLE '* deck'`, cannot, nor what holds a
 * control byte, such as the line ends of an old Mac.
 */
export const canBeName = (token: string): boolean => !/^[$.]|['"=\u0000-\u001f\u007f]/.test(token)

/** What stands in place of a value that the simulator could not measure: `failed`, `error`, `nan`, `-1.#IND`. */
export const isFailedWord = (text: string): boolean =>
  /^[+-]?(?:[a-z]{3,}|nan\([a-z0-9_]*\)|1\.#(?:ind|inf|[qs]nan)0*)$/i.test(text)

/**
 * Two values without a blank between them, `1.000e-09-2.000e-09`, as fixed columns give them: where values are counted,
 * those behind them stand under wrong names. `1.0000-100` is a single one, as Fortran writes a power of three digits.
 */
export const isTwoNumbers = (text: string): boolean => twoNumbers.test(text)

const twoNumbers = new RegExp(`^${plainFloat}(?:[+-]\\d{3})?[+-](?:\\d+\\.|\\.\\d)`)

/**
 * The row that the tokens of a record are, or why they are none; every record ends with its `alter#`.
 * `endLine` is the line on which the record ends.
 */
export function toRecord(
  tokens: RecordTokens,
  names: readonly string[],
  beginsAt: number,
  endLine: ByteLine,
  alterBefore: string | null,
): { row: MeasureTableRow; problems: readonly Problem[] } | { misfit: string } {
  const { count, numbers, texts } = tokens
  if (count !== names.length) {
    return { misfit: `expected ${names.length} values up to a line end, found ${count}` }
  }
  const judgement = isOpen(endLine) ? judgeLastAlter(tokens.lastText(), alterBefore) : 'complete'
  if (judgement === 'cut') return { misfit: 'the file ends inside this record' }
  const alter = numbers[count - 1]!
  if (!(Number.isSafeInteger(alter) && alter >= 0)) {
    return { misfit: `expected a whole number for alter#, found ${quoted(tokens.lastText())}` }
  }
  const row: MeasureTableRow = {
    line: beginsAt,
    values: valuesOf(numbers, texts),
    texts: texts ?? noTexts(count),
  }
  if (texts === null && judgement === 'complete') return { row, problems: [] }
  const problems = row.texts.flatMap((text, index) =>
    text === null || isFailedWord(text) ? [] : [noNumber(beginsAt, names[index]!, text)],
  )
  if (judgement === 'doubtful') problems.push(warning(endLine.number, doubtfulAlter(tokens.lastText())))
  return { row, problems }
}

/** A text that neither is a number nor says that the measurement failed. */
export const noNumber = (line: number, name: string, text: string): Problem =>
  error(line, `${name}: expected a number or a word such as failed, found ${quoted(text)}`)

/** Whether the file may go on behind the last token of a line. */
function isOpen({ bytes, start, end, terminated }: ByteLine): boolean {
  if (terminated || end === start) return false
  return !separators.includes(bytes[end - 1]!)
}

/** Blank, tab and comma. */
const separators: readonly number[] = [0x20, 0x09, 0x2c]

function valuesOf(numbers: Float64Array, texts: readonly (string | null)[] | null): (number | null)[] {
  const values: (number | null)[] = []
  for (let index = 0; index < numbers.length; index += 1) {
    const value = numbers[index]!
    values.push(texts !== null && texts[index] !== null ? null : value)
  }
  return values
}

/** Shared by the rows without a text, which most are. */
let shared: readonly null[] = []

function noTexts(count: number): readonly null[] {
  if (shared.length !== count) shared = Object.freeze(new Array<null>(count).fill(null))
  return shared
}
