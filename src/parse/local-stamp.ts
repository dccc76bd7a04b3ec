import type { LocalReading } from '../domain/local-time.ts'

/**
 * The wall-clock reading of `YYYYMMDDHHmm` or `YYYYMMDDHHmmss`, as the flow's scripts spell local time; null for
 * anything else and for a time that no clock shows.
 */
export function parseLocalStamp(text: string): LocalReading | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$/.exec(text)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number)
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0
  // Nor does a clock that has lost its time show an earlier year; Date.UTC takes those below 100 for 19xx.
  if (year < 1970 || day < 1 || day > days || hour > 23 || minute > 59) return null
  if (match[6] === undefined) return { year, month, day, hour, minute }
  const second = Number(match[6])
  return second > 59 ? null : { year, month, day, hour, minute, second }
}
