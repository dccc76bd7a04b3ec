import type { Command } from 'commander'
import { defineBackupCreate, defineBackupList, defineBackupVerify } from './backup.ts'
import { defineCleanup } from './cleanup.ts'
import { defineDbAdopt } from './db-adopt.ts'
import { defineDbMigrate, defineDbOptimize, defineDbPath, defineDbStatus } from './db.ts'
import { defineDbCheck } from './db-check.ts'
import { defineCompletion } from './completion.ts'
import { defineHelp } from './help.ts'
import { defineHistory } from './history.ts'
import { defineImports } from './imports.ts'
import { defineInspect } from './inspect.ts'
import { defineJobAfter } from './job-after.ts'
import { defineJobCancel } from './job-cancel.ts'
import { defineJobCreate } from './job-create.ts'
import { defineJobDelete } from './job-delete.ts'
import { defineJobLog } from './job-log.ts'
import { defineJobNote } from './job-note.ts'
import { defineJobPin, defineJobUnpin } from './job-pin.ts'
import { defineJobReady } from './job-ready.ts'
import { defineJobReap } from './job-reap.ts'
import { defineJobStatus } from './job-status.ts'
import { defineJobWait } from './job-wait.ts'
import { defineLimitsSet } from './limits-set.ts'
import { defineLimitsList, defineLimitsShow } from './limits-show.ts'
import { defineLimitsUnwaive, defineLimitsWaive, defineLimitsWaivers } from './limits-waive.ts'
import { definePoints } from './points.ts'
import { defineRestore } from './restore.ts'
import { defineResultsCheck } from './results-check.ts'
import { defineResultsCompare } from './results-compare.ts'
import { defineResultsExport } from './results-export.ts'
import { defineResultsImport } from './results-import.ts'
import { defineResultsMissing } from './results-missing.ts'
import { defineResultsReport } from './results-report.ts'
import { defineResultsSensitivity } from './results-sensitivity.ts'
import { defineResultsShow } from './results-show.ts'
import { defineResultsSummary } from './results-summary.ts'
import { defineResultsVerify } from './results-verify.ts'
import { defineRun } from './run.ts'
import { defineSpoolDrop, defineSpoolFlush, defineSpoolList } from './spool.ts'
import { defineStageList } from './stage-list.ts'
import { defineStageDone, defineStageFail, defineStageStart } from './stage-mark.ts'
import { defineStats } from './stats.ts'
import { defineTrend } from './trend.ts'
import { defineWatch } from './watch.ts'
import type { Act } from './shared.ts'

export type Define = (parent: Command, act: Act) => void

/** A group of commands (`pvt job …`), in the order of its help. */
export interface Group {
  name: string
  summary: string
  commands: readonly Define[]
}

/** A command without a group. */
export interface Single {
  name: string
  define: Define
}

/** Everything that `pvt` can do, in the order of `pvt --help`. */
export const commands: readonly (Group | Single)[] = [
  { name: 'run', define: defineRun },
  { name: 'watch', define: defineWatch },
  {
    name: 'job',
    summary: 'record runs and look after them',
    commands: [
      defineJobCreate,
      defineJobStatus,
      defineJobCancel,
      defineJobDelete,
      defineJobNote,
      defineJobLog,
      defineJobPin,
      defineJobUnpin,
      defineJobAfter,
      defineJobReady,
      defineJobWait,
      defineJobReap,
    ],
  },
  {
    name: 'stage',
    summary: "mark a run's stages",
    commands: [defineStageStart, defineStageDone, defineStageFail, defineStageList],
  },
  {
    name: 'results',
    summary: 'import and read measured values',
    commands: [
      defineResultsImport,
      defineResultsShow,
      defineResultsSummary,
      defineResultsMissing,
      defineResultsVerify,
      defineResultsCheck,
      defineResultsCompare,
      defineResultsSensitivity,
      defineResultsExport,
      defineResultsReport,
    ],
  },
  { name: 'points', define: definePoints },
  { name: 'imports', define: defineImports },
  {
    name: 'limits',
    summary: 'keep the limits of a domain, and what is waived',
    commands: [
      defineLimitsSet,
      defineLimitsShow,
      defineLimitsList,
      defineLimitsWaive,
      defineLimitsWaivers,
      defineLimitsUnwaive,
    ],
  },
  {
    name: 'spool',
    summary: 'changes that wait for a database that was away',
    commands: [defineSpoolList, defineSpoolFlush, defineSpoolDrop],
  },
  { name: 'inspect', define: defineInspect },
  { name: 'history', define: defineHistory },
  { name: 'trend', define: defineTrend },
  { name: 'stats', define: defineStats },
  { name: 'cleanup', define: defineCleanup },
  {
    name: 'backup',
    summary: 'copy the database, and look after the copies',
    commands: [defineBackupCreate, defineBackupList, defineBackupVerify],
  },
  { name: 'restore', define: defineRestore },
  {
    name: 'db',
    summary: 'look at the database and look after it',
    commands: [defineDbPath, defineDbStatus, defineDbMigrate, defineDbCheck, defineDbOptimize, defineDbAdopt],
  },
  { name: 'completion', define: defineCompletion },
  { name: 'help', define: defineHelp },
]
