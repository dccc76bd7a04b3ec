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

/** So much of a core may be spent on following a flow. */
const shareOfCore = 0.01

/** Nobody waits longer, in seconds: a run gives a sign of life every minute. */
const longestWait = 60

/** What a process has cost so far: processor time and the time that went by, both in seconds. */
export type Meter = () => { cpu: number; elapsed: number }

const meterOfProcess: Meter = () => {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1e6, elapsed: performance.now() / 1000 }
}

/** How long to wait between two looks. */
export class LookPace {
  readonly seconds: number
  readonly #isGiven: boolean
  readonly #meter: Meter
  readonly #begin: ReturnType<Meter>

  /** From now on its cost counts: what came before, the start of the program, is no watching. */
  constructor(interval: number | undefined, meter: Meter = meterOfProcess) {
    this.seconds = interval ?? 5
    this.#isGiven = interval !== undefined
    this.#meter = meter
    this.#begin = meter()
  }

  /**
   * Looks, and says how many seconds to wait then, unless the user has decided: until all that was spent since the
   * beginning, looks and whatever else, and one more such look are a hundredth of the time.
   */
  async after(look: () => Promise<void>): Promise<number> {
    const before = this.#meter()
    await look()
    if (this.#isGiven) return this.seconds
    const now = this.#meter()
    const spent = now.cpu - this.#begin.cpu + (now.cpu - before.cpu)
    const owed = spent / shareOfCore - (now.elapsed - this.#begin.elapsed)
    return Math.min(Math.max(this.seconds, owed), longestWait)
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
