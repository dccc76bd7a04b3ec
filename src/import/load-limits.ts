import type { Limit } from '../domain/limit.ts'
import { longest } from '../domain/size-limits.ts'
import { PvtError } from '../errors.ts'
import { parseLimitsFile } from '../parse/limits-file.ts'
import { readTextFile, sha256 } from './read-file.ts'

/** Limits, with the text that they were read from. */
export interface LoadedLimits {
  limits: Limit[]
  text: string
  /** Of the text with `\n` line ends: a file that went through another system is the same file. */
  sha256: string
  /** The file. */
  path: string
}

/** How many problems a message names. */
const mostProblems = 5

/**
 * Reads a limits file.
 *
 * @throws `file_not_found`, `file_error`; `bad_input` that names line and column of what is wrong.
 */
export function loadLimits(path: string): LoadedLimits {
  const { text, size } = readTextFile(path)
  if (size > longest.limits) {
    const what = `${path} has ${size} bytes, a limits file at most ${longest.limits}`
    throw new PvtError('bad_input', what, 'name a limits file, or part it')
  }
  return { limits: readLimits(text, path), text, sha256: sha256(text.replaceAll('\r\n', '\n')), path }
}

/** The limits of a text. `origin` is what a message calls it. @throws `bad_input`, as loadLimits. */
export function readLimits(text: string, origin: string): Limit[] {
  const { limits, problems } = parseLimitsFile(text)
  if (problems.length === 0) return limits
  const named = problems
    .slice(0, mostProblems)
    .map(({ line, column, message }) => `${origin}:${line}:${column}: ${message}`)
  const more = problems.length > mostProblems ? `; and ${problems.length - mostProblems} more` : ''
  throw new PvtError('bad_input', named.join('; ') + more, 'correct the file')
}
