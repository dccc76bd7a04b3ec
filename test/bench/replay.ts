import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment } from './machine.ts'
import type { Statement } from './record.ts'

/** `bare`: the statements alone; `whole`: JSON columns and rows to and from Python's own values as well. */
export type Manner = 'bare' | 'whole'

/** A Python process with a database open. */
export interface Replayer {
  /** Runs the statements and gives the milliseconds that they took there. */
  run: (statements: readonly Statement[]) => Promise<number>
  close: () => void
}

export function startReplayer(python: string, database: string, manner: Manner): Replayer {
  const child = spawn(python, [join(import.meta.dirname, 'replay.py'), database, manner], {
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    run: async (statements) => {
      child.stdin.write(`${JSON.stringify(statements)}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error('replay.py has ended; its message stands above')
      return Number(line.value)
    },
    close: () => {
      child.stdin.end()
    },
  }
}
