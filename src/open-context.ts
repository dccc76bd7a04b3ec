import { type Context, risingClock } from './context.ts'
import { watchForInterruption } from './interrupt.ts'
import {
  isTerminal,
  terminalWidth,
  writeError as writeToStderr,
  writeOutput as writeToStdout,
} from './output.ts'
import { noProgress, openProgressBar, type ProgressBar } from './progress.ts'
import { render, renderList, visible } from './render/index.ts'
import type { Settings } from './settings.ts'
import type { Database } from './store/database.ts'
import { openDatabase } from './store/open-database.ts'

/** The context of a command, with the real world behind it. Close it when the command is over. */
export function openContext(settings: Settings): Context & { close(): Promise<void> } {
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
  const warn = (message: string): void => {
    say(`warning: ${message}`)
  }
  const open = (): Promise<Database> => {
    if (settings.passwordInArguments)
      warn('every user of this host can see the password in --db (ps): use PGPASSFILE, PGPASSWORD or PVT_DB')
    return openDatabase(settings.database, { notice: warn })
  }
  return {
    settings,
    database: () => (opened ??= open()),
    closeDatabase,
    now: risingClock(),
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
    printList: (columns, toText) => {
      const list = renderList(settings.format, columns, toText)
      return {
        add: async (row) => {
          writeOutput(await list.add(row))
        },
        end: async () => {
          writeOutput(await list.end())
        },
      }
    },
    printText: writeOutput,
    warn,
    report: (message) => {
      writeError(`pvt: ${visible(message)}\n`)
    },
    inform: say,
    progress: (total, label) => {
      if (settings.quiet || settings.dumbTerminal || !isTerminal(2)) return noProgress
      bar?.end()
      bar = openProgressBar(label, total, {
        write: writeToStderr,
        width: () => process.stderr.columns || 80,
        now: Date.now,
      })
      return bar
    },
    watchForInterruption,
    clearScreen: () => {
      if (settings.format === 'table' && isTerminal(1)) writeOutput('\x1b[H\x1b[2J')
    },
    answersToTerminal: () => isTerminal(1),
    canAsk: isTerminal(0) && isTerminal(2),
    confirm: askOnTerminal,
    exitWith: (code) => {
      process.exitCode = code
    },
    close: closeDatabase,
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
