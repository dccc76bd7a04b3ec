import type { Candidate } from './completion-values.ts'
import { type Shell, unquoted, type Word } from './completion-line.ts'
import { visible } from '../render/index.ts'

/** What is printed for a shell's script: a line of words for it, then a line a candidate. */
export interface Answer {
  /** What the shell itself adds: the names of files, of folders, or nothing. */
  paths: 'files' | 'folders' | 'values'
  candidates: readonly Candidate[]
}

/**
 * The answer in the form that the shell's script expects (the folder completions/). `word` is the word at the cursor;
 * `replaced` is the end of it that bash puts a candidate in the place of.
 */
export function renderAnswer(shell: Shell, answer: Answer, word: Word, replaced: string): string {
  // A line is a candidate: one with a line break or another control character cannot be given, nor be typed.
  const possible = answer.candidates.filter(({ value }) => value !== '' && visible(value) === value)
  const unique = [...new Map(possible.map((candidate) => [candidate.value, candidate])).values()]
  const lines = linesOf[shell](unique, word, replaced)
  if (shell === 'tcsh') return lines.map((line) => `${line}\n`).join('')
  const unfinished = unique.some(({ value }) => value.endsWith('='))
  return `${[`${answer.paths}${unfinished ? ' nospace' : ''}`, ...lines].join('\n')}\n`
}

type Lines = (candidates: readonly Candidate[], word: Word, replaced: string) => string[]

const linesOf: Record<Shell, Lines> = {
  /** bash takes the candidates as they are: only those that fit, quoted as the word is, and without what is kept. */
  bash: (candidates, word, replaced) => {
    const kept = Math.max(0, word.text.length - unquoted('bash', replaced, word.open).length)
    return candidates
      .filter(({ value }) => value.startsWith(word.text))
      .map(({ value }) => quotedForBash(value.slice(kept), word.open))
  },
  /** `_describe` cuts at the first colon. zsh chooses and quotes by itself. */
  zsh: (candidates) =>
    candidates.map(({ value, description }) => described(value.replace(/[\\:]/g, '\\$&'), ':', description)),
  /** fish chooses and quotes by itself. */
  fish: (candidates) => candidates.map(({ value, description }) => described(value, '\t', description)),
  /** tcsh splits at blanks, replaces braces and `~`, and quotes everything else by itself. */
  tcsh: (candidates, word) =>
    candidates
      .filter(({ value }) => value.startsWith(word.text) && !/[\s{}]|^~/.test(value))
      .map(({ value }) => value),
}

const described = (value: string, separator: string, description: string): string =>
  description === '' ? value : `${value}${separator}${visible(description)}`

function quotedForBash(text: string, open: Word['open']): string {
  if (open === "'") return text.replaceAll("'", `'\\''`)
  if (open === '"') return text.replace(/["\\$`]/g, '\\$&')
  return text.replace(/[\s"'\\$`&|;<>()*?[\]{}!#~]/g, '\\$&')
}
