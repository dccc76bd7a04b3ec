import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { codeOf, PvtError, usageError } from '../errors.ts'
import { renderManualPage } from '../render/index.ts'
import { programVersion } from '../version.ts'
import { manualBlocks, pageName } from './manual-page.ts'
import { type Act, addExamples, counted, printChange } from './shared.ts'

interface Options {
  man?: string
}

export function defineHelp(program: Command, act: Act): void {
  const command = program
    .command('help')
    .description(
      'Prints the help of a command, as --help after it does. With --man writes a manual page of every command into a folder, which is made when it is not there.',
    )
    .argument('[command...]', 'the command')
    .option('--man <dir>', 'write the manual pages into this folder, a man1 of the MANPATH')
    .action(act(runHelp))
  addExamples(command, 'help results import', 'help --man ~/.local/share/man/man1')
}

export async function runHelp(
  context: Context,
  names: readonly string[],
  options: Options,
  command: Command,
): Promise<void> {
  const program = command.parent!
  if (options.man === undefined) {
    findCommand(program, names).outputHelp()
    return
  }
  if (names.length > 0) throw usageError('--man writes the pages of all commands', 'leave the command out')
  const folder = resolve(context.settings.cwd, options.man)
  const date = pageDate(context)
  const pages = allCommands(program).map((one) => ({ file: `${pageName(one)}.1`, text: pageOf(one, date) }))
  writePages(folder, pages)
  await printChange(context, `${counted(pages.length, 'manual page')} written to ${folder}`, {
    folder,
    pages: pages.map(({ file }) => file),
  })
}

function findCommand(program: Command, names: readonly string[]): Command {
  let found = program
  for (const name of names) {
    const next = found.commands.find((command) => command.name() === name || command.aliases().includes(name))
    if (next === undefined) {
      throw usageError(`there is no command '${names.join(' ')}'`, 'the commands are listed by: pvt --help')
    }
    found = next
  }
  return found
}

/** The commands that people see, each group before its own. */
const allCommands = (command: Command): Command[] => [
  command,
  ...command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => command.commands.includes(one))
    .flatMap(allCommands),
]

const pageOf = (command: Command, date: string): string =>
  renderManualPage({
    title: pageName(command),
    section: 1,
    date,
    source: `pvt ${programVersion}`,
    manual: 'pvt manual',
    blocks: manualBlocks(command),
  })

/** The day, or that of SOURCE_DATE_EPOCH, so that a package can be built the same twice. */
function pageDate(context: Context): string {
  const epoch = process.env.SOURCE_DATE_EPOCH
  const instant =
    epoch !== undefined && /^\d{1,11}$/.test(epoch)
      ? new Date(Number(epoch) * 1000).toISOString()
      : context.now()
  return instant.slice(0, 10)
}

function writePages(folder: string, pages: readonly { file: string; text: string }[]): void {
  try {
    mkdirSync(folder, { recursive: true })
    for (const { file, text } of pages) writeFileSync(join(folder, file), text)
  } catch (error) {
    throw new PvtError(
      'file_error',
      `the manual pages cannot be written to ${folder} (${codeOf(error) ?? String(error)})`,
      'name a folder that you may write to',
    )
  }
}
