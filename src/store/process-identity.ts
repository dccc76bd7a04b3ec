import { readFileSync } from 'node:fs'
import { codeOf } from '../errors.ts'

/** A process, told from a later one of the same number. */
export interface ProcessIdentity {
  pid: number
  /** The host's boot and the process's start since then; null where /proc does not tell. */
  process_start: string | null
}

/** Whether a process of this host is there no more. */
export function isProcessGone({ pid, process_start }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and another user's.
    return codeOf(error) === 'ESRCH'
  }
  const start = processStart(pid)
  return start !== null && process_start !== null && start !== process_start
}

/**
 * Which process a number means: numbers are used again, after a boot at the latest. Null where /proc does not tell; a
 * process that has ended and was not collected yet has no start either way.
 */
export function processStart(pid: number): string | null {
  const boot = bootId()
  if (boot === null) return null
  try {
    // The name, in brackets, may hold anything; behind it come the state and, 19 fields on, the start (man 5 proc).
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return state === 'Z' || state === 'X' ? `${boot}:ended` : `${boot}:${fields[18] ?? ''}`
  } catch {
    return null
  }
}

/** What every boot of a host has anew; null where /proc does not tell. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}
