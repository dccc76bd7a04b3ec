import type { Command } from 'commander'
import { optionsAt } from './completion-position.ts'
import { valueKind, type ValueKind } from './completion-values.ts'

/**
 * The rules of tcsh's `complete`. tcsh can complete files well only by itself, and chooses the rule by the word before
 * or by the beginning of the word: a rule for each option that takes a file and each command whose argument is one,
 * where no other command means something else by the same word. Everything else is asked of `program`.
 */
export function tcshRules(root: Command, program: string): string[] {
  const words = new Map<string, Set<ValueKind | null>>()
  const note = (word: string, kind: ValueKind | null): void => {
    words.set(word, (words.get(word) ?? new Set()).add(kind))
  }
  for (const command of allCommands(root)) {
    for (const option of optionsAt(command)) {
      for (const name of [option.long, option.short]) {
        if (typeof name === 'string' && option.required) note(name, valueKind(option))
      }
    }
    const [argument] = command.registeredArguments
    note(command.name(), argument === undefined || command.commands.length > 0 ? null : valueKind(argument))
  }
  const paths = [...words].flatMap(([word, kinds]): [string, string][] => {
    const [kind] = kinds
    if (kinds.size > 1 || (kind !== 'file' && kind !== 'folder')) return []
    return [[word, kind === 'file' ? 'f' : 'd']]
  })
  const attached = paths.filter(([word]) => word.startsWith('--'))
  const ask = `\`${program} __complete tcsh "$COMMAND_LINE"\``
  return [
    ...attached.map(([word, list]) => `'c@${word}=@${list}@'`),
    `'C@-*@${ask}@'`,
    ...paths.map(([word, list]) => `'n@${word}@${list}@'`),
    `'p@*@${ask}@'`,
  ]
}

const allCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(allCommands)]
