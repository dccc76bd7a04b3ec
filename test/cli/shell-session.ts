import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/**
 * Starts a shell. In it `pvt` is the program for the completion script only: started in any other way it writes down
 * its words, so that a test sees what a completed line means, whatever it looks like.
 */
export async function openSession(shell: Shell, place: Workplace, start = ''): Promise<Session> {
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
  writeFileSync(join(folder, 'completion'), script.replace(pattern, '`pvt __complete'))
  const { file, text, command } = startUp[shell]
  writeFileSync(join(folder, file), `${text(folder)}\n${start}\n`)
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
      if (attempt > 1500) throw new Error(`${shell}: no ${what}; the terminal shows ${JSON.stringify(shown)}`)
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
    text: (folder) => `PS1='ready> '\nbind 'set bell-style none'\nsource ${folder}/completion`,
    command: (folder) => `exec bash --noprofile --rcfile ${folder}/bashrc -i`,
  },
  zsh: {
    file: '.zshrc',
    text: (folder) => `autoload -Uz compinit && compinit -u -D\nPS1='ready> '\nsource ${folder}/completion`,
    command: () => 'exec zsh -d -i',
  },
  fish: {
    file: 'config.fish',
    text: (folder) =>
      `set -g fish_greeting\nfunction fish_prompt; echo 'ready> '; end\nset -g fish_autosuggestion_enabled 0\nsource ${folder}/completion`,
    command: (folder) => `exec fish --no-config -i -C 'source ${folder}/config.fish'`,
  },
  tcsh: {
    file: '.tcshrc',
    text: (folder) => `set prompt='ready> '\nset autolist\nunset autologout\nsource ${folder}/completion`,
    command: () => 'exec tcsh -i',
  },
}
