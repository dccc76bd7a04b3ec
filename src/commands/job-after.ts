import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { PvtError, usageError } from '../errors.ts'
import { visible } from '../render/index.ts'
import { addDependencies, dependencyRows, removeDependencies } from '../store/dependencies.ts'
import { parseAfter, resolveAfter } from './after-option.ts'
import { loadReadiness } from './job-ready.ts'
import { type Act, addExamples, bestEffortOption, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options {
  remove?: boolean
  bestEffort?: boolean
}

export function defineJobAfter(group: Command, act: Act): void {
  const command = group
    .command('after')
    .description(
      'Makes a job wait for others: =ok (until they have completed, the default), =any (have ended) or =failed (have failed or were cancelled). A job that would wait for itself is refused. With --remove it waits for them no longer, or when none is named, for any.',
    )
    .argument('<job>', 'the job that waits: id, prefix, @latest or .')
    .argument('[other[=condition]...]', 'the jobs that it waits for')
    .option('--remove', 'wait for them no longer')
    .addOption(bestEffortOption())
    .action(act(runJobAfter))
  addExamples(command, 'job after 3f2a 77c0 b01d=any', 'job after 3f2a 77c0 --remove')
}

export async function runJobAfter(
  context: Context,
  reference: string,
  others: readonly string[],
  options: Options,
): Promise<void> {
  if (options.remove === true) return remove(context, reference, others)
  if (others.length === 0)
    throw usageError('no job was named to wait for', 'for example: pvt job after 3f2a 77c0=ok')
  const references = parseAfter(others, 'job after')
  context.canWait()
  const job = await whichJob(context, reference)
  if (job.status === 'completed' || job.status === 'cancelled')
    throw new PvtError(
      'refused',
      `job ${shortId(job.job_id)} is ${job.status}: it cannot wait for another`,
      `${job.status} is final; record a new run with: pvt job create --after <job>`,
    )
  const { found, lost } = await resolveAfter(context, references, options)
  await addDependencies(await context.database(), job.job_id, [...found, ...lost], context.now())
  await answer(
    context,
    job.job_id,
    [...found, ...lost].map(({ after_job_id, condition }) => `${shortId(after_job_id)} (${condition})`),
    'waits for',
  )
}

async function remove(context: Context, reference: string, others: readonly string[]): Promise<void> {
  context.canWait()
  const { job_id } = await whichJob(context, reference)
  const db = await context.database()
  const present = (await dependencyRows(db, job_id)).map((one) => one.job_id)
  const named: string[] = []
  for (const other of others) {
    const text = other.replace(/=\w*$/, '')
    // A job that was removed is found nowhere else any more.
    const [only, another] = present.filter((id) => id.startsWith(text.toLowerCase()))
    named.push(only !== undefined && another === undefined ? only : (await whichJob(context, text)).job_id)
  }
  const removed = await removeDependencies(db, job_id, others.length === 0 ? null : named)
  const words = removed.length === 0 ? ['any of them'] : removed.map(shortId)
  await answer(context, job_id, words, removed.length === 0 ? 'did not wait for' : 'waits no longer for')
}

async function answer(
  context: Context,
  jobId: string,
  others: readonly string[],
  what: string,
): Promise<void> {
  const value = await loadReadiness(await context.database(), jobId)
  await printChange(context, `${shortId(jobId)} ${what} ${visible(others.join(', '))}`, value)
}
