import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Shell, shells } from '../../src/commands/completion-line.ts'
import { program, type Workplace } from './run-pvt.ts'

/** An interactive shell on a terminal of its own, with pvt's completion script loaded. */
export interface Session {
  /** Types keys and the return key; the words that the program at the beginning of the line was started with. */
  type: (keys: string) => Promise<string[]>
  /** What the terminal shows since the last line was typed. */
  shown: () => string
  close: () => void
}

/** Null when the shell, or script(1) of util-linux which gives it a terminal, is not installed. */
export const missingPart = (shell: Shell): string | null =>
  [shell, 'script'].find((name) => !isInstalled(name)) ?? null

function isInstalled(name: string): boolean {
  try {
    const version = execFileSync(name, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return name !== 'script' || version.includes('util-linux')
  } catch {
    return false
  }
}

interface Options {
  /** Where the script is, below the home folder, if the shell is to find it there; else the start-up file reads it. */
  file?: string
  /** More lines of the start-up file. */
  start?: string
}

/**
 * Starts a shell. In it `pvt` is the program for the completion script only: started in any other way it writes down
 * its words, so that a test sees what a completed line means, whatever it looks like.
 */
export async function openSession(
  shell: Shell,
  place: Workplace,
  { file: installed, start = '' }: Options = {},
): Promise<Session> {
  const folder = place.path(`session-${shell}-${Math.random().toString(36).slice(2)}`)
  const words = join(folder, 'words')
  mkdirSync(join(folder, 'bin'), { recursive: true })
  for (const name of ['pvt', 'pvt.cjs']) {
    writeFileSync(
      join(folder, 'bin', name),
      `#!/bin/bash
[ "$1" != __complete ] || exec '${process.execPath}' '${program}' "$@"
{ printf '%s\\0' "$@"; printf end; } >'${words}.new' && mv '${words}.new' '${words}'
`,
      { mode: 0o755 },
    )
  }
  const { stdout: script } = await place.pvt(['completion', shell])
  // The script is that of an installed pvt: started by its name.
  const pattern = new RegExp(`\`\\S*pvt.cjs __complete`, 'g')
  // Without it fish begins to make completions of the system's manual pages, beyond its own end.
  mkdirSync(join(folder, '.local/share/fish/generated_completions'), { recursive: true })
  const { file, text, command } = startUp[shell]
  const source = installed === undefined ? `source ${folder}/completion` : ''
  const lines = [text(folder), source, start, readyPrompt[shell]]
  for (const [name, content] of [
    [file, lines.join('\n')],
    [installed ?? 'completion', script.replace(pattern, '`pvt __complete')],
  ] as const) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), `${content}\n`)
  }
  const child = spawn('script', ['-qec', `stty cols 150 rows 50 && ${command(folder)}`, '/dev/null'], {
    cwd: place.path('work'),
    env: {
      ...place.env,
      PATH: `${join(folder, 'bin')}:${place.env.PATH!}`,
      HOME: folder,
      ZDOTDIR: folder,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (shown += chunk))
  const until = async (what: string, is: () => boolean): Promise<void> => {
    for (let attempt = 0; !is(); attempt += 1) {
      if (attempt > 500) throw new Error(`${shell}: no ${what}; the terminal shows ${JSON.stringify(shown)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await until('prompt', () => shown.includes('ready>'))
  return {
    type: async (keys) => {
      rmSync(words, { force: true })
      shown = ''
      child.stdin.write(`${keys}\r`)
      await until(`answer to ${JSON.stringify(keys)}`, () => existsSync(words))
      return readFileSync(words, 'utf8').split('\0').slice(0, -1)
    },
    shown: () => shown,
    close: () => {
      child.kill()
    },
  }
}

export { shells }

const startUp: Record<
  Shell,
  { file: string; text: (folder: string) => string; command: (folder: string) => string }
> = {
  bash: {
    file: 'bashrc',
    text: () => "bind 'set bell-style none'",
    command: (folder) => `exec bash --noprofile --rcfile ${folder}/bashrc -i`,
  },
  zsh: {
    file: '.zshrc',
    text: (folder) => `fpath=(${folder}/functions $fpath)\nautoload -Uz compinit && compinit -u -D`,
    command: () => 'exec zsh -d -i',
  },
  fish: {
    file: '.config/fish/config.fish',
    text: () => 'set -g fish_greeting\nset -g fish_autosuggestion_enabled 0',
    command: () => 'exec fish -i',
  },
  tcsh: {
    file: '.tcshrc',
    text: () => 'set autolist\nunset autologout',
    command: () => 'exec tcsh -i',
  },
}

/** Said last, so that whoever sees the prompt knows that all is read. */
const readyPrompt: Record<Shell, string> = {
  bash: "PS1='ready> '",
  zsh: "PS1='ready> '",
  fish: "function fish_prompt; echo 'ready> '; end",
  tcsh: "set prompt='ready> '",
}
