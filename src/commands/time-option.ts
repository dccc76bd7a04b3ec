import { usageError } from '../errors.ts'

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 } as const

/** `90d` → seconds; null when the text is no age. */
export function parseAge(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim())
  if (match === null) return null
  return Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds]
}

/**
 * An instant as the user writes it: an age before now (`7d`), a local day (`2026-01-31`, its beginning), a local time
 * (`2026-01-31T12:00`) or one with a zone. ISO 8601 UTC; null when it is not given.
 *
 * @throws usage error for anything else, also for a day that the calendar does not have.
 */
export function toInstant(text: string | undefined, option: string, now: Date): string | null {
  if (text === undefined) return null
  const age = parseAge(text)
  const time = age === null ? parseLocalTime(text) : new Date(now.getTime() - age * 1000)
  if (time !== null && !Number.isNaN(time.getTime())) return time.toISOString()
  throw usageError(`${option} ${text}: not a time`, 'for example 7d, 12h, 2026-01-31 or 2026-01-31T12:00')
}

function parseLocalTime(text: string): Date | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    text.trim(),
  )
  if (match === null) return null
  const [, year, month, day, clock = '00:00', zone = ''] = match
  // A day that the calendar lacks would silently become another one.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  if (Number(day) > days) return null
  return new Date(`${year}-${month}-${day}T${clock}${zone}`)
}
