import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import type { JobDraft } from '../import/flow-record.ts'
import { createJob } from '../store/create-job.ts'
import { addDraftOptions, draftJob, type DraftOptions } from './job-draft.ts'
import { type Act, addExamples, bestEffortOption, printChange } from './shared.ts'

interface Options extends DraftOptions {
  /** What a spooled `job create` holds. */
  draft?: string
}

export function defineJobCreate(group: Command, act: Act): void {
  const command = addDraftOptions(
    group
      .command('create')
      .summary('record a new run; prints its id')
      .description(
        'Records a new run and prints its id, alone. The configuration is read from config.cfg: the whole file is kept with the job, and the PVT points that it implies are what the job is expected to deliver.',
      ),
  )
    .addOption(new Option('--draft <json>', 'what a spooled change holds').hideHelp())
    .addOption(bestEffortOption())
    .action(act(runJobCreate))
  addExamples(
    command,
    'job create -c config.cfg',
    'job create --set mode=polo --tag signoff --stages gen,run,ext',
  )
}

export async function runJobCreate(context: Context, options: Options): Promise<void> {
  if (options.draft !== undefined) return create(context, JSON.parse(options.draft) as JobDraft)
  const draft = draftJob(context, options)
  // Spooled as it is now: config.cfg may be another one when the database is back.
  context.canWait({ words: ['job', 'create', '--draft', JSON.stringify(draft)], answer: draft.job.job_id })
  await create(context, draft)
}

async function create(context: Context, { job: draft, points, note }: JobDraft): Promise<void> {
  const job = await createJob(await context.database(), draft, points, note)
  await printChange(context, job.job_id, { ...job, verdict: null })
}
