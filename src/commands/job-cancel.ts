import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { moveJob } from '../domain/timeline.ts'
import { changeJob } from '../store/change-job.ts'
import { notifyEnd, type NotifyOption, notifyOption } from './notify-option.ts'
import { type Act, addExamples, bestEffortOption, jobWays, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends NotifyOption {
  reason?: string
}

export function defineJobCancel(group: Command, act: Act): void {
  const command = group
    .command('cancel')
    .description('Marks a queued or running job as cancelled. This state is final; the results stay.')
    .argument('[job]', jobWays)
    .option('--reason <text>', 'why')
    .addOption(notifyOption())
    .addOption(bestEffortOption())
    .action(act(runJobCancel))
  addExamples(command, "job cancel 3f2a --reason 'wrong netlist'")
}

export async function runJobCancel(
  context: Context,
  reference: string | undefined,
  options: Options,
): Promise<void> {
  context.canWait()
  const { job_id } = await whichJob(context, reference)
  const details = options.reason === undefined ? {} : { error: options.reason }
  const { job, change, ended } = await changeJob(await context.database(), job_id, context.now(), (present) =>
    moveJob(present, 'cancelled', details, context.now()),
  )
  const what = change === null ? 'is cancelled already' : 'is cancelled'
  await printChange(context, `${shortId(job.job_id)} ${what}`, job)
  if (ended) await notifyEnd(context, job.job_id, options)
}
