/*
 * Spectre's `.measure` log: a head `date : … design : … simulator : … version : …`, then blocks that begin
 * with `Measurement Name : …` and hold `name = value` a line, sorted by name. A swept block names the step
 * with each value: `name  variable @ 1  = value`, with two variables `name  temp @ -25` and the second on a
 * line of its own. A failed value is `NaN`. Known from 27 real files of Spectre 15.1 and 19.1, whose values
 * are those of the `.mt0` beside them; format: measure-files.md, section 5.
 */

import type { Problem } from '../domain/problem.ts'
import { noAssignment, readAssignment, readValue, toOneRow } from './measure-assignment.ts'
import { tokensOf } from './measure-dialect.ts'
import { distinctNames } from './names.ts'
import { type StepValue, toStepTable } from './measure-steps.ts'
import { emptyTable, error, type MeasureTable, warning } from './measure-table.ts'
import { type Line, quoted } from './text.ts'

/** Reads a `.measure` log: a row a step, or one row. A line that does not fit ends the reading. */
export function readSpectreLog(lines: readonly Line[]): MeasureTable {
  const start = lines.findIndex((line) => blockLine.test(line.text))
  const head = start < 0 ? lines : lines.slice(0, start)
  const fields = {
    ...emptyTable(),
    title: headValue(head, 'design'),
    source: headValue(head, 'simulator'),
    version: headValue(head, 'version'),
  }
  if (start < 0) {
    const isCut = lines.at(-1)?.terminated === false
    const problem = isCut
      ? error(lines.length, 'the file ends inside its head')
      : warning(null, 'no measurements below the head: the run has none')
    return { ...fields, problems: [problem] }
  }
  const { values, problems } = readBlocks(lines.slice(start))
  const table = toTable(values)
  return { ...fields, ...table, problems: [...problems, ...table.problems] }
}

const blockLine = /^(?:Swept Measurements|Measurement Name|Analysis Type)\s*:/

function headValue(head: readonly Line[], key: string): string | null {
  for (const { text, terminated } of head) {
    const colon = text.indexOf(':')
    if (terminated && colon >= 0 && text.slice(0, colon).trim().toLowerCase() === key)
      return text.slice(colon + 1).trim()
  }
  return null
}

/** Lines that do not fit end the reading: a value may belong to another name or step than it seems. */
function readBlocks(lines: readonly Line[]): { values: StepValue[]; problems: Problem[] } {
  const values: StepValue[] = []
  const problems: Problem[] = []
  let block = 0
  let begun: Begun | null = null
  for (const line of lines) {
    if (line.text.trim() === '') continue
    const read = readLine(line, begun)
    if ('misfit' in read) {
      return {
        values,
        problems: [...problems, error(line.number, `${read.misfit}: from here on nothing is read`)],
      }
    }
    begun = read.begun ?? null
    if (read.isBlockLine) block += 1
    if (read.value === undefined) continue
    const { problems: found, ...value } = read.value
    problems.push(...found)
    values.push({ ...value, block })
  }
  if (begun !== null) problems.push(error(begun.line, `${begun.name}: the file ends before its value`))
  return { values, problems }
}

/** A measurement whose step is not complete yet. */
type Begun = Pick<StepValue, 'name' | 'line' | 'sweep'>

type ReadLine =
  | { misfit: string }
  | {
      begun?: Begun
      isBlockLine?: boolean
      value?: Omit<StepValue, 'block'> & { problems: Problem[] }
    }

function readLine(line: Line, begun: Begun | null): ReadLine {
  const isContinuation = /^[ \t]/.test(line.text)
  if (isContinuation !== (begun !== null)) {
    const expected = begun === null ? 'a name' : `the rest of ${begun.name}`
    return { misfit: `expected ${expected}, found ${quoted(line.text.trim())}` }
  }
  if (blockLine.test(line.text)) return { isBlockLine: line.text.startsWith('Measurement Name') }
  const tokens = tokensOf(line.text)
  if (!tokens.includes('@')) return readUnswept(line)
  const name = begun?.name ?? tokens[0]!
  const sweep = [...(begun?.sweep ?? [])]
  let next = begun === null ? 1 : 0
  for (; tokens[next + 1] === '@' && tokens[next + 2] !== undefined; next += 3) {
    sweep.push([tokens[next]!, tokens[next + 2]!])
  }
  const start = { name, line: begun?.line ?? line.number, sweep }
  if (next === tokens.length && line.terminated) return { begun: start }
  if (next !== tokens.length - 2 || tokens[next] !== '=') {
    return { misfit: `expected ${name}  variable @ step  = value, found ${quoted(line.text.trim())}` }
  }
  return { value: { ...start, ...readValue(name, tokens[next + 1]!, line, /\S$/.test(line.text)) } }
}

function readUnswept(line: Line): ReadLine {
  const value = readAssignment(line)
  return value === null ? { misfit: noAssignment(line).message } : { value: { ...value, sweep: [] } }
}

/** The table of the values that are swept as the first one is; others do not fit into it. */
function toTable(
  values: readonly StepValue[],
): Pick<MeasureTable, 'names' | 'sweepNames' | 'rows' | 'problems'> {
  const variables = ({ sweep }: StepValue): string => sweep.map(([name]) => name).join(', ')
  const first = values[0]
  if (first === undefined) return emptyTable()
  const alike = values.filter((value) => variables(value) === variables(first))
  const other = values.find((value) => variables(value) !== variables(first))
  const problems =
    other === undefined ? [] : [error(other.line, `${other.name} is not swept as ${first.name} is: not read`)]
  if (first.sweep.length > 0) {
    const table = toStepTable(alike)
    return { ...table, problems: [...problems, ...table.problems] }
  }
  const { names, problems: repeats } = distinctNames(alike)
  return { names, sweepNames: [], rows: toOneRow(alike), problems: [...problems, ...repeats] }
}
