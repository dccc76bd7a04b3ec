import type { Database } from './store/database.ts'
import type { Change, Delivery, Submission, Submitted } from './domain/change.ts'
import type { Settings } from './settings.ts'
import type { Column, Document, Style } from './render/index.ts'
import type { Interruption } from './interrupt.ts'
import type { Notification } from './notify.ts'
import type { Progress } from './progress.ts'

/** What a command is given: everything that it knows of the world outside its arguments. */
export interface Context {
  settings: Settings
  /** The database, opened when it is first asked for, closed by the program. */
  database(): Promise<Database>
  /** Says that this is a change that may wait in the spool: as it was typed, or as other words with an answer. */
  canWait(instead?: { words: string[]; answer: string }): void
  /** The change that is made now although it was meant earlier; null for what the user has just typed. */
  delivering: Change | null
  /** Opens the database and delivers all that waits for it in the spool; every command that opens it delivers some. */
  deliver(): Promise<Delivery>
  /** For a command that goes on: makes a change at once, or keeps it for later; the database is closed afterwards. */
  submit(change: Submission<Context>): Promise<Submitted>
  /** Closes the database; the next call of `database` opens it anew. */
  closeDatabase(): Promise<void>
  /** The present instant, ISO 8601 UTC with milliseconds; every call gives a later one than the call before. */
  now(): string
  /** The answer, in the format that the user chose. */
  print<Row>(document: Document<Row>): Promise<void>
  /**
   * An answer of many elements, written one by one as they come; `toText` gives a line for people. When its reader has
   * gone (`| head`), the command ends; with `outlivesReader`, of a command that does something, it goes on unheard.
   */
  printList<Row>(
    columns: readonly Column<Row>[],
    toText: (row: Row) => string,
    options?: { outlivesReader: boolean },
  ): PrintedList<Row>
  /** Text that goes to stdout as it is. */
  printText(text: string): void
  /** One line on stderr that the user should know; silent with --quiet. */
  warn(message: string): void
  /** One line on stderr about something that failed though the command went on; with --quiet too. */
  report(message: string): void
  /** Progress and hints on stderr; silent with --quiet. */
  inform(message: string): void
  /** How far a long work is, on a terminal's stderr; nothing in a pipe, with --quiet, and while the work is short. */
  progress(total: number, label: string): Progress
  /** Whether that is shown anywhere. */
  showsProgress: boolean
  /** From here on Ctrl-C and SIGTERM are asked for, until it is closed. */
  watchForInterruption(): Interruption
  /** Where an answer for people is drawn again and again; null in a pipe and where the cursor cannot be moved. */
  openScreen(): Screen | null
  /**
   * Runs a command of the user's because a job has ended, once that is committed; a failure of it is told and no more.
   * A change that may wait in the spool, or comes from there, does not wait for it.
   */
  notify(notification: Notification, how?: { wait: boolean }): Promise<void>
  /** Whether stdout is a terminal. */
  answersToTerminal(): boolean
  /** Whether a person can be asked: stdin and stderr are terminals. */
  canAsk: boolean
  /** Asks a yes-or-no question on the terminal. */
  confirm(question: string): Promise<boolean>
  /** The exit code of a command that went well but found something (a missing point, bad input). */
  exitWith(code: number): void
}

export type { Interruption, Progress }

export interface Screen {
  /** Draws lines over those drawn before; control characters in them must have been made visible. */
  draw(render: (style: Style) => Promise<string>): Promise<void>
}

export interface PrintedList<Row> {
  add(row: Row): Promise<void>
  /** Ends the document; without it JSON is cut. */
  end(): Promise<void>
}

/**
 * A clock whose readings strictly rise, so that entries made in one millisecond keep their order. A computer's clock
 * may step back; the order of what one process writes must not.
 */
export function risingClock(read: () => number = Date.now): () => string {
  let last = 0
  return () => {
    last = Math.max(read(), last + 1)
    return new Date(last).toISOString()
  }
}
