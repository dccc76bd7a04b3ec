import type { Problem } from '../domain/problem.ts'
import type { MeasuredValue } from './measure-assignment.ts'
import { distinctNames } from './names.ts'
import { error, type MeasureTable, warning } from './measure-table.ts'
import { parseNumber } from './number.ts'

/** A value of one measurement at one step of a sweep. */
export interface StepValue extends MeasuredValue {
  name: string
  /** 1-based. */
  line: number
  /** Which part of the file it stands in: the same name in another part is another measurement. */
  block: number
  /** The sweep variables and the texts of their values. */
  sweep: readonly (readonly [string, string])[]
}

/**
 * The table of a file that lists its values measurement by measurement, each with its step: a row a step, in
 * the order of the first measurement. All values are swept by the same variables. A step that lacks a value
 * or has two of them is a problem and is not read; a measurement whose values do not follow each other shows
 * that lines were moved, and nothing is read.
 */
export function toStepTable(
  values: readonly StepValue[],
): Pick<MeasureTable, 'names' | 'sweepNames' | 'rows' | 'problems'> {
  const sweepNames = (values[0]?.sweep ?? []).map(([name]) => name)
  const columns: StepValue[] = []
  const isSeen = new Set<string>()
  const steps = new Map<string, Step>()
  const problems: Problem[] = []
  for (const value of values) {
    const last = columns.at(-1)
    if (last?.name !== value.name || last.block !== value.block) {
      if (isSeen.has(columnKey(value))) {
        const message = `${value.name} stands again behind ${last!.name}: lines were moved, nothing is read`
        return { names: [], sweepNames: [], rows: [], problems: [error(value.line, message)] }
      }
      isSeen.add(columnKey(value))
      columns.push(value)
    }
    problems.push(...setValue(steps, value, columns.length - 1))
  }
  const { names, problems: repeats } = distinctNames([
    ...sweepNames.map((name) => ({ name, line: values[0]!.line })),
    ...columns,
  ])
  const whole = [...steps.values()].filter((step) => isWhole(step, columns.length))
  return {
    names,
    sweepNames: names.slice(0, sweepNames.length),
    rows: whole.map(toRow),
    problems: [...problems, ...repeats, ...incompleteSteps([...steps.values()], columns)],
  }
}

interface Step {
  sweep: StepValue['sweep']
  line: number
  values: StepValue[]
  /** Whether two different values stood for one measurement. */
  isSpoiled: boolean
}

const columnKey = ({ name, block }: StepValue): string => `${block} ${name}`

const stepName = (sweep: StepValue['sweep']): string => sweep.map((pair) => pair.join(' ')).join(', ')

function setValue(steps: Map<string, Step>, value: StepValue, column: number): Problem[] {
  const key = stepName(value.sweep)
  const step = steps.get(key) ?? { sweep: value.sweep, line: value.line, values: [], isSpoiled: false }
  steps.set(key, step)
  const before = step.values[column]
  if (before === undefined) {
    step.values[column] = value
    return []
  }
  const what = `${value.name} stands twice for ${key}, first on line ${before.line}`
  if (before.value === value.value && before.text === value.text) return [warning(value.line, what)]
  step.isSpoiled = true
  return [error(value.line, `${what}, with another value: the step is not read`)]
}

const isWhole = (step: Step, columns: number): boolean => !step.isSpoiled && missingColumn(step, columns) < 0

/** The first column without a value, -1 when each has one. */
function missingColumn({ values }: Step, columns: number): number {
  for (let column = 0; column < columns; column += 1) if (values[column] === undefined) return column
  return -1
}

/** One problem for all: a lost line in the middle of a log leaves one, a cut log leaves hundreds. */
function incompleteSteps(steps: readonly Step[], columns: readonly StepValue[]): Problem[] {
  const incomplete = steps.filter((step) => missingColumn(step, columns.length) >= 0)
  const first = incomplete[0]
  if (first === undefined) return []
  const missing = columns[missingColumn(first, columns.length)]!.name
  const count = `${incomplete.length} of ${steps.length} steps lack a value and are not read`
  return [error(first.line, `${count}: the first is ${stepName(first.sweep)}, without ${missing}`)]
}

function toRow({ sweep, line, values }: Step): MeasureTable['rows'][number] {
  const sweepValues = sweep.map(([, text]) => parseNumber(text))
  const sweepTexts = sweep.map(([, text], index) => (sweepValues[index] === null ? text : null))
  return {
    line,
    values: [...sweepValues, ...values.map(({ value }) => value)],
    texts: [...sweepTexts, ...values.map(({ text }) => text)],
  }
}
