import type { ImportsReport } from './imports.ts'
import type { AnswersReport } from './answers.ts'
import type { FlowReport } from './flow.ts'
import type { OperationsReport } from './in-process.ts'
import type { Spread } from './interleave.ts'
import type { Machine } from './machine.ts'
import type { ParseReport } from './parse-throughput.ts'
import type { RecursiveReport } from './recursive.ts'
import type { StartupReport } from './startup.ts'

/** All that was measured; a part that was not asked for is null. */
export interface Report {
  machine: Machine
  startup: StartupReport | null
  operations: OperationsReport | null
  parse: ParseReport | null
  recursive: RecursiveReport | null
  imports: ImportsReport | null
  answers: AnswersReport | null
  flow: FlowReport | null
}

export function reportText(report: Report): string {
  const { machine, startup, operations, parse, recursive, imports, answers, flow } = report
  return [
    machineText(machine),
    ...(startup === null ? [] : [startupText(startup)]),
    ...(operations === null ? [] : [operationsText(operations)]),
    ...(parse === null ? [] : [parseText(parse)]),
    ...(recursive === null ? [] : [recursiveText(recursive)]),
    ...(imports === null ? [] : [importsText(imports)]),
    ...(answers === null ? [] : [answersText(answers)]),
    ...(flow === null ? [] : [flowText(flow)]),
  ].join('\n')
}

export function machineText({ processor, load, node, sqlite, python, shell }: Machine): string {
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

function flowText({ points, rounds, bare, toBare, megabytes, corePercent, ...own }: FlowReport): string {
  const title = `A flow of ${points} points, s: median (min-max) of ${rounds} alternating rounds; the cost of pvt while it watches`
  const seconds = ({ median, min, max }: Spread): string[] => [
    (median / 1000).toFixed(2),
    `${(min / 1000).toFixed(2)}-${(max / 1000).toFixed(2)}`,
  ]
  const cost = [
    ...[toBare.toFixed(3), '1.02', verdict(toBare, 1.02)],
    ...[megabytes.toFixed(0), '60', verdict(megabytes, 60)],
    ...[corePercent.toFixed(2), '1', verdict(corePercent, 1)],
  ]
  const head = [
    'command',
    'median',
    'min-max',
    'ratio',
    'limit',
    '',
    'MB',
    'limit',
    '',
    '% of a core',
    'limit',
    '',
  ]
  return `${title}\n\n${tableText([
    head,
    ['sh flow.sh', ...seconds(bare), ...cost.map(() => '')],
    ['pvt run -- sh flow.sh', ...seconds(own), ...cost],
  ])}`
}

function operationsText({ rounds, figures }: OperationsReport): string {
  const title = `Inside one process, ms on SQLite (WAL, synchronous=full): median (min-max) of ${rounds} rounds, ten in turn
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
    String(one.earlier ?? ''),
  ])
  return `${title}\n\n${tableText([head, ...rows])}`
}

function parseText({ rounds, rows, bytes, figures }: ParseReport): string {
  const file = `one measure file of ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`
  const title = `Reading ${file}, ms: median (min-max) of ${rounds} alternating rounds`
  const head = ['', 'median', 'min-max', 'MB/s', 'to python']
  const rowsOf = figures.map((one) => [
    one.name,
    one.median.toFixed(0),
    `${one.min.toFixed(0)}-${one.max.toFixed(0)}`,
    one.megabytesPerSecond.toFixed(0),
    one.toPython?.toFixed(2) ?? '',
  ])
  return `${title}\n\n${tableText([head, ...rowsOf])}`
}

function recursiveText({ backups, rounds, python, toPython, ...own }: RecursiveReport): string {
  const title = `${backups} backups of 92 points with --recursive, ms: median (min-max) of ${rounds} alternating rounds
python: importer.py, a plain script with split() and sqlite3 that does the same work: all 93 files of each backup are
read, digested and compared, and the same tables are filled with the same pragmas`
  const row = [
    own.median.toFixed(0),
    `${own.min.toFixed(0)}-${own.max.toFixed(0)}`,
    ...compared(python, toPython),
  ]
  return `${title}\n\n${tableText([
    ['command', 'median', 'min-max', 'python', 'min-max', 'ratio'],
    ['pvt results import --recursive', ...row],
  ])}`
}

function importsText({ rounds, figures }: ImportsReport): string {
  const title = `Imports as whole processes, ms: median (min-max) of ${rounds} alternating rounds; ratios within a round
reading: Node reading the same files; python: importer.py, a plain script with split() and sqlite3 that does the same
work: all files are read, digested and compared, and the same tables are filled with the same pragmas`
  const head = ['import', 'median', 'min-max', 'files/s', 'MB/s', 'rows/s', 'to reading', 'to python']
  const rows = figures.map((one) => [
    one.name,
    one.median.toFixed(1),
    `${one.min.toFixed(1)}-${one.max.toFixed(1)}`,
    ((one.files / one.median) * 1000).toFixed(0),
    (one.bytes / one.median / 1000).toFixed(1),
    ((one.rows / one.median) * 1000).toFixed(0),
    one.toReading.toFixed(2),
    one.toPython?.toFixed(2) ?? 'absent',
  ])
  return `${title}\n\n${tableText([head, ...rows])}`
}

function compared(other: Spread | null, ratio: number | null): string[] {
  if (other === null || ratio === null) return ['absent', '', '']
  return [other.median.toFixed(3), `${other.min.toFixed(3)}-${other.max.toFixed(3)}`, ratio.toFixed(2)]
}

export function verdict(value: number, limit: number | null): string {
  if (limit === null) return ''
  return value <= limit ? 'ok' : 'OVER'
}

/** Numbers to the right, the first column to the left. */
export function tableText(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('')
}
