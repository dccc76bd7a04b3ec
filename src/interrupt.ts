import type { ErrorCode } from './errors.ts'

/** Watches for Ctrl-C and SIGTERM while a work goes on that must end at a good place. */
export interface Interruption {
  /**
   * What was asked for, since the watch began. Lets signals come in first: a handler runs only when the program
   * waits, and a long work of SQLite and of reading never does (reliability.md, R20).
   */
  requested(): Promise<Extract<ErrorCode, 'interrupted' | 'terminated'> | null>
  /** Aborted by the first signal: for work that asks in between by itself. */
  signal: Pick<AbortSignal, 'aborted' | 'throwIfAborted'>
  /** Gives the signals their usual effect again. */
  close(): void
}

/** The first signal is remembered; from then on they have their usual effect: a second one ends the program at once. */
export function watchForInterruption(): Interruption {
  let request: 'interrupted' | 'terminated' | null = null
  // No AbortController: Node loads it for half a millisecond, and nothing listens to it.
  const signal = {
    get aborted() {
      return request !== null
    },
    throwIfAborted() {
      if (request !== null) throw new Error(request)
    },
  }
  const onInterrupt = (): void => {
    request ??= 'interrupted'
    close()
  }
  const onTerminate = (): void => {
    request ??= 'terminated'
    close()
  }
  const close = (): void => {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    requested: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return request
    },
    signal,
    close,
  }
}
