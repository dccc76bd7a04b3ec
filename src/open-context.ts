import { type Context, risingClock } from './context.ts'
import { isTerminal, terminalWidth, writeError, writeOutput } from './output.ts'
import { render, visible } from './render/index.ts'
import type { Settings } from './settings.ts'
import type { Database } from './store/database.ts'
import { openDatabase } from './store/open-database.ts'

/** The context of a command, with the real world behind it. Close it when the command is over. */
export function openContext(settings: Settings): Context & { close(): Promise<void> } {
  let opened: Promise<Database> | null = null
  const say = (text: string): void => {
    if (!settings.quiet) writeError(`pvt: ${visible(text)}\n`)
  }
  const closeDatabase = async (): Promise<void> => {
    // A database that could not be opened was reported by whoever asked for it.
    const database = await opened?.catch(() => null)
    opened = null
    await database?.close()
  }
  return {
    settings,
    database: () => (opened ??= openDatabase(settings.database)),
    closeDatabase,
    now: risingClock(),
    print: async (document) => {
      const { colour, unicode } = settings
      writeOutput(await render(settings.format, document, { colour, unicode, width: terminalWidth }))
    },
    printText: writeOutput,
    warn: (message) => {
      say(`warning: ${message}`)
    },
    report: (message) => {
      writeError(`pvt: ${visible(message)}\n`)
    },
    inform: say,
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
