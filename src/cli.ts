import { type Command, CommanderError } from 'commander'
import { completionAnswer, completionWord } from './commands/completion-candidates.ts'
import { refuseEmptyPaths } from './commands/empty-paths.ts'
import { defineProgram, missingCommand, namedCommand } from './commands/program.ts'
import { impatience, runBestEffort, type Waitable } from './best-effort.ts'
import type { NotifyOption } from './commands/notify-option.ts'
import { type Act, isWithoutWaiting } from './commands/shared.ts'
import type { Context } from './context.ts'
import { openContext } from './open-context.ts'
import { failureOf, reportFailure } from './failure.ts'
import { usageError } from './errors.ts'
import { type GlobalOptions, isDebugging, type Settings, toSettings } from './settings.ts'
import { isTerminal, writeOutput } from './output.ts'

/**
 * The program: reads the global options, runs one command, and turns what is thrown into an exit code; the only place
 * that does.
 */
async function main(argv: readonly string[]): Promise<void> {
  // pg and Node warn their developers; on a user's stderr that is noise, and no JSON.
  if (!isDebugging(process.env)) process.removeAllListeners('warning')
  const act: Act =
    (run) =>
    (...rest) =>
      runInContext(program, rest, run)
  const program = await defineProgram(argv, act, writeOutput)
  if (argv[0] === completionWord) return complete(program, argv.slice(1))
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    const isMissing = error instanceof CommanderError && error.code === 'commander.help'
    const failure = failureOf(isMissing ? missingCommand(program, argv) : error, namedCommand(program, argv))
    process.exitCode = failure.exitCode
    if (failure.error !== null) reportFailure(failure.error, { argv, environment: process.env })
  }
}

/** Answers a shell's completion; ends at once, whatever still waits for a server, and always well. */
async function complete(program: Command, question: readonly string[]): Promise<void> {
  try {
    writeOutput(await completionAnswer(program, question, { environment: process.env, cwd: currentFolder() }))
  } catch {
    // There is nobody to tell: the user is typing.
  }
  process.exit(0)
}

/** Commander calls with the arguments, the options and the command; what it gets is the command's `run`. */
async function runInContext<Arguments extends unknown[]>(
  program: Command,
  rest: Arguments,
  run: (context: Context, ...rest: Arguments) => Promise<void>,
): Promise<void> {
  const command = rest.at(-1) as Command
  refuseEmptyPaths(command)
  const settings = toSettings(program.opts<GlobalOptions>(), process.env, currentFolder(), () =>
    isTerminal(1),
  )
  if (settings.rerun && command.name() !== 'missing') {
    throw usageError('--format rerun: only results missing knows it', 'formats: table json ndjson csv')
  }
  const bestEffort = wantsBestEffort(command, settings)
  let waitable: Waitable | null = null
  const context = openContext(settings, {
    open: bestEffort || isWithoutWaiting(command) ? impatience : {},
    run: runWords,
    onWaitable: (instead) => {
      waitable = instead ?? { words: wordsToSpool(program.args, command, settings), answer: null }
    },
  })
  try {
    if (!bestEffort) await run(context, ...rest)
    else await runBestEffort(context, { run: (held) => run(held, ...rest), waitable: () => waitable })
  } finally {
    if (bestEffort || isWithoutWaiting(command)) leaveSoon(context)
    else await context.close()
  }
}

const wantsBestEffort = (command: Command, { bestEffort }: Settings): boolean =>
  command.options.some(({ long }) => long === '--best-effort') &&
  (bestEffort || command.opts<{ bestEffort?: boolean }>().bestEffort === true)

/** Whoever delivers the change later has another environment. */
function wordsToSpool(words: readonly string[], command: Command, { notify }: Settings): string[] {
  const takesCommand = command.options.some(({ long }) => long === notifyFlag)
  if (!takesCommand || notify === null || command.opts<NotifyOption>().notifyCmd !== undefined)
    return [...words]
  const [group, name, ...rest] = words
  return [group!, name!, notifyFlag, notify, ...rest]
}

const notifyFlag = '--notify-cmd'

/** A server that says nothing would keep its connection, and with it the process, open. */
function leaveSoon(context: { close(): Promise<void> }): void {
  setTimeout(() => process.exit(), 100).unref()
  void context.close()
}

/** Runs the words of a spooled change, in a context of its own. */
async function runWords(words: readonly string[], context: Context): Promise<void> {
  const act: Act =
    (run) =>
    (...rest) =>
      run(context, ...rest)
  const program = await defineProgram(words, act, writeOutput)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    throw failureOf(error).error ?? error
  }
}

/** A shell may stand in a folder that the flow has removed; most commands need none. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}

void main(process.argv.slice(2))
