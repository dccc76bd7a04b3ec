/*
 * What QSPICE's QPOST writes: each `.meas` line of the netlist with a colon behind it, and below it the
 * value, with the place where it was found in a second column. After .STEP a line for each step stands there,
 * the step's number (from 0) in front. Known from three real files, one of them stepped. A single line is
 * never taken for a step: its two columns would look alike.
 */

import type { Problem } from '../domain/problem.ts'
import { readValue, toOneRow } from './measure-assignment.ts'
import { tokensOf } from './measure-dialect.ts'
import { distinctNames } from './names.ts'
import { type StepValue, toStepTable } from './measure-steps.ts'
import { emptyTable, error, type MeasureTable, warning } from './measure-table.ts'
import { type Line, quoted } from './text.ts'

/** Reads QPOST's output: a row a step, or one row. Steps that do not count up from 0 are not read at all. */
export function readQspice(lines: readonly Line[]): MeasureTable {
  const { measures, problems } = readMeasures(lines)
  const isStepped = measures.some(({ lines }) => lines.length > 1)
  const read = isStepped ? readStepped(measures) : readSingle(measures)
  return { ...emptyTable(), ...read, problems: [...problems, ...read.problems] }
}

interface Measure {
  name: string
  line: number
  /** The lines of values below. */
  lines: Line[]
}

function readMeasures(lines: readonly Line[]): { measures: Measure[]; problems: Problem[] } {
  const measures: Measure[] = []
  const problems: Problem[] = []
  for (const line of lines) {
    const { text, number } = line
    if (text.trim() === '') continue
    if (!/^\s*\.meas/i.test(text)) {
      const last = measures.at(-1)
      if (last === undefined) problems.push(error(number, `expected a .meas line, found ${quoted(text)}`))
      else last.lines.push(line)
      continue
    }
    const name = nameOf(text)
    if (name === null) {
      problems.push(error(number, `expected a .meas line that ends with a colon, found ${quoted(text)}`))
      break
    }
    measures.push({ name, line: number, lines: [] })
  }
  return { measures, problems }
}

function nameOf(text: string): string | null {
  const [, statement] = /^\s*\.meas(?:ure)?\s+(.*):\s*$/i.exec(text) ?? []
  if (statement === undefined) return null
  const [first, second] = tokensOf(statement)
  const isAnalysis = /^(?:tran|ac|dc|op|noise)$/i.test(first ?? '')
  return (isAnalysis ? second : first) ?? null
}

type Read = Pick<MeasureTable, 'names' | 'sweepNames' | 'rows' | 'problems'>

function readSingle(measures: readonly Measure[]): Read {
  const { names, problems } = distinctNames(measures)
  const values = measures.map(({ name, line, lines }) => {
    const below = lines[0]
    const tokens = below === undefined ? [] : tokensOf(below.text)
    if (below === undefined || tokens.length > 2) {
      const message = `${name}: expected a value and its place below, found ${tokens.length} columns`
      return { line, value: null, text: tokens.join(' '), problems: [error(line, message)] }
    }
    const value = readValue(name, tokens[0]!, below, tokens.length === 1 && isTight(below))
    if (tokens[0] === '0' && measures.length === 1) value.problems.push(warning(below.number, perhapsStep))
    return { line, ...value }
  })
  return {
    names,
    sweepNames: [],
    rows: toOneRow(values),
    problems: [...problems, ...values.flatMap((value) => value.problems)],
  }
}

const perhapsStep = '0 is read as the value: if the file was cut, it may be the number of the first step'

function readStepped(measures: readonly Measure[]): Read {
  const values: StepValue[] = []
  const problems: Problem[] = []
  for (const [block, { name, lines }] of measures.entries()) {
    for (const [step, line] of lines.entries()) {
      const tokens = tokensOf(line.text)
      if (tokens[0] !== String(step) || tokens.length < 2 || tokens.length > 3) {
        const expected = `${name}: expected step ${step}, its value and place`
        const message = `${expected}, found ${quoted(line.text.trim())}`
        return { ...emptyTable(), problems: [error(line.number, `${message}: nothing is read`)] }
      }
      const isLast = tokens.length === 2 && isTight(line)
      const { problems: found, ...value } = readValue(name, tokens[1]!, line, isLast)
      problems.push(...found)
      values.push({ name, block, line: line.number, sweep: [['step', tokens[0]]], ...value })
    }
  }
  const table = toStepTable(values)
  return { ...table, problems: [...problems, ...table.problems] }
}

/** Whether the line ends with its last token, without a blank. */
const isTight = ({ text }: Line): boolean => /\S$/.test(text)
