import { hostname } from 'node:os'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { PvtError } from '../errors.ts'
import { removeOutputs } from '../import/remove-outputs.ts'
import { deleteJob, findJob } from '../store/jobs.ts'
import { findOutputPaths } from '../store/runs.ts'
import { confirmOrRefuse } from './confirm.ts'
import { type Act, addExamples, counted, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options {
  yes?: boolean
}

export function defineJobDelete(group: Command, act: Act): void {
  const command = group
    .command('delete')
    .description(
      'Removes a job with its results, stages and log, after asking on a terminal. Elsewhere it needs --yes. A pinned job stays.',
    )
    .argument('<job>', 'id, prefix, @latest or .')
    .option('--yes', 'do not ask')
    .action(act(runJobDelete))
  addExamples(command, 'job delete 3f2a', 'job delete 3f2a --yes')
}

export async function runJobDelete(context: Context, reference: string, options: Options): Promise<void> {
  const db = await context.database()
  const job = await whichJob(context, reference)
  if (job.pinned) throw isPinned(job)
  const stored = job.stored_simulations
  const what = `${job.status} job ${shortId(job.job_id)} (${job.name}) with ${counted(stored, 'point')} of results`
  await confirmOrRefuse(context, `Delete the ${what}?`, options.yes)
  const outputs = await findOutputPaths(db, hostname(), job.job_id)
  const deleted = await deleteJob(db, job.job_id)
  // Pinned by somebody else while the question stood.
  if (!deleted && (await findJob(db, job.job_id)) !== null) throw isPinned(job)
  if (deleted) for (const failure of removeOutputs(context.settings.outputs, outputs)) context.warn(failure)
  const line = deleted ? `deleted, with ${counted(stored, 'point')} of results` : 'is deleted already'
  await printChange(context, `${shortId(job.job_id)} ${line}`, { job_id: job.job_id, deleted })
}

const isPinned = ({ job_id }: Job): PvtError =>
  new PvtError(
    'refused',
    `job ${shortId(job_id)} is pinned, and was not deleted`,
    `first: pvt job unpin ${shortId(job_id)}`,
  )
