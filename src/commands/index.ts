import type { Command } from 'commander'
import { defineHistory } from './history.ts'
import { defineJobCancel } from './job-cancel.ts'
import { defineJobCreate } from './job-create.ts'
import { defineJobLog } from './job-log.ts'
import { defineJobNote } from './job-note.ts'
import { defineJobStatus } from './job-status.ts'
import { defineStageList } from './stage-list.ts'
import { defineStageDone, defineStageFail, defineStageStart } from './stage-mark.ts'
import type * as lateCommands from './late.ts'
import type { Act } from './shared.ts'

export type Define = (parent: Command, act: Act) => void

/** A command whose definition is loaded when it is wanted. */
export interface Late {
  load: () => Promise<Define>
}

/** A command; its summary stands here, so that listing commands needs no definitions. */
export interface Single {
  name: string
  summary: string
  define: Define | Late
  /** The command that its group alone stands for. */
  isDefault?: true
}

/** A group of commands (`pvt job …`), in the order of its help. */
export interface Group {
  name: string
  summary: string
  commands: readonly Single[]
}

/** Defines a command below its group, or the program. */
export async function defineCommand(
  parent: Command,
  { name, summary, define }: Single,
  act: Act,
): Promise<void> {
  const own = typeof define === 'function' ? define : await define.load()
  own(parent, act)
  parent.commands.find((command) => command.name() === name)!.summary(summary)
}

/** A command by its name and summary only: enough for who lists commands. */
export function nameCommand(parent: Command, { name, summary }: Single | Group): void {
  parent.command(name).summary(summary)
}

const late = (name: keyof typeof lateCommands): Late => ({
  load: async () => (await import('./late.ts'))[name],
})

/** Everything that `pvt` can do, in the order of `pvt --help`. */
export const commands: readonly (Group | Single)[] = [
  { name: 'run', summary: 'run a flow and record it as a job', define: late('defineRun') },
  { name: 'watch', summary: 'record a flow that somebody else started', define: late('defineWatch') },
  {
    name: 'job',
    summary: 'record runs and look after them',
    commands: [
      { name: 'create', summary: 'record a new run; prints its id', define: defineJobCreate },
      { name: 'status', summary: 'show a job, or move it to a new state', define: defineJobStatus },
      { name: 'cancel', summary: 'mark a job as cancelled', define: defineJobCancel },
      { name: 'delete', summary: 'remove a job and its results', define: late('defineJobDelete') },
      { name: 'note', summary: "add a note to a job's log", define: defineJobNote },
      { name: 'log', summary: "read a job's log, or add to it", define: defineJobLog },
      { name: 'pin', summary: 'protect a job from cleanup', define: late('defineJobPin') },
      { name: 'unpin', summary: 'protect a job no longer', define: late('defineJobUnpin') },
      { name: 'after', summary: 'make a job wait for others, or no longer', define: late('defineJobAfter') },
      {
        name: 'ready',
        summary: 'whether a job may start: what it waits for has ended as asked',
        define: late('defineJobReady'),
      },
      {
        name: 'wait',
        summary: 'wait until jobs have ended, or until they may start',
        define: late('defineJobWait'),
      },
      {
        name: 'reap',
        summary: 'end running jobs whose process is gone or that are silent',
        define: late('defineJobReap'),
      },
    ],
  },
  {
    name: 'stage',
    summary: "mark a run's stages",
    commands: [
      { name: 'start', summary: 'mark a stage as started', define: defineStageStart },
      { name: 'done', summary: 'mark a stage as done', define: defineStageDone },
      { name: 'fail', summary: 'mark a stage, and with it the job, as failed', define: defineStageFail },
      { name: 'list', summary: "print a job's stage timeline", define: defineStageList },
    ],
  },
  {
    name: 'results',
    summary: 'import and read measured values',
    commands: [
      {
        name: 'import',
        summary: "read a run's files into the database",
        define: { load: async () => (await import('./late-import.ts')).defineResultsImport },
      },
      { name: 'show', summary: 'print the measured values', define: late('defineResultsShow') },
      {
        name: 'summary',
        summary: 'minimum, mean, maximum and their points per measurement',
        define: late('defineResultsSummary'),
      },
      {
        name: 'missing',
        summary: 'expected PVT points without a result; exit 7 when there are any',
        define: late('defineResultsMissing'),
      },
      {
        name: 'verify',
        summary:
          "hold a run's files against each other before raw data is deleted; exit 7 when something is wrong",
        define: late('defineResultsVerify'),
      },
      {
        name: 'check',
        summary: 'hold the results against limits; exit 7 when one is violated or incomplete',
        define: late('defineResultsCheck'),
      },
      {
        name: 'compare',
        summary: 'two jobs side by side; exit 7 when a value changed or is missing',
        define: late('defineResultsCompare'),
      },
      {
        name: 'sensitivity',
        summary: 'which axis moves a measurement: corner, extraction, temperature, each supply',
        define: late('defineResultsSensitivity'),
      },
      {
        name: 'export',
        summary: 'write the results to a file: CSV, JSON, ndjson or Parquet',
        define: late('defineResultsExport'),
      },
      {
        name: 'report',
        summary: 'one web page about the job: verdict, limits, heat maps, comparison',
        define: late('defineResultsReport'),
      },
    ],
  },
  { name: 'points', summary: 'what became of each PVT point of a run', define: late('definePoints') },
  { name: 'imports', summary: 'list what was imported, when and by whom', define: late('defineImports') },
  {
    name: 'limits',
    summary: 'keep the limits of a domain, and what is waived',
    commands: [
      { name: 'set', summary: "keep a limits file as the domain's limits", define: late('defineLimitsSet') },
      { name: 'show', summary: "print a domain's limits", define: late('defineLimitsShow') },
      {
        name: 'list',
        summary: 'the versions of the limits of all domains, or of one',
        define: late('defineLimitsList'),
      },
      { name: 'waive', summary: 'accept a violated limit for a while', define: late('defineLimitsWaive') },
      {
        name: 'waivers',
        summary: 'what is waived, until when, by whom and why',
        define: late('defineLimitsWaivers'),
      },
      { name: 'unwaive', summary: 'take a waiver back', define: late('defineLimitsUnwaive') },
    ],
  },
  {
    name: 'spool',
    summary: 'changes that wait for a database that was away',
    commands: [
      { name: 'list', summary: 'changes that wait for a database', define: late('defineSpoolList') },
      { name: 'flush', summary: 'deliver what waits for the database', define: late('defineSpoolFlush') },
      { name: 'drop', summary: 'throw spooled changes away', define: late('defineSpoolDrop') },
    ],
  },
  {
    name: 'inspect',
    summary: 'what a file or folder of the flow is, and what is read from it',
    define: late('defineInspect'),
  },
  { name: 'history', summary: 'the recorded runs, newest first', define: defineHistory },
  { name: 'trend', summary: 'a measurement over the newest jobs of a domain', define: late('defineTrend') },
  {
    name: 'stats',
    summary: 'success rate, times and shares over the recorded runs',
    define: late('defineStats'),
  },
  { name: 'cleanup', summary: 'remove finished jobs that no rule keeps', define: late('defineCleanup') },
  {
    name: 'backup',
    summary: 'copy the database, and look after the copies',
    commands: [
      {
        name: 'create',
        summary: 'copy the database while others write',
        define: late('defineBackupCreate'),
        isDefault: true,
      },
      { name: 'list', summary: 'the backups in a folder', define: late('defineBackupList') },
      { name: 'verify', summary: 'check a backup', define: late('defineBackupVerify') },
    ],
  },
  {
    name: 'restore',
    summary: 'replace the contents of the database by a backup',
    define: late('defineRestore'),
  },
  {
    name: 'db',
    summary: 'look at the database and look after it',
    commands: [
      { name: 'path', summary: 'where the database is', define: late('defineDbPath') },
      { name: 'status', summary: 'engine, versions, size and rows', define: late('defineDbStatus') },
      { name: 'migrate', summary: 'bring the schema up to date', define: late('defineDbMigrate') },
      {
        name: 'check',
        summary: 'check the database; exit 5 with what is wrong',
        define: late('defineDbCheck'),
      },
      { name: 'optimize', summary: 'statistics and free space', define: late('defineDbOptimize') },
      { name: 'adopt', summary: "bring in an earlier tool's database", define: late('defineDbAdopt') },
    ],
  },
  { name: 'completion', summary: "print a shell's completion script", define: late('defineCompletion') },
  {
    name: 'help',
    summary: 'print the help of a command, or write the manual pages',
    define: late('defineHelp'),
  },
]
