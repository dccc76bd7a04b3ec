import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { parseStageName, type StageName, stageNames } from '../domain/stage.ts'
import { usageError } from '../errors.ts'
import { type Cell, type Column, visible } from '../render/index.ts'

/** Turns a command's `run` into what Commander calls; cli.ts makes it, tests can make their own. */
export type Act = <Arguments extends unknown[]>(
  run: (context: Context, ...rest: Arguments) => Promise<void>,
) => (...rest: Arguments) => Promise<void>

export interface JobOption {
  job?: string
}

/** What stands for a job, in the help of an argument that may be left out. */
export const jobWays = 'id, prefix, @latest or . (default: $PVT_JOB, else .)'

/** For commands about one job that they do not name as an argument. */
export const jobOption = (): Option => new Option('-j, --job <job>', `the job: ${jobWays}`)

/** For commands that a wrapper script calls: the program makes the change later when the database is away. */
export const bestEffortOption = (): Option =>
  new Option(
    '--best-effort',
    'when the database is away, spool the change for later, exit code 0 (also PVT_BEST_EFFORT=1)',
  )

/** For options that may be given several times. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

const examples = new WeakMap<Command, readonly string[]>()

/** The examples of a command, without the `pvt` at their beginning. */
export const examplesOf = (command: Command): readonly string[] => examples.get(command) ?? []

/** Examples stand at the end of every command's help. */
export function addExamples(command: Command, ...lines: readonly string[]): Command {
  examples.set(command, lines)
  const text = lines.map((line) => `  $ pvt ${line}`).join('\n')
  return command.addHelpText('after', `\nExamples:\n${text}`)
}

/** A whole number of at least `least`, for Commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!(value >= least) || value > 1_000_000_000) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`)
    }
    return value
  }
}

/** A number of seconds, with a fraction or without, for Commander. */
export function seconds(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
    if (!(value >= least) || value > 86_400) {
      throw new InvalidArgumentError(`It must be a number of seconds, from ${least} to 86400.`)
    }
    return value
  }
}

const impatient = new WeakSet<Command>()

/** For commands that must not be held up by the database, whatever it does: `pvt run`, `pvt watch`. */
export function withoutWaiting(command: Command): Command {
  impatient.add(command)
  return command
}

export const isWithoutWaiting = (command: Command): boolean => impatient.has(command)

/** @throws usage error for a text that names no stage. */
export function toStageName(text: string): StageName {
  const stage = parseStageName(text)
  if (stage === null) throw usageError(`there is no stage '${text}'`, `stages: ${stageNames.join(' ')}`)
  return stage
}

/** The beginning of a job's id, as tables and messages show it; nothing says that it is unique. */
export const shortId = (jobId: string): string => jobId.slice(0, 8)

/**
 * The answer of a command that changed something: one line, the job's id first, and the thing itself for scripts
 * that ask for data.
 */
export async function printChange(context: Context, line: string, value: object): Promise<void> {
  const columns = fieldColumns(Object.keys(value))
  await context.print({ value, columns, rows: [value], table: () => `${visible(line)}\n` })
}

/** Columns for printing records as CSV, a column a key: lists and records as JSON text. */
export function fieldColumns<Row extends object>(keys: readonly string[]): Column<Row>[] {
  return keys.map((key) => ({ key, value: (row) => toCell(Reflect.get(row, key)) }))
}

/** Lists and records as JSON text; null for what is absent. */
export function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value)
}

/** `a, b, c and 9 more`: a line that is read, however many there are; empty for none. */
export function firstFew(texts: readonly string[], most = 8): string {
  const more = texts.length > most ? ` and ${texts.length - most} more` : ''
  return texts.slice(0, most).join(', ') + more
}

/** `84 ok, 1 failed of 92`: the simulations of a job in words. */
export function simulationsText(
  job: Pick<Job, 'total_simulations' | 'successful_simulations' | 'failed_simulations'>,
): string {
  const total = job.total_simulations === null ? '' : ` of ${job.total_simulations}`
  const failed = job.failed_simulations === 0 ? '' : `, ${job.failed_simulations} failed`
  return `${job.successful_simulations} ok${failed}${total}`
}

/** `1 point`, `2 points`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
