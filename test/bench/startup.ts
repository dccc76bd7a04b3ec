import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Contestant, interleave, ratio, type Series, spread, type Spread } from './interleave.ts'
import { childEnvironment, type Tools } from './machine.ts'
import type { Workshop } from './workshop.ts'

/** A command as a whole process: from its start to its end, milliseconds. */
export interface StartupFigure extends Spread {
  name: string
  /** To `node -e 0` in the same round. */
  toNode: number
  limit: number | null
  /** To the script in Python, and to the sqlite3 shell, doing the same; null where there is none. */
  toPython: number | null
  toShell: number | null
}

export interface StartupReport {
  rounds: number
  figures: StartupFigure[]
}

interface Command {
  name: string
  program: string
  parameters: (round: number) => string[]
  /** Set besides childEnvironment(). */
  environment?: NodeJS.ProcessEnv
  limit?: number
  python?: string
  shell?: string
}

const warmUp = 3

export async function measureStartup(shop: Workshop, tools: Tools, rounds: number): Promise<StartupReport> {
  const commands = commandsOf(shop, tools)
  const series = await interleave(commands.map(contestant), rounds, warmUp)
  return { rounds, figures: commands.map((command) => figure(command, series)) }
}

function commandsOf({ program, copyDatabase, jobs }: Workshop, { python, shell }: Tools): Command[] {
  const ours = copyDatabase('startup.db')
  const pvt = (...parameters: string[]): string[] => [program, '--db', ours, ...parameters]
  const job = (round: number): string => jobs.running[round]!
  const node = process.execPath
  return [
    { name: 'node -e 0', program: node, parameters: () => ['-e', '0'] },
    { name: 'pvt --version', program: node, parameters: () => [program, '--version'], limit: 1.4 },
    {
      name: 'pvt stage done',
      program: node,
      parameters: (round) => pvt('stage', 'done', 'run', '-j', job(round)),
      limit: 1.8,
      python: 'python stage done',
    },
    {
      name: 'pvt history',
      program: node,
      parameters: () => pvt('history'),
      limit: 1.8,
      python: 'python history',
      shell: 'sqlite3 history',
    },
    {
      name: 'pvt history --json',
      program: node,
      parameters: () => pvt('history', '--json'),
      limit: 1.8,
      shell: 'sqlite3 -json history',
    },
    {
      // As on a terminal.
      name: 'pvt history in colour',
      program: node,
      parameters: () => pvt('history'),
      environment: { NO_COLOR: '', FORCE_COLOR: '1' },
    },
    {
      // As a shell's script asks at every press of the tab key.
      name: 'pvt completion of a job',
      program: node,
      parameters: () => [program, '__complete', 'bash', `pvt --db ${ours} job status `, ''],
      limit: 1.8,
    },
    { name: 'pvt history -f csv', program: node, parameters: () => pvt('history', '-f', 'csv') },
    ...(python === null ? [] : pythonCommands(python, copyDatabase('startup-python.db'), job)),
    ...(shell === null ? [] : shellCommands(shell, copyDatabase('startup-shell.db'))),
  ]
}

function pythonCommands(python: string, database: string, job: (round: number) => string): Command[] {
  const script = [join(import.meta.dirname, 'tracker.py'), '--db', database]
  return [
    { name: 'python -c pass', program: python, parameters: () => ['-c', 'pass'] },
    {
      name: 'python stage done',
      program: python,
      parameters: (round) => [...script, 'stage', 'done', 'run', '--job', job(round)],
    },
    { name: 'python history', program: python, parameters: () => [...script, 'history'] },
  ]
}

function shellCommands(shell: string, database: string): Command[] {
  const query = 'select * from jobs order by created_at desc, job_id desc limit 100'
  return [
    { name: 'sqlite3 history', program: shell, parameters: () => ['-readonly', database, query] },
    {
      name: 'sqlite3 -json history',
      program: shell,
      parameters: () => ['-readonly', '-json', database, query],
    },
  ]
}

function contestant({ name, program, parameters, environment }: Command): Contestant {
  const env = { ...childEnvironment(), ...environment }
  return {
    name,
    run: async (round) => {
      const values = parameters(round)
      const start = performance.now()
      const { status, stderr } = spawnSync(program, values, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const time = performance.now() - start
      if (status !== 0) throw new Error(`${name} ended with ${status ?? 'a signal'}: ${String(stderr)}`)
      return time
    },
  }
}

function figure({ name, limit, python, shell }: Command, series: readonly Series[]): StartupFigure {
  const find = (other: string | undefined): Series | undefined => series.find((one) => one.name === other)
  const own = find(name)!
  const to = (other: string | undefined): number | null => {
    const found = find(other)
    return found === undefined ? null : ratio(own, found)
  }
  return {
    name,
    ...spread(own.times),
    toNode: ratio(own, series[0]!),
    limit: limit ?? null,
    toPython: to(python),
    toShell: to(shell),
  }
}
