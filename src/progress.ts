import { progressLine } from './render/index.ts'

/** Shows on a terminal how far a long work is. */
export interface Progress {
  /** One more is done. */
  tick: () => void
  /** So many are done, in all. */
  reach: (done: number) => void
  /** Takes the bar away. */
  end: () => void
}

/** A bar that others can take away for a moment, to write a line of their own. */
export interface ProgressBar extends Progress {
  clear: () => void
}

/** Where nobody looks. */
export const noProgress: Progress = { tick: () => undefined, reach: () => undefined, end: () => undefined }

/** The first bar comes after this time as well: short work shows none. */
const redrawMs = 100

export interface Terminal {
  write: (text: string) => void
  /** Its width may change while the work goes on. */
  width: () => number
  now: () => number
}

/** Drawn when a tick comes, never by a timer: the work is synchronous and no timer would run. */
export function openProgressBar(label: string, total: number, { write, width, now }: Terminal): ProgressBar {
  const start = now()
  let done = 0
  let drawnAt = start
  let isShown = false
  const clear = (): void => {
    if (isShown) write('\r\x1b[K')
    isShown = false
  }
  const reach = (reached: number): void => {
    done = reached
    const time = now()
    if (time - drawnAt < redrawMs) return
    drawnAt = time
    isShown = true
    write(`\r\x1b[K${progressLine({ label, done, total, elapsedMs: time - start }, width())}`)
  }
  return {
    tick: () => {
      reach(done + 1)
    },
    reach,
    clear,
    end: clear,
  }
}
