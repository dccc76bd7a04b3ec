import type { Argument, Command, Option } from 'commander'

/** What may stand at the cursor, by the definitions of the program's commands. */
export interface Position {
  program: Command
  /** The innermost command that the words name. */
  command: Command
  /** Its commands may stand here. */
  commands: boolean
  /** Options may stand here. */
  options: boolean
  /** The option whose value, or the argument which stands here; null for none. */
  value: Option | Argument | null
  /** What of the word belongs to the option and not to its value: `--job=`, `-j`; else empty. */
  head: string
  /** What of the value is typed. */
  typed: string
  /** The values of options before the cursor, by the option's attribute (`dryRun`); the last one counts. */
  values: ReadonlyMap<string, string>
  /** The arguments of the command before the cursor, in their order. */
  given: readonly string[]
}

/** Follows the words as Commander does: global options may stand anywhere before `--`. */
export function findPosition(program: Command, words: readonly string[], current: string): Position {
  const walk = new Walk(program)
  for (const word of words) walk.step(word)
  return walk.at(current)
}

/** The commands below one that people see; of a group also its `help`, which Commander adds. */
export const visibleCommands = (command: Command): readonly Command[] =>
  command.createHelp().visibleCommands(command)

export const isOption = (value: Option | Argument): value is Option => 'long' in value

class Walk {
  readonly #program: Command
  #command: Command
  #pending: Option | null = null
  #optionsEnded = false
  /** After `pvt results help`: the names of the group follow. */
  #asksHelp = false
  #given: string[] = []
  readonly #values = new Map<string, string>()

  constructor(program: Command) {
    this.#program = program
    this.#command = program
  }

  step(word: string): void {
    const pending = this.#pending
    this.#pending = null
    if (pending !== null && (pending.required || !word.startsWith('-'))) {
      this.#values.set(pending.attributeName(), word)
    } else if (this.#optionsEnded || !word.startsWith('-') || word === '-') {
      this.#argument(word)
    } else if (word === '--') {
      this.#optionsEnded = true
    } else {
      this.#option(word)
    }
  }

  at(current: string): Position {
    const pending = this.#pending
    if (pending?.required === true) return this.#position({ value: pending, typed: current })
    const attached = this.#optionsEnded ? null : this.#attachedValue(current)
    if (attached !== null) return this.#position(attached)
    const group = this.#command.commands.length > 0 && this.#given.length === 0
    const receiver = group ? (defaultCommand(this.#command) ?? this.#command) : this.#command
    const declared = receiver.registeredArguments
    const last = declared.at(-1)
    const argument = declared[this.#given.length] ?? (last?.variadic === true ? last : null)
    return this.#position({
      commands: group || this.#asksHelp,
      options: !this.#optionsEnded && current.startsWith('-'),
      value: this.#asksHelp ? null : argument,
      typed: current,
    })
  }

  #position(here: Partial<Position>): Position {
    return {
      program: this.#program,
      command: this.#command,
      commands: false,
      options: false,
      value: null,
      head: '',
      typed: '',
      values: this.#values,
      given: this.#given,
      ...here,
    }
  }

  #argument(word: string): void {
    if (this.#given.length === 0 && !this.#asksHelp) {
      const next = this.#command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      if (next !== undefined) {
        this.#command = next
        return
      }
      if (word === 'help' && this.#command.commands.length > 0) {
        this.#asksHelp = true
        return
      }
      this.#command = defaultCommand(this.#command) ?? this.#command
    }
    this.#given.push(word)
  }

  /** `--job 3f2a`, `--job=3f2a`, `-j 3f2a`, `-j3f2a`, `-qj 3f2a`. */
  #option(word: string): void {
    const attached = this.#attachedValue(word)
    if (attached !== null) {
      this.#values.set(attached.value.attributeName(), attached.typed)
      return
    }
    const option = word.startsWith('--') ? this.#find(word) : this.#find(`-${word.at(-1) ?? ''}`)
    if (option !== undefined && (option.required || option.optional)) this.#pending = option
  }

  /** The option and its value when both are in one word. */
  #attachedValue(word: string): { value: Option; head: string; typed: string } | null {
    const long = /^(--[^=]+)=([^]*)$/.exec(word)
    if (long !== null) return this.#valued(long[1]!, `${long[1]!}=`, long[2]!)
    if (!/^-[^-]/.test(word)) return null
    // Of single letters in one word, the first that takes a value has what follows.
    for (let index = 1; index < word.length - 1; index += 1) {
      const found = this.#valued(`-${word[index]!}`, word.slice(0, index + 1), word.slice(index + 1))
      if (found !== null) return found
    }
    return null
  }

  #valued(name: string, head: string, typed: string): { value: Option; head: string; typed: string } | null {
    const option = this.#find(name)
    return option !== undefined && (option.required || option.optional)
      ? { value: option, head, typed }
      : null
  }

  #find(name: string): Option | undefined {
    return optionsAt(this.#command).find((option) => option.long === name || option.short === name)
  }
}

/** The options that a command takes, those of the commands above it last. */
export function optionsAt(command: Command): readonly Option[] {
  const own = command.createHelp().visibleOptions(command)
  const above = command.parent === null ? [] : optionsAt(command.parent)
  const names = new Set(own.map(({ long }) => long))
  return [...own, ...above.filter(({ long }) => !names.has(long) && long !== '--version')]
}

/** The command that a group runs when none is named. Commander keeps its name to itself. */
function defaultCommand(group: Command): Command | null {
  const name = (group as { _defaultCommandName?: string | null })._defaultCommandName ?? null
  return group.commands.find((command) => command.name() === name) ?? null
}
