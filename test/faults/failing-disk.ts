import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileLibrary, noPreloading } from '../support/preloaded.ts'

/** What failing-disk.c does at the chosen call. */
export type Fault = 'kill' | 'power' | 'full' | 'broken' | 'glitch'

export interface FailingDisk {
  /** The environment of a process whose files below `folder` fail at the `at`-th call that changes one. */
  failing: (folder: string, fault: Fault, at: number, seed?: number) => Record<string, string>
  /** How many such calls a process makes: `run` is given its environment, and waits for its end. */
  countCalls: (folder: string, run: (env: Record<string, string>) => Promise<unknown>) => Promise<number>
  remove: () => void
}

/** Why there is no failing disk here, or null: a test that is skipped has to say so. */
export const noFailingDisk = noPreloading

/** Compiles failing-disk.c. */
export function makeFailingDisk(): FailingDisk {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-disk-'))
  const library = compileLibrary(join(import.meta.dirname, 'failing-disk.c'), folder)
  let count = 0
  return {
    failing: (match, fault, at, seed = 1) => ({
      LD_PRELOAD: library,
      DISK_MATCH: match,
      DISK_FAULT: fault,
      DISK_AT: String(at),
      DISK_SEED: String(seed),
    }),
    countCalls: async (match, run) => {
      const report = join(folder, `count-${(count += 1)}`)
      await run({ LD_PRELOAD: library, DISK_MATCH: match, DISK_COUNT: report })
      return Number(readFileSync(report, 'utf8'))
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Does `work` for every item, as many at a time as there are processors; the first failure ends it. */
export async function forEach<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: Math.max(2, cpus().length) }, worker))
}

/** The seed of this run: that of PVT_TEST_SEED, to see a failure again, else a new one. Printed by whoever uses it. */
export const seedOfRun = Number(process.env.PVT_TEST_SEED ?? Math.floor(Math.random() * 1e9))
