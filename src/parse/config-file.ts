import { type Configuration, configurationKeys, defaultConfiguration } from '../domain/configuration.ts'
import type { Problem } from '../domain/problem.ts'
import { usageError } from '../errors.ts'
import { checkLineEnds, checkValue } from './config-check.ts'
import { type ConfigEntry, type ConfigKey, parseWholeNumber, withoutReturn } from './config-entry.ts'
import { quoted } from './text.ts'

/** What a config.cfg says. */
export interface ConfigFile {
  configuration: Configuration
  /** All warnings: the flow reads any file, so nothing in it is an error. In the order of the lines. */
  problems: Problem[]
  /** How many different known keys the flow reads from the text; 0 means that it is no config.cfg. */
  knownKeys: number
}

/**
 * Reads config.cfg the way the flow does: `key:value[:third]` split at colons, nothing trimmed, a later line wins,
 * unknown lines are ignored, a last line without newline is lost. Values keep a `\r`, as the flow sees it. Source of
 * the format: formats.md, section 2 (the flow's scripts).
 */
export function parseConfigFile(text: string): ConfigFile {
  const lines = text.split('\n')
  const unterminated = lines.pop()!
  const problems: Problem[] = []
  const entries = new Map<string, ConfigEntry>()
  for (const [index, line] of lines.entries()) {
    const entry = readEntry(line, index + 1)
    if (entry === null) {
      problems.push(...checkIgnoredLine(line, index + 1))
      continue
    }
    const earlier = entries.get(entry.key.key)
    if (earlier !== undefined) problems.push(givenAgain(entry, earlier))
    entries.set(entry.key.key, entry)
  }
  const effective = [...entries.values()]
  problems.push(...checkLineEnds(lines, effective), ...effective.flatMap(checkValue))
  problems.push(...checkUnterminated(unterminated, lines.length + 1, entries))
  return {
    configuration: effective.reduce(applyEntry, defaultConfiguration()),
    problems: problems.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)),
    knownKeys: entries.size,
  }
}

/**
 * The configuration with one key set, for `--set key=value`. The key is spelled as in config.cfg or as the field;
 * the value of postlay_cross_cornerlist may be `custom:<corner> <corner> …`. Throws a usage error for an unknown key
 * and for anything but a whole number where the key wants one.
 */
export function applySetting(configuration: Configuration, key: string, value: string): Configuration {
  if (key === 'postlay_custom_corners') return { ...configuration, postlay_custom_corners: value }
  const known = configurationKeys.find((candidate) => candidate.key === key || candidate.field === key)
  if (known === undefined) {
    const names = [...configurationKeys.map((candidate) => candidate.key), 'postlay_custom_corners']
    throw usageError(`unknown configuration key ${quoted(key)}`, `known keys: ${names.join(', ')}`)
  }
  if (known.integer && parseWholeNumber(value) === null) {
    throw usageError(`${known.key}: expected a whole number, found ${quoted(value)}`)
  }
  const [first = '', ...rest] = known.field === 'postlay_cross_cornerlist' ? value.split(':') : [value]
  return applyEntry(configuration, { line: 0, key: known, value: first, rest })
}

function readEntry(line: string, number: number): ConfigEntry | null {
  const [name, value, ...rest] = line.split(':')
  const key = configurationKeys.find((candidate) => candidate.key === name)
  if (key === undefined || value === undefined) return null
  return { line: number, key, value, rest }
}

function applyEntry(configuration: Configuration, { key, value, rest }: ConfigEntry): Configuration {
  if (key.field === 'postlay_cross_cornerlist') {
    const corners = value === 'custom' ? (rest[0] ?? '') : ''
    return { ...configuration, postlay_cross_cornerlist: value, postlay_custom_corners: corners }
  }
  return { ...configuration, [key.field]: key.integer ? parseWholeNumber(value.trim()) : value }
}

function givenAgain(entry: ConfigEntry, earlier: ConfigEntry): Problem {
  const message = `${entry.key.key} is given twice, first in line ${earlier.line}: this later value counts`
  return { line: entry.line, level: 'warning', message }
}

/** A line that starts with `#` was meant to be ignored. */
function checkIgnoredLine(line: string, number: number): Problem[] {
  if (/^\s*(#|$)/.test(line)) return []
  return [{ line: number, level: 'warning', message: ignoredMessage(withoutReturn(line)) }]
}

function ignoredMessage(line: string): string {
  if (!line.includes(':')) return `expected key:value, found ${quoted(line)}: the flow ignores the line`
  const name = line.slice(0, line.indexOf(':'))
  const near = nearestKey(name)
  const hint = near === undefined ? '' : `; the known key is ${quoted(near.key)}`
  return `unknown key ${quoted(name)}: the flow ignores the line${hint}`
}

function nearestKey(name: string): ConfigKey | undefined {
  const bare = (text: string): string => text.replace(/\s+/g, '').toLowerCase()
  return configurationKeys.find((candidate) => bare(candidate.key) === bare(name))
}

function checkUnterminated(
  line: string,
  number: number,
  entries: ReadonlyMap<string, ConfigEntry>,
): Problem[] {
  if (line.trim() === '') return []
  const lost = 'the last line has no newline: the flow does not read it'
  const entry = readEntry(line, number)
  const kept = entry && (entries.get(entry.key.key)?.value ?? entry.key.fallback)
  const effect = entry === null ? '' : `, ${entry.key.key} stays ${quoted(kept ?? '')}`
  return [{ line: number, level: 'warning', message: lost + effect }]
}
