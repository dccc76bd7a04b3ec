import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { type Contestant, interleave, ratio, spread } from './interleave.ts'
import { childEnvironment } from './machine.ts'
import { fillAtScale } from './scale-jobs.ts'
import type { Filled, ScaleFigure, ScalePlan } from './scale-measure.ts'

/** A command with a large answer, asked once. */
export interface MemoryFigure {
  name: string
  seconds: number
  /** The most memory that it held at a time. */
  peakBytes: number
  answerBytes: number
}

export const program = resolve(import.meta.dirname, '..', '..', 'bin', 'pvt.cjs')

interface Command {
  name: string
  parameters: (database: Filled) => string[]
  timesSmall?: number
  milliseconds?: number
}

const commands: readonly Command[] = [
  { name: 'pvt history', parameters: () => ['history'], timesSmall: 2 },
  {
    name: 'pvt history --before',
    parameters: ({ sample }) => ['history', '--limit', '20', '--before', sample.job.job_id],
    timesSmall: 2,
  },
  {
    name: 'pvt history --domain',
    parameters: ({ sample }) => ['history', '--limit', '5', '--domain', sample.job.domain_path],
    timesSmall: 2,
  },
  { name: 'pvt job status', parameters: ({ sample }) => ['job', 'status', sample.job.job_id], timesSmall: 2 },
  {
    name: 'pvt results show',
    parameters: ({ sample }) => ['results', 'show', '-j', sample.job.job_id],
    timesSmall: 2,
  },
  {
    name: 'pvt results summary',
    parameters: ({ sample }) => ['results', 'summary', '-j', sample.job.job_id],
    timesSmall: 2,
  },
  {
    name: 'pvt stage start',
    parameters: ({ sample }) => ['stage', 'start', 'ext', '-j', sample.running[0]!],
    timesSmall: 2,
  },
  { name: 'pvt stats', parameters: () => ['stats'], milliseconds: 1000 },
]

export async function measureCommands(small: Filled, large: Filled, rounds: number): Promise<ScaleFigure[]> {
  const figures: ScaleFigure[] = []
  for (const command of commands) {
    const contestants = [small, large].map((database): Contestant => ({
      name: command.name,
      run: async () => runOnce(database, command.parameters(database)),
    }))
    const [few, many] = await interleave(contestants, rounds, 2)
    figures.push({
      name: command.name,
      small: spread(few!.times),
      large: spread(many!.times),
      ratio: ratio(many!, few!),
      timesSmall: command.timesSmall ?? null,
      milliseconds: command.milliseconds ?? null,
    })
  }
  return figures
}

function runOnce({ name }: Filled, parameters: readonly string[]): number {
  const start = performance.now()
  const all = [program, '--db', name, ...parameters]
  const { status, stderr } = spawnSync(process.execPath, all, {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1e9,
  })
  const time = performance.now() - start
  if (status !== 0) throw new Error(`${parameters.join(' ')} ended with ${String(status)}: ${String(stderr)}`)
  return time
}

/** Adds a job of very many rows, and asks for answers that are as large as they can be. */
export async function measureMemory(
  database: Filled,
  folder: string,
  { rowsOfLargeJob }: ScalePlan,
): Promise<MemoryFigure[]> {
  const configuration = loadConfiguration(null, [])
  const db = await openDatabase(database.location)
  // The newest job runs, and here there is no other.
  const { running } = await fillAtScale(db, {
    jobs: 1,
    rows: rowsOfLargeJob,
    configuration,
    seed: 7,
  }).finally(() => db.close())
  const exporting = ['results', 'export', '-j', running[0]!]
  return [
    measureOne('pvt stats', database, ['stats'], folder),
    ...(['json', 'ndjson', 'csv'] as const).map((format) =>
      measureOne(
        `pvt history --limit ${database.jobs} -f ${format}`,
        database,
        ['history', '--limit', String(database.jobs), '-f', format],
        folder,
      ),
    ),
    ...(['csv', 'json'] as const).map((format) =>
      measureOne(
        `pvt results export -f ${format}, ${rowsOfLargeJob} rows`,
        database,
        [...exporting, '-f', format],
        folder,
      ),
    ),
  ]
}

/**
 * Says at its end how much memory the process held; loaded before the program. Linux counts what `maxRSS` of a child
 * tells from before its program was loaded: all that this process holds.
 */
const peakTeller = `
process.on('exit', () => {
  const { existsSync, readFileSync, writeFileSync } = require('fs')
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const peak = /^VmHWM:\\s*(\\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS
  writeFileSync(process.env.PVT_BENCH_PEAK, String(peak))
})`

function measureOne(
  name: string,
  database: Filled,
  parameters: readonly string[],
  folder: string,
): MemoryFigure {
  const [teller, peak, answer] = ['peak.cjs', 'peak.txt', 'answer.txt'].map((file) => join(folder, file))
  writeFileSync(teller!, peakTeller)
  const output = openSync(answer!, 'w')
  const start = performance.now()
  const all = ['--require', teller!, program, '--db', database.name, ...parameters]
  const { status, stderr } = spawnSync(process.execPath, all, {
    env: { ...childEnvironment(), PVT_BENCH_PEAK: peak! },
    stdio: ['ignore', output, 'pipe'],
  })
  const seconds = (performance.now() - start) / 1000
  closeSync(output)
  if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${String(stderr)}`)
  const answerBytes = statSync(answer!).size
  rmSync(answer!)
  return { name, seconds, peakBytes: Number(readFileSync(peak!, 'utf8')) * 1024, answerBytes }
}
