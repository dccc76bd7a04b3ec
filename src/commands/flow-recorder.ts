import { hostname } from 'node:os'
import type { Context } from '../context.ts'
import type { Run } from '../domain/run.ts'
import { messageOf, PvtError } from '../errors.ts'
import type { FlowRecord, JobDraft } from '../import/flow-record.ts'
import type { NotifyOption } from './notify-option.ts'
import { bootId, processStart } from '../store/process-identity.ts'

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
  readonly #notify: string[]
  #told: string | null = null
  #jobIsGone = false
  /** Why the database is away; null while it is not. */
  #away: string | null = null

  /** `notifyCmd`: what is told of the job's end. */
  constructor(context: Context, { notifyCmd }: NotifyOption) {
    this.#context = context
    const command = notifyCmd ?? context.settings.notify
    this.#notify = command === null ? [] : ['--notify-cmd', command]
  }

  #wordsOf(record: FlowRecord): string[] {
    return ['watch', '--draft', JSON.stringify(record), ...this.#notify]
  }

  /** @throws `already_running`, when another flow runs in the domain folder and `exclusive` is asked for. */
  async begin(draft: JobDraft | null, run: Run, exclusive: boolean): Promise<void> {
    const record: FlowRecord = {
      ...{ draft, exclusive, run, ending: null },
      ...{ marks: [], progress: [], attempts: [], logs: [], notes: [] },
    }
    // Delivered later it cannot be refused any more: the flow has run.
    await this.#submit(record, this.#wordsOf({ ...record, exclusive: false }), patience.begin)
  }

  /** Whether the record is kept or written; false when it was a mere sign of life and the database is away. */
  async write(record: FlowRecord): Promise<void> {
    if (this.#jobIsGone) return
    const isSignOfLife =
      record.ending === null &&
      record.marks.length + record.attempts.length + record.logs.length + record.notes.length === 0
    const kept = isSignOfLife ? null : this.#wordsOf(record)
    try {
      await this.#submit(record, kept, record.ending === null ? patience.look : patience.end)
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
    keep: string[] | null,
    patienceMs: { answer: number; change: number },
  ): Promise<void> {
    const context = this.#context
    const submission = { words: this.#wordsOf(record), at: context.now(), patienceMs, keep }
    const { state, reason } = await context.submit(submission)
    if (state === 'made') this.#away = null
    else if (this.#away === null) {
      this.#away = reason
      context.inform(`${reason}: what is recorded waits in the spool, and the flow goes on`)
    }
  }
}

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
