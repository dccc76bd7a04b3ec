import { CommanderError } from 'commander'
import { messageOf, PvtError, usageError } from './errors.ts'
import { ReaderGone, writeError } from './output.ts'
import { renderNdjson, visible } from './render/index.ts'
import { type Environment, isDebugging } from './settings.ts'

/**
 * What a thrown thing means for the exit code; `error` is what to say, null for nothing. `command`: whose help tells how
 * it is called, `pvt stage done`.
 */
export function failureOf(thrown: unknown, command = 'pvt'): { exitCode: number; error: PvtError | null } {
  // What a check found stays found, though nobody reads it to its end.
  if (thrown instanceof ReaderGone) return { exitCode: Number(process.exitCode ?? 0), error: null }
  const error = thrown instanceof CommanderError ? fromCommander(thrown, command) : toPvtError(thrown)
  return { exitCode: error.exitCode, error }
}

function fromCommander(thrown: CommanderError, command: string): PvtError {
  const message = thrown.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/\.$/, '')
  return usageError(message, `see: ${command} --help`)
}

/** Anything that is not one of our kinds is a bug, and says so. */
function toPvtError(thrown: unknown): PvtError {
  if (thrown instanceof PvtError) return thrown
  return new PvtError(
    'internal_error',
    `unexpected: ${messageOf(thrown)}`,
    'this is a bug: run it again with PVT_DEBUG=1 and report what it prints',
    { cause: thrown },
  )
}

/** One line on stderr; with JSON one object; the stack only with PVT_DEBUG=1. */
export function reportFailure(
  error: PvtError,
  { argv, environment }: { argv: readonly string[]; environment: Environment },
): void {
  writeError(wantsJson(argv) ? jsonLineOf(error) : `pvt: ${lineOf(error)}\n`)
  if (isDebugging(environment)) writeError(`${stackOf(error)}\n`)
}

function lineOf({ message, hint }: PvtError): string {
  return visible(hint === undefined ? message : `${message}: ${hint}`)
}

/** On one line, so that it can be told from the warnings before it. */
function jsonLineOf(error: PvtError): string {
  const { code, exitCode, message, hint } = error
  return renderNdjson([{ error: { code, exit_code: exitCode, message, hint: hint ?? null } }])
}

function stackOf(error: PvtError): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : ''
  return `${error.stack ?? error.message}${cause}`
}

/** Asked of the words themselves: the failure may be that they could not be read. The last format counts. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const formats = words.flatMap((word, index) => {
    if (word === '--json') return ['json']
    if (word === '--format') return [words[index + 1]]
    const [, value] = /^(?:--format=|-q*f)(.*)$/.exec(word) ?? []
    return value === '' ? [words[index + 1]] : (value ?? [])
  })
  return ['json', 'ndjson'].includes(formats.at(-1) ?? '')
}
