import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { pin } from '../domain/retention.ts'
import { changeJob } from '../store/change-job.ts'
import { type Act, addExamples, jobWays, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineJobPin(group: Command, act: Act): void {
  const command = group
    .command('pin')
    .description('Protects a job with all that belongs to it: cleanup keeps it, and job delete refuses.')
    .argument('[job]', jobWays)
    .action(act(runJobPin))
  addExamples(command, 'job pin 3f2a')
}

export function defineJobUnpin(group: Command, act: Act): void {
  const command = group
    .command('unpin')
    .description('Takes the pin away: the job can be deleted again, and cleanup treats it as every other.')
    .argument('[job]', jobWays)
    .action(act(runJobUnpin))
  addExamples(command, 'job unpin 3f2a')
}

export const runJobPin = (context: Context, reference: string | undefined): Promise<void> =>
  setPinned(context, reference, true)

export const runJobUnpin = (context: Context, reference: string | undefined): Promise<void> =>
  setPinned(context, reference, false)

async function setPinned(context: Context, reference: string | undefined, pinned: boolean): Promise<void> {
  const { job_id } = await whichJob(context, reference)
  const db = await context.database()
  const { job, change } = await changeJob(db, job_id, context.now(), (present) => pin(present.job, pinned))
  const state = pinned ? 'pinned' : 'not pinned'
  await printChange(
    context,
    `${shortId(job.job_id)} is ${state}${change === null ? ' already' : pinned ? '' : ' any more'}`,
    job,
  )
}
