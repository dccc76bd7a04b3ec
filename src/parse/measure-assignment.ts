import type { Problem } from '../domain/problem.ts'
import { doubtfulAlter, judgeLastAlter } from './alter-number.ts'
import { isFailedWord, noNumber } from './measure-record.ts'
import { error, type MeasureTableRow, warning } from './measure-table.ts'
import { parseNumber } from './number.ts'
import { type Line, quoted } from './text.ts'

/** A value under its name, as most simulators write it: `tphl = 1.2e-11`. */
export interface Assignment extends MeasuredValue {
  name: string
  /** 1-based. */
  line: number
  problems: Problem[]
}

export interface MeasuredValue {
  value: number | null
  /** Where `value` is null the text that stood there. */
  text: string | null
}

/**
 * The `name = value` of a line; null when the line has another shape. What may stand behind the value are the
 * places where it was measured (`targ = … trig = …`, `at= …`, `from= … to= …`): they are no measurements and
 * are not read, but a value that is not its `targ` less its `trig` is refused, as is one with anything else
 * behind it.
 */
export function readAssignment(line: Line, toNumber: ToNumber = parseNumber): Assignment | null {
  const [, name, token, rest] = /^\s*([^\s=]+)\s*=\s*([^\s=]+)([^]*)$/.exec(line.text) ?? []
  if (name === undefined || token === undefined || rest === undefined) return null
  const found = readValue(name, token, line, rest === '', toNumber)
  const misfit = rest.trim() === '' ? null : placesMisfit(found.value, token, rest)
  if (misfit !== null) {
    const text = (token + rest).trim()
    return {
      name,
      line: line.number,
      value: null,
      text,
      problems: [error(line.number, `${name}: ${misfit}`)],
    }
  }
  if (!line.terminated && rest.trim() !== '') found.problems.push(warning(line.number, endsInside))
  return { name, line: line.number, ...found }
}

export type ToNumber = (text: string) => number | null

/**
 * The value that a text is. `isLast`: nothing stands behind it on its line, so that the file's end may have
 * cut it.
 */
export function readValue(
  name: string,
  text: string,
  line: Line,
  isLast: boolean,
  toNumber: ToNumber = parseNumber,
): MeasuredValue & { problems: Problem[] } {
  const value = toNumber(text)
  if (value === null) {
    const problems = isFailedWord(text) ? [] : [noNumber(line.number, name, text)]
    return { value, text, problems }
  }
  if (line.terminated || !isLast) return { value, text: null, problems: [] }
  if (name === 'alter#' && judgeLastAlter(text, null) === 'doubtful') {
    return { value, text: null, problems: [warning(line.number, doubtfulAlter(text))] }
  }
  const where = `the file ends in ${name} = ${text}, without a newline: the number may be cut`
  // Editors drop the last newline. An exponent of two digits is whole, unless it was one of three.
  if (/e[+-]?\d{2,}$/i.test(text)) return { value, text: null, problems: [warning(line.number, where)] }
  return { value: null, text, problems: [error(line.number, `${where} and is not read`)] }
}

/** The one row of a file without sweep; none without a value. */
export function toOneRow(values: readonly (MeasuredValue & { line: number })[]): MeasureTableRow[] {
  const first = values[0]
  if (first === undefined) return []
  return [
    { line: first.line, values: values.map(({ value }) => value), texts: values.map(({ text }) => text) },
  ]
}

/** What to say of a line without the shape `name = value`. */
export const noAssignment = ({ number, text }: Line): Problem =>
  error(number, `expected name = value, found ${quoted(text.trim())}: this line is not read`)

const endsInside = 'the file ends inside this line'

const places = /^(?:\s+(?:targ|trig|at|from|to|with)\s*=\s*(?:not found|[^\s=]+))+\s*$/i

function placesMisfit(value: number | null, token: string, rest: string): string | null {
  if (!places.test(rest)) return `expected nothing behind the value ${token}, found ${quoted(rest.trim())}`
  const [targ, trig] = ['targ', 'trig'].map((word) => placeOf(rest, word))
  if (value === null || targ == null || trig == null) return null
  const tolerance = [token, targ, trig].map(lastPlace).reduce((sum, place) => sum + place, 0)
  if (Math.abs(value - (Number(targ) - Number(trig))) <= tolerance) return null
  return `${token} is not targ ${targ} less trig ${trig}: one of them is damaged`
}

function placeOf(rest: string, word: string): string | null {
  const text = new RegExp(`\\s${word}\\s*=\\s*(\\S+)`, 'i').exec(rest)?.[1]
  return text === undefined || parseNumber(text) === null ? null : text
}

/** The weight of a number's last digit, which rounding may have changed: 1e-9 for `6.250000e-03`. */
function lastPlace(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const decimals = mantissa.includes('.') ? mantissa.length - mantissa.indexOf('.') - 1 : 0
  return 10 ** (Number(exponent) - decimals)
}
