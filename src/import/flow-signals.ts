import { readFileSync } from 'node:fs'
import type { FlowProcess } from './flow-process.ts'

/** The signal goes to everything that belongs to the flow, soon followed by TERM; what is left after the grace dies. */
export async function endFlow(flow: FlowProcess, signals: Signals, graceSeconds: number): Promise<void> {
  const began = Date.now()
  const isOver = (): boolean => !flow.isAnyLeft()
  const waited = (): number => (Date.now() - began) / 1000
  flow.send(signals.first!)
  // Commands that a script started in the background ignore INT (POSIX, asynchronous lists).
  const softly = Math.min(1, graceSeconds / 4)
  while (!isOver() && waited() < softly && signals.count < 2) await sleep(0.05)
  if (!isOver() && signals.count < 2) flow.send('SIGTERM')
  while (!isOver() && waited() < graceSeconds && signals.count < 2) await sleep(0.05)
  // A process may fork while it is killed.
  for (let round = 0; round < 20 && !isOver(); round += 1) {
    flow.send('SIGKILL')
    await sleep(0.05)
  }
}

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** The signals by which a user ends the run; a second one is impatience. */
export class Signals {
  first: EndSignal | null = null
  count = 0
  readonly asked: Promise<void>
  readonly #handlers = new Map<EndSignal, () => void>()

  constructor() {
    let tell: () => void = () => undefined
    this.asked = new Promise((fulfil) => {
      tell = fulfil
    })
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // nohup: the user wants it to go on.
      if (name === 'SIGHUP' && isHangUpIgnored()) continue
      const handler = (): void => {
        this.first ??= name
        this.count += 1
        tell()
      }
      this.#handlers.set(name, handler)
      process.on(name, handler)
    }
  }

  close(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler)
  }
}

/** From the mask of ignored signals in /proc/self/status (man 5 proc); the lowest bit is SIGHUP. */
function isHangUpIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n
  } catch {
    return false
  }
}

const sleep = (seconds: number): Promise<void> => new Promise((fulfil) => setTimeout(fulfil, seconds * 1000))

/** Whether one of some things comes to pass within so many seconds. */
export async function comesWithin(seconds: number, ...things: readonly Promise<unknown>[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((fulfil) => {
    timer = setTimeout(fulfil, seconds * 1000, false)
  })
  try {
    return await Promise.race([late, ...things.map((thing) => thing.then(() => true))])
  } finally {
    clearTimeout(timer)
  }
}
