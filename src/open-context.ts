import { submitChange } from './best-effort.ts'
import { type Context, risingClock } from './context.ts'
import { watchForInterruption } from './interrupt.ts'
import {
  isTerminal,
  ReaderGone,
  terminalWidth,
  writeError as writeToStderr,
  writeOutput as writeToStdout,
} from './output.ts'
import { notify, type Notification } from './notify.ts'
import { noProgress, openProgressBar, type ProgressBar } from './progress.ts'
import { render, renderList, visible } from './render/index.ts'
import { openScreen } from './screen.ts'
import type { Settings } from './settings.ts'
import type { Change, Delivery } from './domain/change.ts'
import { deliverSpool, deliveryLines, makeOnce } from './import/deliver.ts'
import { hasSpool } from './import/spool.ts'
import type { Database, OpenOptions } from './store/database.ts'
import { openDatabase } from './store/open-database.ts'

/** What the program gives a context besides its settings. */
export interface Surroundings {
  open: OpenOptions
  /** Runs words as a command in another context: to deliver what was spooled. */
  run: (words: readonly string[], context: Context) => Promise<void>
  onWaitable: (instead: { words: string[]; answer: string } | undefined) => void
}

/** At most so many spooled changes are delivered by a command that wants something else: 0.2 s. */
const deliveredAside = 200

/** Writes until the reader has gone, and from then on nothing. */
function whileHeard(write: (text: string) => void): (text: string) => void {
  let isHeard = true
  return (text) => {
    if (!isHeard) return
    try {
      write(text)
    } catch (error) {
      if (!(error instanceof ReaderGone)) throw error
      isHeard = false
    }
  }
}

/** The context of a command, with the real world behind it. Close it when the command is over. */
export function openContext(
  settings: Settings,
  { open, run, onWaitable }: Surroundings,
): Context & { close(): Promise<void> } {
  let opened: Promise<Database> | null = null
  let bar: ProgressBar | null = null
  const writeOutput = (text: string): void => {
    bar?.clear()
    writeToStdout(text)
  }
  const writeError = (text: string): void => {
    bar?.clear()
    writeToStderr(text)
  }
  const say = (text: string): void => {
    if (!settings.quiet) writeError(`pvt: ${visible(text)}\n`)
  }
  const closeDatabase = async (): Promise<void> => {
    // A database that could not be opened was reported by whoever asked for it.
    const database = await opened?.catch(() => null)
    opened = null
    await database?.close()
  }
  /** By change: what to tell of the jobs that it has ended, once it is committed. */
  const ended = new Map<string, Notification[]>()
  const placeOf = (change: Change, database: Database): Context => {
    ended.set(change.change_id, [])
    return contextOfChange(context, change, database, ended)
  }
  const deliverTo = (database: Database, limit: number): Promise<Delivery> =>
    deliverSpool(database, {
      spool: settings.spool,
      now: clock(),
      limit,
      make: (change) => run(change.words, placeOf(change, database)),
      made: async ({ change_id }) => {
        for (const one of ended.get(change_id) ?? []) await context.notify(one, { wait: false })
      },
    })
  const warn = (message: string): void => {
    say(`warning: ${message}`)
  }
  /** Who waits opens the database again and again; what there is to know of it is said once. */
  const told = new Set<string>()
  const notice = (message: string): void => {
    if (!told.has(message)) warn(message)
    told.add(message)
  }
  const openAndDeliver = async (): Promise<Database> => {
    if (settings.passwordInArguments)
      notice(
        'every user of this host can see the password in --db (ps): use PGPASSFILE, PGPASSWORD or PVT_DB',
      )
    const database = await openDatabase(settings.database, { ...open, notice })
    if (database.readOnly || !hasSpool(settings.spool)) return database
    try {
      delivery = await deliverTo(database, deliveredAtMost)
      if (deliveredAtMost !== Infinity) for (const line of deliveryLines(delivery)) say(line)
      return database
    } catch (error) {
      await database.close()
      throw error
    }
  }
  const clock = risingClock()
  let deliveredAtMost = deliveredAside
  let delivery: Delivery = { delivered: [], parked: [], waiting: 0 }
  const context: Context & { close(): Promise<void> } = {
    settings,
    database: () => (opened ??= openAndDeliver()),
    canWait: onWaitable,
    delivering: null,
    deliver: async () => {
      deliveredAtMost = Infinity
      await context.database()
      return delivery
    },
    submit: (submission) =>
      submitChange(context, submission, async (database, change) => {
        await makeOnce(database, change, {
          now: clock(),
          make: () => submission.make(placeOf(change, database)),
        })
        for (const one of ended.get(change.change_id) ?? []) await context.notify(one)
        ended.delete(change.change_id)
      }),
    closeDatabase,
    now: clock,
    print: async (document) => {
      writeOutput(
        await render(settings.format, document, {
          colour: settings.colour,
          unicode: settings.unicode,
          width: terminalWidth,
          csv: { guard: settings.safeCsv },
        }),
      )
    },
    printList: (columns, toText, { outlivesReader } = { outlivesReader: false }) => {
      const list = renderList(settings.format, columns, toText)
      const write = outlivesReader ? whileHeard(writeOutput) : writeOutput
      return {
        add: async (row) => {
          write(await list.add(row))
        },
        end: async () => {
          write(await list.end())
        },
      }
    },
    printText: writeOutput,
    warn,
    report: (message) => {
      writeError(`pvt: ${visible(message)}\n`)
    },
    inform: say,
    showsProgress: !settings.quiet && !settings.dumbTerminal && isTerminal(2),
    progress: (total, label) => {
      if (!context.showsProgress) return noProgress
      bar?.end()
      bar = openProgressBar(label, total, {
        write: writeToStderr,
        width: () => process.stderr.columns || 80,
        now: Date.now,
      })
      return bar
    },
    watchForInterruption,
    openScreen: () => {
      if (settings.format !== 'table' || settings.dumbTerminal || !isTerminal(1)) return null
      const screen = openScreen({
        write: writeOutput,
        columns: () => process.stdout.columns || 80,
        rows: () => process.stdout.rows || 24,
      })
      process.stdout.on('resize', screen.redraw)
      // Back from Ctrl-Z: the shell has written below.
      process.on('SIGCONT', screen.leave)
      return {
        draw: async (toText) => {
          screen.draw(
            await toText({ colour: settings.colour, unicode: settings.unicode, width: terminalWidth }),
          )
        },
      }
    },
    notify: async (notification, how = { wait: true }) => {
      const failure = await notify(notification, how)
      if (failure !== null)
        context.report(`the command for the end of job ${notification.job_id} failed: ${failure}`)
    },
    answersToTerminal: () => isTerminal(1),
    canAsk: isTerminal(0) && isTerminal(2),
    confirm: askOnTerminal,
    exitWith: (code) => {
      process.exitCode = code
    },
    close: closeDatabase,
  }
  return context
}

/** A context in which a change is made as it was meant: at its time, in its folder, by its user; it answers nothing. */
function contextOfChange(
  context: Context,
  change: Change,
  database: Database,
  ended: ReadonlyMap<string, Notification[]>,
): Context {
  const { user, cwd, job } = change
  const silent = (): void => undefined
  return {
    ...context,
    settings: { ...context.settings, user, cwd, job },
    database: () => Promise.resolve(database),
    closeDatabase: () => Promise.resolve(),
    now: risingClock(() => Date.parse(change.at)),
    delivering: change,
    print: () => Promise.resolve(),
    canWait: silent,
    printText: silent,
    openScreen: () => null,
    notify: async (notification) => void ended.get(change.change_id)?.push(notification),
    inform: silent,
    canAsk: false,
    exitWith: silent,
  }
}

async function askOnTerminal(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const reply = await terminal.question(`${visible(question)} [y/N] `)
    return /^y(es)?$/i.test(reply.trim())
  } finally {
    terminal.close()
  }
}
