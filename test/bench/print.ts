import type { AnswersReport } from './answers.ts'
import type { OperationsReport } from './in-process.ts'
import type { Spread } from './interleave.ts'
import type { Machine } from './machine.ts'
import type { StartupReport } from './startup.ts'

/** All that was measured; a part that was not asked for is null. */
export interface Report {
  machine: Machine
  startup: StartupReport | null
  operations: OperationsReport | null
  answers: AnswersReport | null
}

export function reportText({ machine, startup, operations, answers }: Report): string {
  return [
    machineText(machine),
    ...(startup === null ? [] : [startupText(startup)]),
    ...(operations === null ? [] : [operationsText(operations)]),
    ...(answers === null ? [] : [answersText(answers)]),
  ].join('\n')
}

function machineText({ processor, load, node, sqlite, python, shell }: Machine): string {
  const tools = `Python ${python ?? 'absent'}, sqlite3 shell ${shell ?? 'absent'}`
  return `${processor}, load ${load.toFixed(2)}; Node ${node}, SQLite ${sqlite}; ${tools}\n`
}

function startupText({ rounds, figures }: StartupReport): string {
  const title = `Whole processes, ms: median (min-max) of ${rounds} alternating rounds; ratios within a round`
  const head = ['command', 'median', 'min-max', 'to node', 'limit', '', 'to python', 'to sqlite3']
  const rows = figures.map((one) => [
    one.name,
    one.median.toFixed(1),
    `${one.min.toFixed(1)}-${one.max.toFixed(1)}`,
    one.toNode.toFixed(2),
    one.limit?.toFixed(1) ?? '',
    verdict(one.toNode, one.limit),
    one.toPython?.toFixed(2) ?? '',
    one.toShell?.toFixed(1) ?? '',
  ])
  return `${title}\n\n${tableText([head, ...rows])}`
}

function answersText({ rounds, figures }: AnswersReport): string {
  const title = `A job of 488 points and 12 measurements, whole processes, ms: median (min-max) of ${rounds} alternating rounds`
  const rows = figures.map((one) => [
    one.name,
    one.median.toFixed(1),
    `${one.min.toFixed(1)}-${one.max.toFixed(1)}`,
    one.toShow.toFixed(2),
    one.limit?.toFixed(1) ?? '',
    verdict(one.toShow, one.limit),
  ])
  return `${title}\n\n${tableText([['command', 'median', 'min-max', 'to show', 'limit', ''], ...rows])}`
}

function operationsText({ rounds, figures }: OperationsReport): string {
  const title = `Inside one process, ms on SQLite (WAL, synchronous=full): median (min-max) of ${rounds} alternating rounds
python: the same statements from ready-made parameters; whole: and JSON and rows to and from Python's own values;
earlier: figures of the earlier Python tool`
  const head = [
    ...['operation', 'median', 'min-max', 'limit', '', 'sql'],
    ...['python', 'min-max', 'ratio', 'whole', 'min-max', 'ratio', 'earlier'],
  ]
  const rows = figures.map((one) => [
    one.name,
    one.median.toFixed(3),
    `${one.min.toFixed(3)}-${one.max.toFixed(3)}`,
    one.limit?.toString() ?? '',
    verdict(one.median, one.limit),
    String(one.statements),
    ...compared(one.python, one.toPython),
    ...compared(one.whole, one.toWhole),
    String(one.earlier),
  ])
  return `${title}\n\n${tableText([head, ...rows])}`
}

function compared(other: Spread | null, ratio: number | null): string[] {
  if (other === null || ratio === null) return ['absent', '', '']
  return [other.median.toFixed(3), `${other.min.toFixed(3)}-${other.max.toFixed(3)}`, ratio.toFixed(2)]
}

function verdict(value: number, limit: number | null): string {
  if (limit === null) return ''
  return value <= limit ? 'ok' : 'OVER'
}

/** Numbers to the right, the first column to the left. */
function tableText(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('')
}
