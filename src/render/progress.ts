import { duration } from './time.ts'

/** How far a long work is. */
export interface ProgressState {
  /** What is counted: `backups`. */
  label: string
  done: number
  total: number
  elapsedMs: number
}

/**
 * `backups [#####-----] 50/100  50 %  12/s  4.2s left`, in fewer than `width` characters: first the bar goes, then the end of
 * the text.
 */
export function progressLine({ label, done, total, elapsedMs }: ProgressState, width: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const perSecond = elapsedMs === 0 ? 0 : (done * 1000) / elapsedMs
  const left =
    perSecond === 0 ? [] : [`${rateText(perSecond)}/s`, `${duration((total - done) / perSecond)} left`]
  const text = [`${done}/${total}`, `${Math.floor(share * 100)} %`, ...left].join('  ')
  const room = Math.min(30, width - label.length - text.length - 5)
  const bar = room < 5 ? '' : `[${'#'.repeat(Math.round(share * room)).padEnd(room, '-')}] `
  return `${label} ${bar}${text}`.slice(0, Math.max(0, width - 1))
}

const rateText = (perSecond: number): string =>
  perSecond >= 10 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
