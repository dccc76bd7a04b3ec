import { Command } from 'commander'
import { exitMeanings, type PvtError, usageError } from '../errors.ts'
import { programVersion } from '../version.ts'
import { completionWord } from './completion-candidates.ts'
import { readLine, shells } from './completion-line.ts'
import { commands, defineCommand, type Group, nameCommand, type Single } from './index.ts'
import { type Act, addExamples, examplesOf } from './shared.ts'

/**
 * The program as Commander's commands: the global options, and of the commands those that the call needs. It throws
 * where Commander would exit; help and version go to `write`, errors only to who catches them.
 */
export async function defineProgram(
  argv: readonly string[],
  act: Act,
  write: (text: string) => void,
): Promise<Command> {
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
  // Of several formats the last one counts.
  program.on('option:format', () => program.setOptionValue('json', false))
  addExamples(
    program,
    'job create -c config.cfg',
    'results import 00bkp_202506161234 --new',
    'history --since 7d',
  )
  const call = readCall(argv)
  for (const entry of wanted(commands, call, 0)) {
    if ('define' in entry) await defineCommand(program, entry, act)
    else await defineGroup(program, entry, call, act)
  }
  if (program.commands.length === 0) for (const entry of commands) nameCommand(program, entry)
  configure(program, write)
  return program
}

/** `pvt stage done`, as far as the words name a command. */
export const namedCommand = (program: Command, argv: readonly string[]): string =>
  callOf(findCommand(program, argv))

/** `pvt job` alone is answered with the commands that there are. */
export function missingCommand(program: Command, argv: readonly string[]): PvtError {
  const group = findCommand(program, argv)
  const call = callOf(group)
  const names = group.commands.map((command) => command.name())
  return usageError(`a command is missing after '${call}'`, `one of ${names.join(', ')}; see ${call} --help`)
}

function findCommand(program: Command, argv: readonly string[]): Command {
  let command = program
  for (const operand of operandsOf(argv)) {
    const next = command.commands.find((one) => one.name() === operand)
    if (next === undefined) break
    command = next
  }
  return command
}

const callOf = (command: Command): string =>
  command.parent === null ? command.name() : `${callOf(command.parent)} ${command.name()}`

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
function configure(command: Command, write: (text: string) => void): void {
  command.exitOverride()
  command.configureOutput({ writeOut: write, writeErr: () => undefined })
  for (const subcommand of command.commands) configure(subcommand, write)
}
