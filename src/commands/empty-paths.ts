import type { Command } from 'commander'
import { usageError } from '../errors.ts'

/** What stands for a path in the usage of arguments and options: `<dir>`, `[file or folder]`, `<old.db>`. */
const aboutPaths = /\b(path|file|folder|dir)\b|\.(db|cfg|csv)\b/

/**
 * Refuses an empty path, which the shell makes of a variable that is not set, and which to Node.js is the current folder.
 *
 * @throws usage error
 */
export function refuseEmptyPaths(command: Command): void {
  const { registeredArguments, processedArgs, options } = command
  for (const [index, argument] of registeredArguments.entries()) {
    if (processedArgs[index] === '' && aboutPaths.test(argument.name()))
      throw emptyPath(`[${argument.name()}]`)
  }
  for (const option of options) {
    const isEmpty = command.getOptionValue(option.attributeName()) === ''
    if (isEmpty && aboutPaths.test(option.flags)) throw emptyPath(option.flags)
  }
}

const emptyPath = (what: string): Error =>
  usageError(`${what} is empty`, 'perhaps a variable of the shell is not set')
