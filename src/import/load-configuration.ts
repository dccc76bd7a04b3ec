import { type Configuration, defaultConfiguration } from '../domain/configuration.ts'
import { impliedPoints } from '../domain/matrix.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { ConfigSnapshot } from '../domain/job.ts'
import { longest, refuseLong } from '../domain/size-limits.ts'
import { PvtError } from '../errors.ts'
import { applySetting, parseConfigFile } from '../parse/config-file.ts'
import { quoted } from '../parse/text.ts'
import { readTextFile } from './read-file.ts'

/** A configuration as a job keeps it: its values, the points that it implies, and the file that it came from. */
export interface LoadedConfiguration {
  configuration: Configuration
  points: PvtPoint[]
  path: string | null
  snapshot: ConfigSnapshot
  problems: FileProblem[]
}

/**
 * Reads a config.cfg (null: the flow's defaults) and overrides single keys with `settings` (`key=value`).
 *
 * @throws `bad_input` for a file without a single key that the flow knows; `usage` for a setting that is none.
 */
export function loadConfiguration(path: string | null, settings: readonly string[]): LoadedConfiguration {
  const file = path === null ? null : readConfigFile(path)
  const configuration = settings.reduce(
    (current, setting) => override(current, setting),
    file?.configuration ?? defaultConfiguration(),
  )
  return {
    configuration,
    points: impliedPoints(configuration),
    path,
    snapshot: file?.snapshot ?? { config_text: null, config_sha256: null },
    problems: file?.problems ?? [],
  }
}

function readConfigFile(path: string): Omit<LoadedConfiguration, 'points' | 'path'> {
  const { text, size, sha256 } = readTextFile(path)
  if (size > longest.configuration) {
    const what = `${path} has ${size} bytes, a config.cfg at most ${longest.configuration}`
    throw new PvtError('bad_input', what, 'name the config.cfg of the flow')
  }
  const { configuration, problems, knownKeys } = parseConfigFile(text)
  if (knownKeys === 0) {
    throw new PvtError('bad_input', `${path} has no key of a config.cfg`, 'name the config.cfg of the flow')
  }
  return {
    configuration,
    snapshot: { config_text: text, config_sha256: sha256 },
    problems: problems.map((problem) => ({ file: path, ...problem })),
  }
}

function override(configuration: Configuration, setting: string): Configuration {
  const at = setting.indexOf('=')
  if (at < 1)
    throw new PvtError('usage', `--set ${quoted(setting)}: no key=value`, "write it as --set 'mode=polo'")
  const [key, value] = [setting.slice(0, at), setting.slice(at + 1)]
  refuseLong(`--set ${quoted(key)}`, value, longest.setting)
  return applySetting(configuration, key, value)
}
