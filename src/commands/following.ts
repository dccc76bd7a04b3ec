import { setFlagsFromString } from 'node:v8'
import { Option } from 'commander'
import { messageOf } from '../errors.ts'
import type { FlowFollower } from '../import/follow-flow.ts'
import type { FlowRecorder } from './flow-recorder.ts'
import { seconds } from './shared.ts'

export const intervalOption = (): Option =>
  new Option(
    '--interval <seconds>',
    "how often the flow's files are looked at (default: 5, and rarer where that would take 1 % of a core)",
  ).argParser(seconds(0.1))

/**
 * Who watches for hours beside a simulation must stay small. V8 lets the space of young objects grow to 16 MiB a half,
 * and optimises what a look runs 488 times, which takes more memory than it saves time (measured on a tree of 488
 * points: 55 MB instead of 74, in the same time).
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--no-opt')
}

/** The import at the end is work as any other. */
export function workAtFullSpeed(): void {
  setFlagsFromString('--opt')
}

/** How long to wait between two looks. */
export class LookPace {
  readonly seconds: number
  readonly #isGiven: boolean

  constructor(interval: number | undefined) {
    this.seconds = interval ?? 5
    this.#isGiven = interval !== undefined
  }

  /** Looks, and says how many seconds to wait then: a hundred times what it cost, unless the user has decided. */
  async after(look: () => Promise<void>): Promise<number> {
    const before = process.cpuUsage()
    await look()
    const { user, system } = process.cpuUsage(before)
    return this.#isGiven ? this.seconds : Math.max(this.seconds, ((user + system) / 1e6) * 100)
  }
}

/** Whatever goes wrong with looking, the flow goes on. */
export async function lookAndRecord(follower: FlowFollower, recorder: FlowRecorder): Promise<void> {
  try {
    const record = follower.look()
    if (record !== null) await recorder.write(record)
  } catch (error) {
    recorder.tell(`the flow could not be looked at: ${messageOf(error)}`)
  }
}
