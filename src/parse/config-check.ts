import type { ConfigurationField } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { type ConfigEntry, parseWholeNumber, withoutReturn } from './config-entry.ts'
import { quoted } from './text.ts'

/**
 * Warnings for the value of one line that counts. One cause gives one warning: a carriage return is left to
 * `checkLineEnds`, and a value with blanks is not told to be outside its list as well.
 */
export function checkValue(entry: ConfigEntry): Problem[] {
  const messages = [valueMessage(entry), restMessage(entry)]
  return messages
    .filter((message) => message !== null)
    .map((message) => ({ line: entry.line, level: 'warning', message: `${entry.key.key}: ${message}` }))
}

/**
 * One warning for a file with CRLF line ends: the line where they begin, how many there are, and which of the values
 * that count mean something else to the flow because of it.
 */
export function checkLineEnds(lines: readonly string[], effective: readonly ConfigEntry[]): Problem[] {
  const first = lines.findIndex((line) => line.endsWith('\r'))
  if (first < 0) return []
  const count = lines.filter((line) => line.endsWith('\r')).length
  const changed = effective.flatMap(changedMeaning)
  const effect = changed.length === 0 ? '' : ` (${changed.join('; ')})`
  const message =
    `${count === 1 ? '1 line ends' : `${count} lines end`} in CRLF, first line ${first + 1}: ` +
    `the flow takes the carriage return for a part of the value${effect}; save the file with LF`
  return [{ line: first + 1, level: 'warning', message }]
}

function valueMessage({ key, value }: ConfigEntry): string | null {
  const seen = withoutReturn(value)
  const plain = seen.trim()
  if (key.integer && parseWholeNumber(plain) === null) return `expected a whole number, found ${quoted(seen)}`
  if (seen !== plain) return `blanks around the value: the flow sees ${quoted(seen)}${taken(key.field, seen)}`
  if (key.values === undefined || key.values.includes(seen)) return null
  return `expected ${alternatives(key.values)}, found ${quoted(seen)}${taken(key.field, seen)}`
}

function restMessage({ key, value, rest }: ConfigEntry): string | null {
  const isCustom = key.field === 'postlay_cross_cornerlist' && value === 'custom'
  const corners = isCustom ? (rest[0] ?? '') : null
  const isMissing =
    corners?.trim() === '' || (corners === null && withoutReturn(value) === 'custom' && rest.length === 0)
  if (key.field === 'postlay_cross_cornerlist' && isMissing) {
    return 'custom without corners: write postlay_cross_cornerlist:custom:<corner> <corner> …'
  }
  const ignored = (isCustom ? rest.slice(1) : rest).join(':')
  return withoutReturn(ignored) === ''
    ? null
    : `the flow ignores ${quoted(withoutReturn(ignored))} at the end`
}

function taken(field: ConfigurationField, value: string): string {
  const meaning = meaningOf(field, value)
  return meaning === null ? '' : `; the flow takes it for ${meaning}`
}

function changedMeaning({ key, value }: ConfigEntry): string[] {
  const meaning = meaningOf(key.field, value)
  if (meaning === null || meaning === meaningOf(key.field, withoutReturn(value))) return []
  return [`${key.key}: ${quoted(value)} is ${meaning}`]
}

/**
 * What the flow does with a text, where its scripts compare it; null where the text is passed on as it stands. Must
 * agree with src/domain/matrix.ts.
 */
function meaningOf(field: ConfigurationField, value: string): string | null {
  switch (field) {
    case 'mode':
      return value === 'prelay' ? 'prelay' : 'polo'
    case 'supply_1st':
      return rails.includes(value) ? 'a rail' : 'no rail: the sweep has no effect'
    case 'supply_2nd':
      return value === 'NA' ? 'no second supply' : 'a second supply (only NA is none)'
    case 'supply_3rd':
      return value === 'vccn' || value === 'vccn_vcctx' ? 'a third supply' : 'no third supply'
    case 'condition':
      return value === 'htol' || value === 'hvqk' ? 'the all-max voltages only' : 'all voltages'
    case 'gs_gf_corner':
    case 'alter_extraction':
      return value === 'No' ? 'No' : 'Yes'
    case 'postlay_cross_cornerlist':
      return value === 'full' || value === 'custom' ? value : 'default'
    case 'vcc':
    case 'vccn':
    case 'vcctx':
    case 'vccana':
    case 'cpu_count':
    case 'memory_gb':
    case 'alter_string_count':
    case 'sim_mode':
    case 'vcc_vid':
    case 'simulator':
    case 'postlay_custom_corners':
      return null
  }
}

const rails: readonly string[] = ['vcc', 'vccn', 'vcctx', 'vccana']

function alternatives(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`
}
