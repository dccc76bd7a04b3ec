import { Command } from 'commander'
import { commands, defineCommand } from '../../src/commands/index.ts'
import type { Act } from '../../src/commands/shared.ts'

/** The program with all its commands, as src/cli.ts defines it but for the global options; nothing in it can run. */
export async function wholeProgram(): Promise<Command> {
  const program = new Command('pvt')
  const act: Act = () => () => Promise.reject(new Error('the definitions only'))
  for (const entry of commands) {
    if ('define' in entry) {
      await defineCommand(program, entry, act)
      continue
    }
    const group = program.command(entry.name).summary(entry.summary)
    for (const command of entry.commands) await defineCommand(group, command, act)
  }
  return program
}

/** The commands that do something: no groups. */
export const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

/** `results import` */
export const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()
