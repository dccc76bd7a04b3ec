import { Option } from 'commander'
import type { Context } from '../context.ts'
import { renderJson } from '../render/index.ts'
import { findJob } from '../store/jobs.ts'
import { loadJobStatus } from './job-view.ts'

export interface NotifyOption {
  notifyCmd?: string
}

/** For commands that can end a job. */
export const notifyOption = (): Option =>
  new Option(
    '--notify-cmd <shell command>',
    'run by sh when this ends the job, with the job as JSON on stdin (default: $PVT_NOTIFY)',
  )

/**
 * Tells the user's command, if there is one, that a job has ended. Call it when this very change has ended the job, and
 * after the answer: the command may take its time. An empty command is none.
 */
export async function notifyEnd(context: Context, jobId: string, { notifyCmd }: NotifyOption): Promise<void> {
  const command = notifyCmd ?? context.settings.notify ?? ''
  if (command.trim() === '') return
  const db = await context.database()
  const job = await findJob(db, jobId)
  // Somebody removed it in the meantime.
  if (job === null) return
  const view = await loadJobStatus(db, job, context.now())
  await context.notify({ command, job_id: jobId, status: view.status, json: renderJson(view) })
}
