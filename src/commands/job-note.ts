import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import { addLogEntry } from '../store/job-logs.ts'
import { type Act, addExamples, bestEffortOption, jobWays, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineJobNote(group: Command, act: Act): void {
  const command = group
    .command('note')
    .description("Adds a line to a job's log under your name.")
    .usage('[options] [job] <text>')
    .argument('<job or text>', `${jobWays}; alone it is the note`)
    .argument('[text]', 'the note')
    .addOption(bestEffortOption())
    .action(act(runJobNote))
  addExamples(command, "job note 3f2a 'rerun with the new models'", "job note 'signed off'")
}

/** Commander fills arguments from the left; with one of them it is the text. */
export async function runJobNote(context: Context, first: string, second: string | undefined): Promise<void> {
  const [reference, text] = second === undefined ? [undefined, first] : [first, second]
  if (text.trim() === '') throw usageError('the note is empty')
  context.canWait()
  const job = await whichJob(context, reference)
  const entry = {
    logged_at: context.now(),
    level: 'info',
    source: context.settings.user,
    message: text,
  } as const
  await addLogEntry(await context.database(), job.job_id, entry)
  await printChange(context, `${shortId(job.job_id)} noted`, { job_id: job.job_id, ...entry })
}
