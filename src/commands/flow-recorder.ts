import { hostname } from 'node:os'
import type { Context } from '../context.ts'
import type { Run } from '../domain/run.ts'
import { messageOf, PvtError } from '../errors.ts'
import type { FlowRecord, JobDraft } from '../import/flow-record.ts'
import { notifyEnd, type NotifyOption } from './notify-option.ts'
import { recordFlow } from '../import/record-flow.ts'
import { bootId, processStart } from '../store/process-identity.ts'
import { programVersion } from '../version.ts'

/** How long the database may take, in milliseconds: the flow waits for its beginning, and the user for its end. */
const patience = {
  begin: { answer: 600, change: 750 },
  look: { answer: 600, change: 5000 },
  end: { answer: 2000, change: 300_000 },
}

/**
 * Writes records of a flow, or spools them. Nothing that goes wrong here is thrown once the flow has begun: it is told
 * once, and the flow goes on.
 */
export class FlowRecorder {
  readonly #context: Context
  readonly #notifyCmd: string | null
  #told: string | null = null
  #jobIsGone = false
  /** Why the database is away; null while it is not. */
  #away: string | null = null

  /** `notifyCmd`: what is told of the job's end. */
  constructor(context: Context, { notifyCmd }: NotifyOption) {
    this.#context = context
    this.#notifyCmd = notifyCmd ?? context.settings.notify
  }

  /** @throws `already_running`, when another flow runs in the domain folder and `exclusive` is asked for. */
  async begin(draft: JobDraft | null, run: Run, exclusive: boolean): Promise<void> {
    const record: FlowRecord = {
      ...{ draft, exclusive, run, ending: null },
      ...{ marks: [], progress: [], attempts: [], logs: [], notes: [] },
    }
    await this.#submit(record, patience.begin, true)
  }

  /** Writes a record, or keeps it for later; a mere sign of life is dropped while the database is away. */
  async write(record: FlowRecord): Promise<void> {
    if (this.#jobIsGone) return
    const isSignOfLife =
      record.ending === null &&
      record.marks.length + record.attempts.length + record.logs.length + record.notes.length === 0
    const patienceMs = record.ending === null ? patience.look : patience.end
    try {
      await this.#submit(record, patienceMs, !isSignOfLife)
    } catch (error) {
      if (!(error instanceof PvtError)) throw error
      if (error.code === 'job_not_found') this.#jobIsGone = true
      this.tell(messageOf(error))
    }
  }

  /** One line, once: what is wrong stays wrong for hours. */
  tell(message: string): void {
    if (this.#told === message) return
    this.#told = message
    this.#context.report(message)
  }

  async #submit(
    record: FlowRecord,
    patienceMs: { answer: number; change: number },
    isKept: boolean,
  ): Promise<void> {
    const context = this.#context
    const notify = this.#notifyCmd
    const { state, reason } = await context.submit({
      make: (place) => writeRecord(place, record, notify),
      words: isKept ? () => wordsOf(record, notify) : null,
      at: context.now(),
      patienceMs,
    })
    if (state === 'made') this.#away = null
    else if (this.#away === null) {
      this.#away = reason
      context.inform(`${reason}: what is recorded waits in the spool, and the flow goes on`)
    }
  }
}

/** Writes a record in the context of its time, and tells whoever wants to know when it ended the job. */
export async function writeRecord(
  context: Context,
  record: FlowRecord,
  notifyCmd: string | null,
): Promise<void> {
  const { user } = context.settings
  const now = context.now()
  const { hasEnded } = await recordFlow(await context.database(), record, { now, user, programVersion })
  if (hasEnded) await notifyEnd(context, record.run.job_id, notifyCmd === null ? {} : { notifyCmd })
}

/** What the spool keeps: the hidden option of `pvt watch`. Delivered later it cannot be refused any more. */
const wordsOf = (record: FlowRecord, notifyCmd: string | null): string[] => [
  ...['watch', '--draft', JSON.stringify({ ...record, exclusive: false })],
  ...(notifyCmd === null ? [] : ['--notify-cmd', notifyCmd]),
]

/** A run that begins now, followed by this process. */
export function newRun(
  context: Context,
  about: Pick<Run, 'job_id' | 'run_number' | 'kind' | 'command' | 'cwd'>,
): Run {
  const now = context.now()
  return {
    ...about,
    ...{ host: hostname(), boot_id: bootId(), pid: null, process_start: null },
    ...{ watcher_pid: process.pid, watcher_start: processStart(process.pid) },
    ...{ started_at: now, seen_at: now, ended_at: null, exit_code: null, signal: null },
    ...{ output_path: null, output_bytes: null, output_head: null, output_tail: null },
    ...{ errors_path: null, errors_bytes: null, errors_head: null, errors_tail: null },
  }
}
