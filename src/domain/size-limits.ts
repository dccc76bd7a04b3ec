import { usageError } from '../errors.ts'

/** The most characters that are kept of texts which people and scripts give. A row of any of them stays readable. */
export const longest = {
  /** Names of jobs and users, tags. */
  name: 255,
  /** A value of the configuration that is given by itself. */
  setting: 1024,
  /** Of a measurement. A key of PostgreSQL's indexes has at most 2,704 bytes. */
  measurement: 512,
  description: 65_536,
  /** Errors, notes and lines of a job's log: a script may hand on all that a simulator printed. */
  message: 65_536,
  /** A config.cfg of the flow has 2 kB. */
  configuration: 1_048_576,
  /** A limits file: 100,000 lines, a limit for each of 200 measurements at 488 points. Every version of it is kept. */
  limits: 16_777_216,
} as const

export const mostTags = 100

/** @throws usage error for a text that is longer than any that is meant. */
export function refuseLong(what: string, text: string, most: number): void {
  if (text.length <= most) return
  throw usageError(`${what} has ${text.length} characters`, `at most ${most} are kept`)
}

/** A message as it is stored: the beginning and the end of one that is too long, and how much lay between. */
export function bounded(text: string): string {
  if (text.length <= longest.message) return text
  const half = longest.message / 2 - 50
  const left = text.length - 2 * half
  return `${text.slice(0, half)}\n… ${left} characters left out …\n${text.slice(-half)}`
}
