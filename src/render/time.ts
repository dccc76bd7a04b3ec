/**
 * An instant (ISO 8601) in the zone of the process, `2025-06-16 12:34:05`; `-` for null. Text that is no instant
 * comes back as it is: showing it helps more than hiding it.
 */
export function localTime(iso: string | null): string {
  if (iso === null) return absent
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const date = [String(at.getFullYear()).padStart(4, '0'), two(at.getMonth() + 1), two(at.getDate())]
  return `${date.join('-')} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}

/** A span in seconds, in its two largest units: `0.4s`, `12s`, `4m 32s`, `2h 05m`, `3d 04h`; `-` for null. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return absent
  if (seconds < 0) return `-${duration(-seconds)}`
  const tenths = seconds.toFixed(1)
  if (Number(tenths) < 10) return tenths === '0.0' ? '0s' : `${tenths}s`
  // Rounded once, to whole seconds, so that 59.7 is 1m 00s and never 0m 60s.
  const whole = Math.round(seconds)
  if (whole < minute) return `${whole}s`
  if (whole < hour) return `${Math.floor(whole / minute)}m ${two(whole % minute)}s`
  if (whole < day) return `${Math.floor(whole / hour)}h ${two(Math.floor((whole % hour) / minute))}m`
  return `${Math.floor(whole / day)}d ${two(Math.floor((whole % day) / hour))}h`
}

/** A span that is only estimated, and between which two it is likely to lie; all in seconds. */
export interface RoughSpan {
  seconds: number
  min: number
  max: number
}

/**
 * An estimate in one unit, with its range where that is wider: `40 s`, `4 min (3-6)`, `2.5 h (2.0-3.5)`. The dash is
 * a hyphen unless another is given.
 */
export function roughly({ seconds, min, max }: RoughSpan, dash = '-'): string {
  const { unit, size, decimals } = roughUnits.find(({ below }) => seconds < below) ?? roughUnits.at(-1)!
  const [middle, low, high] = [seconds, min, max].map((value) => (value / size).toFixed(decimals))
  return `${middle!} ${unit}${low === high ? '' : ` (${low!}${dash}${high!})`}`
}

const roughUnits = [
  { below: 89.5, unit: 's', size: 1, decimals: 0 },
  { below: 89.5 * 60, unit: 'min', size: 60, decimals: 0 },
  { below: 48 * 3600, unit: 'h', size: 3600, decimals: 1 },
  { below: Infinity, unit: 'd', size: 86_400, decimals: 1 },
] as const

/** `12.3/min`, and what is slower by the hour: `6.2/h`. */
export const pace = (perMinute: number): string =>
  perMinute >= 1 ? `${perMinute.toFixed(1)}/min` : `${(60 * perMinute).toFixed(1)}/h`

/** How long ago an instant was: `just now`, `5m ago`, `3h ago`, `12d ago`; `-` for null. */
export function age(iso: string | null, now: Date): string {
  if (iso === null) return absent
  const seconds = Math.floor((now.getTime() - new Date(iso).getTime()) / 1000)
  if (Number.isNaN(seconds)) return iso
  // An instant in the future comes from another host's clock that is ahead of ours.
  if (seconds < minute) return 'just now'
  if (seconds < hour) return `${Math.floor(seconds / minute)}m ago`
  if (seconds < day) return `${Math.floor(seconds / hour)}h ago`
  return `${Math.floor(seconds / day)}d ago`
}

const absent = '-'
const minute = 60
const hour = 60 * minute
const day = 24 * hour
const two = (value: number): string => String(value).padStart(2, '0')
