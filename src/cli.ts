import { Command, CommanderError } from 'commander'
import { completionAnswer, completionWord } from './commands/completion-candidates.ts'
import { readLine, shells } from './commands/completion-line.ts'
import { commands, defineCommand, type Group, nameCommand, type Single } from './commands/index.ts'
import { impatience, runBestEffort, type Waitable } from './best-effort.ts'
import type { NotifyOption } from './commands/notify-option.ts'
import { type Act, addExamples, examplesOf, isWithoutWaiting } from './commands/shared.ts'
import type { Context } from './context.ts'
import { openContext } from './open-context.ts'
import { failureOf, reportFailure } from './failure.ts'
import { exitMeanings, type PvtError, usageError } from './errors.ts'
import { type GlobalOptions, isDebugging, type Settings, toSettings } from './settings.ts'
import { isTerminal, writeOutput } from './output.ts'
import { programVersion } from './version.ts'

/**
 * The program: reads the global options, runs one command, and turns what is thrown into an exit code; the only place
 * that does.
 */
async function main(argv: readonly string[]): Promise<void> {
  // pg and Node warn their developers; on a user's stderr that is noise, and no JSON.
  if (!isDebugging(process.env)) process.removeAllListeners('warning')
  const program = await defineProgram(argv, (run, rest) => runInContext(program, rest, run))
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

/** Runs a command with its arguments: what Commander gives, the command itself last. */
type Runner = <Arguments extends unknown[]>(
  run: (context: Context, ...rest: Arguments) => Promise<void>,
  rest: Arguments,
) => Promise<void>

/** Answers a shell's completion; ends at once, whatever still waits for a server, and always well. */
async function complete(program: Command, question: readonly string[]): Promise<void> {
  try {
    writeOutput(await completionAnswer(program, question, { environment: process.env, cwd: currentFolder() }))
  } catch {
    // There is nobody to tell: the user is typing.
  }
  process.exit(0)
}

async function defineProgram(argv: readonly string[], runner: Runner): Promise<Command> {
  const program = new Command('pvt')
    .description('The flight recorder for PVT (process, voltage, temperature) simulation runs.')
    .version(programVersion, '-V, --version')
    .option(
      '--db <path or URL>',
      'the database: a file, or postgres://… (default: $PVT_DB, else ~/.local/share/pvt/pvt.db)',
    )
    .option('-f, --format <format>', 'table, json, ndjson or csv (default: table)')
    .option('--json', 'the same as -f json')
    .option('--safe-csv', "in CSV, put a ' before text that a spreadsheet would run as a formula")
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .addHelpText('after', `\nExit codes:\n${exitCodeLines().join('\n')}`)
  addExamples(
    program,
    'job create -c config.cfg',
    'results import 00bkp_202506161234 --new',
    'history --since 7d',
  )
  const act: Act =
    (run) =>
    (...rest) =>
      runner(run, rest)
  const call = readCall(argv)
  for (const entry of wanted(commands, call, 0)) {
    if ('define' in entry) await defineCommand(program, entry, act)
    else await defineGroup(program, entry, call, act)
  }
  if (program.commands.length === 0) for (const entry of commands) nameCommand(program, entry)
  configure(program)
  return program
}

/** `pvt stage done`, as far as the words name a command. */
function namedCommand(program: Command, argv: readonly string[]): string {
  const names = ['pvt']
  let command = program
  for (const operand of operandsOf(argv)) {
    const next = command.commands.find((one) => one.name() === operand)
    if (next === undefined) break
    names.push(operand)
    command = next
  }
  return names.join(' ')
}

/** `pvt job` alone is answered with the commands that there are. */
function missingCommand(program: Command, argv: readonly string[]): PvtError {
  const group = program.commands.find((command) => argv.includes(command.name())) ?? program
  const path = group === program ? 'pvt' : `pvt ${group.name()}`
  const names = group.commands.map((command) => command.name())
  return usageError(`a command is missing after '${path}'`, `one of ${names.join(', ')}; see ${path} --help`)
}

async function defineGroup(program: Command, entry: Group, call: Call, act: Act): Promise<void> {
  const group = program
    .command(entry.name)
    .summary(entry.summary)
    .description(groupDescription(entry.summary))
  for (const command of wanted(entry.commands, call, 1)) await defineCommand(group, command, act)
  if (group.commands.length === 0) for (const command of entry.commands) nameCommand(group, command)
  // A group shows how its first two commands are used.
  addExamples(group, ...group.commands.slice(0, 2).flatMap((command) => examplesOf(command).slice(0, 1)))
}

/** What tells which commands must be defined: all of them take milliseconds of every start. */
interface Call {
  /** The words that are no options, nor values of global ones; those of the command come first. */
  operands: readonly string[]
  /** Where they name no command, the names of all are enough: the next one is being completed. */
  onlyNames: boolean
}

/**
 * The command that a call names, of the program's or of a group's. When none is named, all: for the help, and to say
 * what is similar to an unknown one; and for commands that say something of all the others.
 */
function wanted<Entry extends Single | Group>(
  entries: readonly Entry[],
  { operands, onlyNames }: Call,
  depth: 0 | 1,
): readonly Entry[] {
  if (operands[0] === 'help' || operands[0] === 'completion') return entries
  const named = entries.filter(({ name }) => name === operands[depth])
  if (named.length > 0) return named
  return onlyNames && !entries.some((entry) => 'isDefault' in entry) ? [] : entries
}

function readCall(argv: readonly string[]): Call {
  if (argv[0] !== completionWord) return { operands: operandsOf(argv), onlyNames: false }
  const [, shell, line = ''] = argv
  const { words } = readLine(shells.find((name) => name === shell) ?? 'bash', line, process.env)
  return { operands: operandsOf(words), onlyNames: true }
}

function operandsOf(words: readonly string[]): string[] {
  return words.filter((word, index) => !word.startsWith('-') && !takesValue.test(words[index - 1] ?? ''))
}

/** A global option whose value is the next word. */
const takesValue = /^(--db|--format|-[a-zA-Z]*f)$/

const groupDescription = (summary: string): string => `${summary[0]!.toUpperCase()}${summary.slice(1)}.`

/** As many to a line as fit; a signal's code is the shell's, not ours. */
function exitCodeLines(): string[] {
  const lines: string[] = []
  for (const [code, meaning] of Object.entries(exitMeanings)) {
    if (Number(code) > 128) continue
    const text = `  ${code} ${meaning}`
    const last = lines.at(-1)
    if (last === undefined || last.length + text.length > 90) lines.push(text)
    else lines[lines.length - 1] = `${last} ${text}`
  }
  return lines
}

/** Every command throws instead of exiting, says what is wrong in our one line, and writes through our output. */
function configure(command: Command): void {
  command.exitOverride()
  command.configureOutput({
    writeOut: (text) => {
      writeOutput(text)
    },
    writeErr: () => undefined,
  })
  for (const subcommand of command.commands) configure(subcommand)
}

/** Commander calls with the arguments, the options and the command; what it gets is the command's `run`. */
async function runInContext<Arguments extends unknown[]>(
  program: Command,
  rest: Arguments,
  run: (context: Context, ...rest: Arguments) => Promise<void>,
): Promise<void> {
  const command = rest.at(-1) as Command
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
  const program = await defineProgram(words, (run, rest) => run(context, ...rest))
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
