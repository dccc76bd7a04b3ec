import type { configurationKeys } from '../domain/configuration.ts'

export type ConfigKey = (typeof configurationKeys)[number]

/** A line of config.cfg with a known key, as the flow sees it. */
export interface ConfigEntry {
  /** 1-based. */
  line: number
  key: ConfigKey
  /** The second field: nothing trimmed, a `\r` at the end included. */
  value: string
  /** The fields behind the second colon. */
  rest: string[]
}

/** A whole number from 0 that fits the database's integer columns (32 bits); null for anything else. */
export function parseWholeNumber(text: string): number | null {
  if (!/^\d+$/.test(text)) return null
  const value = Number(text)
  return value <= 0x7fffffff ? value : null
}

/** The text without the `\r` that a CRLF line end leaves behind. */
export const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text)
