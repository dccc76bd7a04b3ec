import { hostname } from 'node:os'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { endedStatuses, hasEnded, type JobStatus } from '../domain/job.ts'
import { applyRetention, type RetentionPolicy, type Verdict } from '../domain/retention.ts'
import { usageError } from '../errors.ts'
import { removeOutputs } from '../import/remove-outputs.ts'
import type { Database } from '../store/database.ts'
import {
  checkRoomToRewrite,
  databaseSize,
  giveSpaceBack,
  inSmallPortions,
  hasFreeSpace,
  rewriteWhole,
} from '../store/free-space.ts'
import { type EndedJob, findEndedJobs } from '../store/history.ts'
import { type Lock, withLock } from '../store/lock.ts'
import { tables } from '../store/maintenance.ts'
import { removeJobs } from '../store/remove-jobs.ts'
import { findOutputPaths } from '../store/runs.ts'
import { cleanupDocument } from './cleanup-answer.ts'
import { confirmOrRefuse } from './confirm.ts'
import { domainOption, statusOption, toDomain } from './history.ts'
import { addRetentionOptions, type RetentionOptions, toRetentionPolicy } from './retention-options.ts'
import { type Act, addExamples, counted } from './shared.ts'

interface Options extends RetentionOptions {
  status?: JobStatus[]
  domain?: string
  dryRun?: boolean
  vacuum?: boolean
  yes?: boolean
}

export function defineCleanup(program: Command, act: Act): void {
  const command = addRetentionOptions(
    program
      .command('cleanup')
      .description(
        'Removes finished jobs with everything that belongs to them: those that ended longer ago than --older-than (at least a day) and that no --keep option keeps. Running, queued and pinned jobs are never removed. Asks on a terminal, never in cron.',
      ),
  )
    .addOption(statusOption())
    .addOption(domainOption())
    .option('--dry-run', 'say what would be removed, what stays, and why; remove nothing')
    .option('--vacuum', 'then write the whole database anew: others wait, and it needs twice its size')
    .option('--yes', 'do not ask')
    .action(act(runCleanup))
  addExamples(
    command,
    'cleanup --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-tag signoff --dry-run',
    'cleanup --older-than 180d --keep-last 3 --yes',
  )
}

export async function runCleanup(context: Context, options: Options): Promise<void> {
  const statuses = toStatuses(options.status)
  const policy = toRetentionPolicy(options, context.now())
  const db = await context.database()
  // The newest of a domain are the newest of all its finished jobs: --status chooses among those that may go.
  const ended = await findEndedJobs(db, {
    statuses: endedStatuses,
    domain: toDomain(context, options.domain),
  })
  const verdicts = applyRetention(ended, policy).map((verdict) => spare(verdict, statuses))
  if (options.dryRun === true) {
    return context.print(cleanupDocument(verdicts, policy, { dryRun: true, freed: null, vacuumed: false }))
  }
  const doomed = verdicts.filter(({ action }) => action === 'remove').map(({ job }) => job)
  if (options.vacuum === true) {
    await checkRoomToRewrite(db)
    context.warn('--vacuum writes the whole database anew: others have to wait until it is done')
  }
  if (doomed.length > 0 && context.canAsk) {
    await confirmOrRefuse(context, questionOf(doomed.length, policy), options.yes)
  }
  const outputs = doomed.length === 0 ? [] : await findOutputPaths(db, hostname(), null)
  const { gone, freed } = await carryOut(context, db, doomed, options.vacuum === true)
  const unneeded = outputs.filter(({ job_id }) => gone.has(job_id))
  for (const failure of removeOutputs(context.settings.outputs, unneeded)) context.warn(failure)
  const done = verdicts.map((verdict) =>
    verdict.action === 'remove' && !gone.has(verdict.job.job_id)
      ? {
          ...verdict,
          action: 'keep' as const,
          reasons: ['was changed or removed by somebody else meanwhile'],
        }
      : verdict,
  )
  const outcome = { dryRun: false, freed, vacuumed: options.vacuum === true }
  await context.print(cleanupDocument(done, policy, outcome))
}

/** --status leaves alone what is in another state. */
function spare(verdict: Verdict<EndedJob>, statuses: readonly JobStatus[]): Verdict<EndedJob> {
  const { job, action } = verdict
  if (action === 'keep' || statuses.includes(job.status)) return verdict
  return { job, action: 'keep', reasons: [`is ${job.status}`] }
}

function questionOf(count: number, { olderThan }: RetentionPolicy): string {
  const what = olderThan === null ? 'that no rule keeps' : `that ended more than ${olderThan.text} ago`
  return `Remove ${counted(count, 'job')} ${what}?`
}

interface Done {
  /** The ids of the jobs that went. */
  gone: Set<string>
  /** Bytes given back. */
  freed: number
}

/** Removes the jobs and gives the space back, as the only cleanup of this database. */
async function carryOut(
  context: Context,
  db: Database,
  doomed: readonly EndedJob[],
  vacuum: boolean,
): Promise<Done> {
  // Free space without a removal: an earlier cleanup was cut off before it gave back what it had made free.
  if (doomed.length === 0 && !vacuum && !(await hasFreeSpace(db))) return { gone: new Set(), freed: 0 }
  const now = (): string => context.now()
  const work = async (lock: Lock): Promise<Done> => {
    const before = await databaseSize(db)
    const gone = await inSmallPortions(db, async () => {
      const removed = await removeJobs(db, doomed, { now, beforeStep: lock.refresh })
      if (!vacuum) await giveSpaceBack(db, lock.refresh)
      return removed
    })
    if (vacuum) await rewriteWhole(db, tables)
    return { gone, freed: Math.max(0, before - (await databaseSize(db))) }
  }
  return withLock(db, 'cleanup', { user: context.settings.user, now }, work)
}

function toStatuses(statuses: readonly JobStatus[] | undefined): readonly JobStatus[] {
  const running = statuses?.find((status) => !hasEnded(status))
  if (running !== undefined)
    throw usageError(`--status ${running}: ${running} jobs are never removed`, endedStatuses.join(', '))
  return statuses ?? endedStatuses
}
