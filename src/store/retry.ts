import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  /** How often in all, the first try included. */
  attempts: number
  /** The longest pause before the second try; it doubles with each further one, to at most a second. */
  pauseMs: number
  /** Whether a failure may be gone the next time. */
  passing: (error: unknown) => boolean
}

/** Tries `work` until it succeeds, fails for good, or patience ends; then throws its last error. */
export async function retry<T>(patience: Patience, work: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= patience.attempts || !patience.passing(error)) throw error
    }
    await sleep(pause(patience.pauseMs, attempt))
  }
}

/** A random part of the pause: a farm's jobs start together, and would knock again together. */
const pause = (pauseMs: number, attempt: number): number =>
  (0.2 + 0.8 * Math.random()) * Math.min(1000, pauseMs * 2 ** (attempt - 1))
