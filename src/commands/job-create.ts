import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import type { JobDraft } from '../import/flow-record.ts'
import { createJob } from '../store/create-job.ts'
import { addLogEntry } from '../store/job-logs.ts'
import { type AfterReference, parseAfter, resolveAfter } from './after-option.ts'
import { addDraftOptions, draftJob, type DraftOptions } from './job-draft.ts'
import { type Act, addExamples, bestEffortOption, collect, printChange } from './shared.ts'

interface Options extends DraftOptions {
  after?: string[]
  bestEffort?: boolean
  /** What a spooled `job create` holds. */
  draft?: string
}

export function defineJobCreate(group: Command, act: Act): void {
  const command = addDraftOptions(
    group
      .command('create')
      .description(
        'Records a new run and prints its id, alone. The configuration is read from config.cfg: the whole file is kept with the job, and the PVT points that it implies are what the job is expected to deliver.',
      ),
  )
    .option(
      '--after <job[=condition]>',
      'wait for a job: =ok (completed, the default), =any (ended), =failed (failed or cancelled); may be repeated',
      collect,
    )
    .addOption(new Option('--draft <json>', 'what a spooled change holds').hideHelp())
    .addOption(bestEffortOption())
    .action(act(runJobCreate))
  addExamples(command, 'job create -c config.cfg', 'job create --set mode=polo --tag signoff --after @latest')
}

export async function runJobCreate(context: Context, options: Options): Promise<void> {
  if (options.draft !== undefined) return create(context, JSON.parse(options.draft) as Draft, options)
  const draft = draftOnce(context, options)
  // Spooled as it is now: config.cfg may be another one when the database is back.
  context.canWait({ words: ['job', 'create', '--draft', JSON.stringify(draft)], answer: draft.job.job_id })
  await create(context, draft, options)
}

/** A change that may have to be spooled is asked for first, and then made: it is the same job, and warns once. */
const drafts = new WeakMap<Options, Draft>()

function draftOnce(context: Context, options: Options): Draft {
  const known = drafts.get(options)
  if (known !== undefined) return known
  const after = parseAfter(options.after ?? [], '--after')
  const draft: Draft = { ...draftJob(context, options), after }
  drafts.set(options, draft)
  return draft
}

/** As they were typed: a job that is waited for may itself still be in the spool. */
type Draft = JobDraft & { after?: readonly AfterReference[] }

async function create(
  context: Context,
  { job: draft, points, note, after = [] }: Draft,
  options: Options,
): Promise<void> {
  const { found, lost } = await resolveAfter(context, after, options)
  const db = await context.database()
  const job = await createJob(db, draft, points, note, [...found, ...lost])
  for (const { after_job_id, why } of lost) {
    const message = `it waits for '${after_job_id}', which is not known: ${why}`
    await addLogEntry(db, job.job_id, { logged_at: context.now(), level: 'warning', source: 'pvt', message })
  }
  await printChange(context, job.job_id, { ...job, verdict: null })
}
