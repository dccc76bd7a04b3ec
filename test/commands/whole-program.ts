import type { Command } from 'commander'
import { defineProgram } from '../../src/commands/program.ts'

/** The program with all its commands; nothing in it can run. */
export const wholeProgram = (): Promise<Command> =>
  defineProgram(
    ['help'],
    () => () => Promise.reject(new Error('the definitions only')),
    () => undefined,
  )

/** The commands that do something: no groups. */
export const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

/** `results import` */
export const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()
