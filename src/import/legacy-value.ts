import { toInstant, type Zone } from '../domain/local-time.ts'
import type { LegacyColumn, LegacyRow } from '../store/legacy-database.ts'

/** Text of a cell; null for none, and for what is blank. Numbers as SQLite shows them. */
export function textOf(row: LegacyRow, column: string): string | null {
  const value = row[column]
  if (value === null || value === undefined) return null
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)
  // PostgreSQL's text holds no NUL.
  return text.trim() === '' ? null : text.replaceAll('\0', '\ufffd')
}

/** A cell's text as a message has it: it may be as long as a file. */
export const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** A count, also one that was stored as text; null for anything else. */
export function wholeNumberOf(row: LegacyRow, column: string): number | null {
  const value = Number(textOf(row, column) ?? NaN)
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** A list that was stored as a JSON array, or as text with commas; null when there is none. */
export function listOf(row: LegacyRow, column: string): string[] | null {
  const text = textOf(row, column)
  if (text === null) return null
  try {
    const list = JSON.parse(text) as unknown
    if (Array.isArray(list)) return list.filter((item): item is string => typeof item === 'string')
  } catch {
    // Not JSON: names with commas between them.
  }
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** The object of a text of Python's `json.dumps`; null for any other text. */
export function parsePythonJson(text: string): Record<string, unknown> | null {
  // Python writes NaN and Infinity as they are, which no JSON has: they become texts.
  const json = text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  )
  try {
    const value = JSON.parse(json) as unknown
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export interface LegacyTimes {
  /** The zone of times that have none. */
  zone: Zone
  /** Columns whose default is SQLite's own clock, which shows UTC. */
  utcColumns: ReadonlySet<string>
}

export const utcColumnsOf = (columns: readonly LegacyColumn[]): Set<string> =>
  new Set(
    columns
      .filter((column) => /current_timestamp|datetime\s*\(\s*'now'\s*\)/i.test(column.default ?? ''))
      .map(({ name }) => name),
  )

/**
 * An instant, ISO 8601 UTC: from text of Python's `isoformat` (without a zone: local time), of SQLite's
 * CURRENT_TIMESTAMP (UTC, where that is the column's default), or seconds since 1970. Null when there is none;
 * undefined for a text that is no time.
 */
export function instantOf(row: LegacyRow, column: string, times: LegacyTimes): string | null | undefined {
  const text = textOf(row, column)
  if (text === null) return null
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return new Date(Math.round(Number(text) * 1000)).toISOString()
  const match = timePattern.exec(text.trim())
  if (match === null) return undefined
  const [, date = '', hour = '00', minute = '00', second = '00', fraction = '', zone] = match
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0
  if (day < 1 || day > days || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined
  const millisecond = Number(fraction.padEnd(3, '0').slice(0, 3))
  const isSqliteClock = times.utcColumns.has(column) && fraction === '' && text.includes(' ')
  if (zone !== undefined || isSqliteClock) {
    const offset = (zone ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
    const clock = `${hour}:${minute}:${second}.${String(millisecond).padStart(3, '0')}`
    const instant = new Date(`${date}T${clock}${offset}`)
    // +99:00 is none.
    return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString()
  }
  const reading = { year, month, day, hour: Number(hour), minute: Number(minute), second: Number(second) }
  return toInstant({ ...reading, millisecond }, times.zone).instant
}

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/
