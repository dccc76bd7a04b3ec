import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import { type Column, localTime } from '../render/index.ts'
import { addLogEntry, findLogEntries, type LogEntry, type LogLevel, logLevels } from '../store/job-logs.ts'
import {
  type Act,
  addExamples,
  bestEffortOption,
  jobWays,
  printChange,
  shortId,
  wholeNumber,
} from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options {
  level: LogLevel
  add?: string
  limit: number
}

export function defineJobLog(group: Command, act: Act): void {
  const command = group
    .command('log')
    .description("Prints a job's log, oldest first; with --add adds a line to it.")
    .argument('[job]', jobWays)
    .addOption(
      new Option('--level <level>', 'the level of the added line, or the least level shown')
        .choices(logLevels)
        .default('info' satisfies LogLevel),
    )
    .option('--add <text>', 'add this line')
    .option('--limit <n>', 'the newest n lines', wholeNumber(1), 100)
    .addOption(bestEffortOption())
    .action(act(runJobLog))
  addExamples(command, 'job log 3f2a --level warning', "job log --add 'farm queue is slow' --level warning")
}

export async function runJobLog(
  context: Context,
  reference: string | undefined,
  options: Options,
): Promise<void> {
  if (options.add?.trim() === '') throw usageError('--add: the line is empty')
  if (options.add !== undefined) context.canWait()
  const job = await whichJob(context, reference)
  const db = await context.database()
  if (options.add !== undefined) {
    const entry: LogEntry = {
      logged_at: context.now(),
      level: options.level,
      source: context.settings.user,
      message: options.add,
    }
    await addLogEntry(db, job.job_id, entry)
    return printChange(context, `${shortId(job.job_id)} logged`, { job_id: job.job_id, ...entry })
  }
  const entries = await findLogEntries(db, job.job_id, options.level, options.limit)
  await context.print({ value: entries, columns, rows: entries })
}

const columns: Column<LogEntry>[] = [
  { key: 'logged_at', title: 'TIME', value: (row) => row.logged_at, text: (row) => localTime(row.logged_at) },
  {
    key: 'level',
    value: (row) => row.level,
    paint: ({ level }) => (level === 'error' ? 'red' : level === 'warning' ? 'yellow' : null),
  },
  { key: 'source', value: (row) => row.source },
  { key: 'message', value: (row) => row.message },
]
