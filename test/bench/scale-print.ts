import type { Machine } from './machine.ts'
import { machineText, tableText, verdict } from './print.ts'
import type { EngineReport, ScaleFigure, ScaleReport } from './scale-measure.ts'

export const scaleReportText = ({ machine, engines }: ScaleReport & { machine: Machine }): string =>
  [machineText(machine), ...engines.map(engineText)].join('\n')

function engineText(report: EngineReport): string {
  const { engine, jobs, resultRows, bytes, rounds, load } = report
  const rate = Math.round(resultRows / report.fillSeconds)
  const loads = load.map((value) => value.toFixed(1)).join(' and ')
  const head = `${engine}: ${jobs} jobs, ${resultRows} result rows, ${megabytes(bytes)}, filled at ${rate} rows/s; load ${loads} before and after`
  const title = `ms: median (min-max) of ${rounds} rounds that alternate between 100 jobs and ${jobs}; ratios within a round`
  const long = report.long.map(({ name, milliseconds }) => [name, milliseconds.toFixed(0)])
  return [
    `${head}\n\n${title}\n`,
    tableText([questionHead('inside one process'), ...report.questions.map(questionRow)]),
    tableText([questionHead('whole commands'), ...report.commands.map(questionRow)]),
    tableText([['asked once', 'ms'], ...long]),
    tableText([
      ['large answers', 'seconds', 'answer', 'peak memory'],
      ...report.memory.map(({ name, seconds, answerBytes, peakBytes }) => [
        name,
        seconds.toFixed(2),
        megabytes(answerBytes),
        megabytes(peakBytes),
      ]),
    ]),
    cleanupText(report),
    ...(report.backup === null ? [] : [backupText(report.backup)]),
  ].join('\n')
}

const questionHead = (what: string): string[] => [
  ...[what, '100 jobs', 'min-max', 'large', 'min-max'],
  ...['ratio', 'limit', '', 'limit ms', ''],
]

const questionRow = (one: ScaleFigure): string[] => [
  one.name,
  one.small.median.toFixed(2),
  `${one.small.min.toFixed(2)}-${one.small.max.toFixed(2)}`,
  one.large.median.toFixed(2),
  `${one.large.min.toFixed(2)}-${one.large.max.toFixed(2)}`,
  one.ratio.toFixed(2),
  one.timesSmall?.toString() ?? '',
  verdict(one.ratio, one.timesSmall),
  one.milliseconds?.toString() ?? '',
  verdict(one.large.median, one.milliseconds),
]

function cleanupText({ cleanup: { removed, seconds, alone, beside } }: EngineReport): string {
  const rows = [
    { name: 'alone', ...alone },
    { name: 'beside the cleanup', ...beside },
  ]
  return `cleanup of ${removed} jobs in ${seconds.toFixed(1)} s, while another process marks a stage every 50 ms; ms of a mark\n\n${tableText(
    [
      ['marks', 'number', 'median', '99 %', 'longest'],
      ...rows.map(({ name, marks, median, p99, longest }) => [
        name,
        String(marks),
        ...[median, p99, longest].map((value) => value.toFixed(1)),
      ]),
    ],
  )}`
}

function backupText(figure: NonNullable<EngineReport['backup']>): string {
  const list = (seconds: readonly number[]): string => seconds.map((value) => value.toFixed(1)).join(', ')
  return tableText([
    ['copying the database', 'seconds', 'backup to it, of the shortest'],
    ['backup create', list(figure.backup), ''],
    ['the file', list(figure.copy), figure.toCopy.toFixed(2)],
    ['the file, synced', list(figure.syncedCopy), figure.toSyncedCopy.toFixed(2)],
  ])
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
