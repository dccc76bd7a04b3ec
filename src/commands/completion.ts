import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import type { Context } from '../context.ts'
import { messageOf, PvtError } from '../errors.ts'
import { programFolder } from '../store/program-folder.ts'
import { type Shell, shells } from './completion-line.ts'
import { tcshRules } from './completion-tcsh.ts'
import { type Act, addExamples } from './shared.ts'

export function defineCompletion(program: Command, act: Act): void {
  const command = program
    .command('completion')
    .description(
      'Prints the script with which a shell completes the commands, options and values of pvt, and the jobs, domains, measurements, users and tags of the database. The README says where each shell wants it.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action(act(runCompletion))
  addExamples(
    command,
    'completion bash > ~/.local/share/bash-completion/completions/pvt',
    'completion fish > ~/.config/fish/completions/pvt.fish',
  )
}

export async function runCompletion(
  context: Context,
  shell: Shell,
  _options: object,
  command: Command,
): Promise<void> {
  const script = readScript(shell)
  const program = command.parent!
  await Promise.resolve()
  context.printText(
    shell === 'tcsh'
      ? script.replaceAll('@rules@', () => tcshRules(program, programName()).join(' '))
      : script,
  )
}

/** From `dist/cli.cjs` the folder is `../completions`, from `src/store` one folder further up. */
function readScript(shell: Shell): string {
  const [near, far] = [['..'], ['..', '..']].map((up) =>
    join(programFolder(), ...up, 'completions', `pvt.${shell}`),
  ) as [string, string]
  try {
    return readFileSync(existsSync(near) ? near : far, 'utf8')
  } catch (error) {
    throw new PvtError('file_error', `${near} cannot be read: ${messageOf(error)}`, 'install pvt again')
  }
}

/** tcsh does not tell which pvt is being typed: that of the PATH, else the one that wrote the script. */
function programName(): string {
  const path = process.argv[1] ?? 'pvt'
  return basename(path) === 'pvt' ? 'pvt' : resolve(path)
}
