import { usageError } from '../errors.ts'

/** A wall clock's reading without a zone; `month` is 1 to 12. */
export interface LocalReading {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second?: number
  millisecond?: number
}

/**
 * Gives the offset of local time from UTC at an instant, in milliseconds (positive east of Greenwich).
 */
export type Zone = (instantMs: number) => number

/** The zone of this machine (or of the variable TZ). */
export const systemZone: Zone = (instantMs) => -new Date(instantMs).getTimezoneOffset() * 60_000

/**
 * A zone by its IANA name (`Europe/Berlin`), with every change of its rules that the runtime knows.
 *
 * @throws usage error for a name that is none.
 */
export function namedZone(name: string): Zone {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    throw usageError(`--tz ${name}: there is no such time zone`, 'for example Europe/Berlin or UTC')
  }
  return (instantMs) => {
    const parts = Object.fromEntries(
      format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day, hour, minute, second } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000
  }
}

/**
 * The instant of a wall clock's reading, ISO 8601 UTC. A reading that the clock showed twice (the end of summer time)
 * is its first; one that it skipped (the beginning) is told, and taken as if the clock had not been moved yet: 02:30 in
 * an hour that was skipped is 03:30.
 */
export function toInstant(reading: LocalReading, zone: Zone): { instant: string; skipped: boolean } {
  const { year, month, day, hour, minute, second = 0, millisecond = 0 } = reading
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  // The offsets before and after whatever change lies near: no zone changes twice within two days.
  const before = zone(asUtc - dayMs)
  const instants = [before, zone(asUtc + dayMs)].map((offset) => asUtc - offset).sort((a, b) => a - b)
  const shown = instants.find((instant) => instant + zone(instant) === asUtc)
  return { instant: new Date(shown ?? asUtc - before).toISOString(), skipped: shown === undefined }
}

const dayMs = 86_400_000
