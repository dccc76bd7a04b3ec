import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { adoptJobs, type AdoptedOne, columnsNotTaken } from '../import/adopt.ts'
import type { LegacyDatabase } from '../store/legacy-database.ts'
import { openLegacy } from '../store/open-legacy.ts'
import { programVersion } from '../version.ts'
import { toZone } from './import-recursive.ts'
import { stopIfAsked } from './interruption.ts'
import { type Act, addExamples, counted, printChange, shortId } from './shared.ts'

interface Options {
  tz?: string
  dryRun?: boolean
}

export function defineDbAdopt(group: Command, act: Act): void {
  const command = group
    .command('adopt')
    .description(
      'Brings in the jobs and results of a SQLite file of the earlier Python DatabaseManager, each job with its results in one step. The file is only read. Jobs that are here already stay as they are, so that doing it again adds nothing. Exit code 6 when a job or a result could not be taken.',
    )
    .argument('<old.db>', 'the old database')
    .option(
      '--tz <zone>',
      "the zone of times that have none, for example Europe/Berlin (default: this machine's)",
    )
    .option('--dry-run', 'read and report, store nothing')
    .action(act(runDbAdopt))
  addExamples(
    command,
    'db adopt ~/pvt_manager/pvt.db --dry-run',
    'db adopt ~/pvt_manager/pvt.db --tz Asia/Taipei',
  )
}

/** What `db adopt --json` answers. */
interface Adopted {
  path: string
  dry_run: boolean
  jobs_new: number
  jobs_known: number
  jobs_failed: number
  results_new: number
  results_failed: number
  columns_not_taken: { jobs: string[]; results: string[] }
}

export async function runDbAdopt(context: Context, path: string, options: Options): Promise<void> {
  const zone = toZone(options.tz)
  const old = await openLegacy(resolve(context.settings.cwd, path))
  try {
    const answer = await adopt(context, old, {
      zone,
      dryRun: options.dryRun === true,
      now: () => context.now(),
      user: context.settings.user,
      programVersion,
    })
    if (answer.jobs_failed + answer.results_failed > 0) context.exitWith(exitCodes.bad_input)
    await printChange(context, lineOf(answer), answer)
  } finally {
    old.close()
  }
}

async function adopt(
  context: Context,
  old: LegacyDatabase,
  options: Parameters<typeof adoptJobs>[2],
): Promise<Adopted> {
  const answer: Adopted = {
    ...{ path: old.path, dry_run: options.dryRun },
    ...{ jobs_new: 0, jobs_known: 0, jobs_failed: 0, results_new: 0, results_failed: old.orphanCount },
    columns_not_taken: columnsNotTaken(old),
  }
  warnOfColumns(context, answer)
  if (old.orphanCount > 0)
    context.report(`${counted(old.orphanCount, 'result')} of ${old.path} belong to no job: not taken`)
  const db = await context.database()
  const interruption = context.watchForInterruption()
  const progress = context.progress(old.jobCount, 'jobs')
  try {
    for await (const one of adoptJobs(db, old, options)) {
      progress.tick()
      count(answer, one)
      for (const note of one.notes) say(context, one, note)
      for (const damage of one.damaged) context.report(`job ${shortId(one.job_id)}: ${damage}`)
      if (one.damaged.length > 0) context.exitWith(exitCodes.bad_input)
      await stopIfAsked(
        interruption,
        `${counted(answer.jobs_new, 'job')} adopted before it stay; doing it again goes on`,
      )
    }
    return answer
  } finally {
    progress.end()
    interruption.close()
  }
}

function count(answer: Adopted, { outcome, results, results_unread }: AdoptedOne): void {
  if (outcome === 'new') answer.jobs_new += 1
  if (outcome === 'known') answer.jobs_known += 1
  if (outcome === 'failed') answer.jobs_failed += 1
  answer.results_new += results
  answer.results_failed += results_unread
}

function say(context: Context, { job_id, outcome, results_unread }: AdoptedOne, note: string): void {
  const text = `job ${shortId(job_id)}: ${note}`
  if (outcome === 'failed' || results_unread > 0) context.report(text)
  else context.warn(text)
}

function warnOfColumns(context: Context, { columns_not_taken }: Adopted): void {
  for (const [table, names] of Object.entries(columns_not_taken)) {
    if (names.length > 0) context.warn(`${table}: not taken: ${names.join(', ')}`)
  }
}

function lineOf(answer: Adopted): string {
  const { path, dry_run, jobs_new, jobs_known, jobs_failed, results_new, results_failed } = answer
  const failed =
    jobs_failed + results_failed === 0
      ? ''
      : `; not taken: ${counted(jobs_failed, 'job')}, ${counted(results_failed, 'result')}`
  return `${path} ${dry_run ? 'would be adopted' : 'adopted'}: ${counted(jobs_new, 'job')} and ${counted(results_new, 'result')} new, ${counted(jobs_known, 'job')} known${failed}`
}
