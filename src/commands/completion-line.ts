import type { Environment } from '../settings.ts'

/** The shells that have a completion script, and those whose lines and answers are understood. */
export const shells = ['bash', 'zsh', 'fish', 'tcsh'] as const
export type Shell = (typeof shells)[number]

/** A word of a command line, as it was typed and as the program would get it. */
export interface Word {
  raw: string
  text: string
  /** The quote that is still open at its end. */
  open: '' | "'" | '"'
}

/** A command line up to the cursor. */
export interface Line {
  /** `NAME=value` in front of the program. */
  assignments: Environment
  /** What stands between the program and the word at the cursor, as the program would get it. */
  words: string[]
  /** The word at the cursor, perhaps empty. Its variables and its `~` are not replaced: they are still being typed. */
  current: Word
  /** The word at the cursor is the target of a redirection. */
  redirected: boolean
}

/**
 * Reads the line of a shell. The shells give it raw, with the quotes, but for tcsh, which has taken them away. Of what
 * can stand in a word only quotes, `~` and variables are understood; a command substitution stays as it is.
 */
export function readLine(shell: Shell, line: string, environment: Environment): Line {
  const words = splitLine(shell, line, environment)
  const last = words.pop()!
  const isTarget = (index: number): boolean => redirection.test(words[index]?.raw ?? '')
  const redirected = isTarget(words.length - 1)
  const own = words.filter(({ raw }, index) => !redirection.test(raw) && !isTarget(index - 1))
  const program = own.findIndex(({ raw }) => !assignment.test(raw))
  const before = program === -1 ? [] : own.slice(0, program)
  return {
    assignments: Object.fromEntries(before.map(({ value }) => splitAssignment(value))),
    words: program === -1 ? [] : own.slice(program + 1).map(({ value }) => value),
    current: { raw: last.raw, text: last.text, open: last.open },
    redirected,
  }
}

/** What a part of a word says that began outside of all quotes, or within `open`. */
export const unquoted = (shell: Shell, part: string, open: Word['open']): string =>
  scanWord(shell, open + part, {}).text

const assignment = /^[A-Za-z_]\w*=/
/** An operator, which is a word of its own; its target is the next word. */
const redirection = /^(?:\d*[<>]+&?|&>+)/

function splitAssignment(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

interface ScannedWord extends Word {
  /** The text with `~` and variables replaced. */
  value: string
}

/** The words of a line; the last one is the word at its end, empty after a blank. */
function splitLine(shell: Shell, line: string, environment: Environment): ScannedWord[] {
  const words: ScannedWord[] = []
  let rest = line.replace(/^\s+/, '')
  for (;;) {
    const word = scanWord(shell, rest, environment)
    words.push(word)
    rest = rest.slice(word.raw.length)
    if (rest === '') return words
    rest = rest.replace(/^\s+/, '')
  }
}

function scanWord(shell: Shell, text: string, environment: Environment): ScannedWord {
  const operator = shell === 'tcsh' ? null : redirection.exec(text)
  if (operator !== null) return { raw: operator[0], text: operator[0], value: operator[0], open: '' }
  const word: ScannedWord = { raw: '', text: '', value: '', open: '' }
  while (word.raw.length < text.length) {
    const rest = text.slice(word.raw.length)
    if (word.open === '' && /^\s/.test(rest)) break
    if (word.open === '' && shell !== 'tcsh' && /^[<>]/.test(rest)) break
    const piece = scanPiece(shell, rest, word.open, environment)
    word.raw += rest.slice(0, piece.length)
    word.text += piece.text
    word.value += piece.value ?? piece.text
    word.open = piece.open ?? word.open
  }
  return { ...word, value: withHome(word, environment) }
}

interface Piece {
  length: number
  text: string
  value?: string
  open?: Word['open']
}

/** The next quote, escaped character, variable or plain character. */
function scanPiece(shell: Shell, rest: string, open: Word['open'], environment: Environment): Piece {
  const first = rest[0]!
  if (shell === 'tcsh') return { length: 1, text: first }
  if (open === '' && (first === "'" || first === '"')) return { length: 1, text: '', open: first }
  if (first === open) return { length: 1, text: '', open: '' }
  if (first === '\\' && isEscape(shell, rest[1], open)) return { length: 2, text: rest[1] ?? '' }
  const name = open === "'" ? null : /^\$(?:\{(\w+)\}|([A-Za-z_]\w*))/.exec(rest)
  if (name === null) return { length: 1, text: first }
  return { length: name[0].length, text: name[0], value: environment[name[1] ?? name[2]!] ?? '' }
}

/** Whether a backslash takes the meaning of the character after it. */
function isEscape(shell: Shell, character: string | undefined, open: Word['open']): boolean {
  if (open === '"') return character !== undefined && '"\\$`'.includes(character)
  if (open === "'") return shell === 'fish' && (character === "'" || character === '\\')
  return true
}

/** `~` at the beginning of a word, or of the value of an option or an assignment. */
function withHome({ raw, value }: ScannedWord, { HOME }: Environment): string {
  const head = /^((?:--?|[A-Za-z_])[\w-]*=)?~(?=\/|$)/.exec(raw)
  if (head === null || HOME === undefined) return value
  return (head[1] ?? '') + HOME + value.slice(head[0].length)
}
