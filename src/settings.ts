import { userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { usageError } from './errors.ts'

export const formats = ['table', 'json', 'ndjson', 'csv'] as const
export type Format = (typeof formats)[number]

/** Where the data lies: a SQLite file, or a PostgreSQL server. */
export type DatabaseLocation = { engine: 'sqlite'; path: string } | { engine: 'postgres'; url: string }

/** Flags and environment, checked once; complete from here on. */
export interface Settings {
  database: DatabaseLocation
  /** Whether `--db` is a URL with a password, which the list of processes shows to everybody. */
  passwordInArguments: boolean
  format: Format
  /** `--format rerun`, which only `results missing` knows. */
  rerun: boolean
  quiet: boolean
  colour: boolean
  /** A terminal that cannot move its cursor (TERM=dumb). */
  dumbTerminal: boolean
  /** --safe-csv: text in CSV that a spreadsheet would run as a formula is disarmed. */
  safeCsv: boolean
  /** Whether the locale is UTF-8: charts have lines, not only ASCII. */
  unicode: boolean
  /** Who runs the command: the owner of a new job, and the user of `@latest`. */
  user: string
  /** Where changes are kept that could not reach their database: a folder on the local disk. */
  spool: string
  /** Where the output of flows is kept that `pvt run` starts. */
  outputs: string
  /** `PVT_BEST_EFFORT`: a database that is away does not make a change fail. */
  bestEffort: boolean
  /** `PVT_NOTIFY`: the command to run when a job ends; null when there is none. */
  notify: string | null
  /** `$PVT_JOB`; null when it is not set. */
  job: string | null
  cwd: string
}

export interface GlobalOptions {
  db?: string
  format?: string
  json?: boolean
  quiet?: boolean
  color?: boolean
  safeCsv?: boolean
}

export type Environment = Record<string, string | undefined>

/** PVT_DEBUG=1: stack traces, and the warnings of Node and of libraries. */
export const isDebugging = (environment: Environment): boolean =>
  isSet(environment.PVT_DEBUG) && environment.PVT_DEBUG !== '0'

/** @throws usage error for an empty database or job name: an unset variable in a script must not pass unseen. */
export function toSettings(
  options: GlobalOptions,
  environment: Environment,
  cwd: string,
  /** Asked only when nothing else decides about colour. */
  terminal: () => boolean,
): Settings {
  return {
    database: toDatabaseLocation(options.db, environment),
    passwordInArguments: /^postgres(ql)?:\/\/([^/?]*:.+@|.*[?&]password=)/.test(options.db ?? ''),
    format: toFormat(options),
    rerun: options.json !== true && options.format === 'rerun',
    quiet: options.quiet === true,
    colour: wantsColour(options, environment, terminal),
    dumbTerminal: environment.TERM === 'dumb',
    safeCsv: options.safeCsv === true,
    unicode: hasUnicode(environment),
    user: currentUser(environment),
    spool: spoolFolder(environment),
    outputs: outputFolder(environment),
    bestEffort: isSet(environment.PVT_BEST_EFFORT) && environment.PVT_BEST_EFFORT !== '0',
    notify: isSet(environment.PVT_NOTIFY) ? environment.PVT_NOTIFY : null,
    job: environment.PVT_JOB ?? null,
    cwd,
  }
}

function toFormat({ json, format = 'table' }: GlobalOptions): Format {
  if (json === true) return 'json'
  if (format === 'rerun') return 'table'
  const known = formats.find((name) => name === format)
  if (known === undefined)
    throw usageError(`--format ${format}: unknown format`, `formats: ${formats.join(' ')}`)
  return known
}

function toDatabaseLocation(flag: string | undefined, environment: Environment): DatabaseLocation {
  if (flag !== undefined) return parseLocation(flag, '--db')
  if (environment.PVT_DB !== undefined) return parseLocation(environment.PVT_DB, 'PVT_DB')
  return { engine: 'sqlite', path: join(dataFolder(environment), 'pvt', 'pvt.db') }
}

/** SQLite takes '', ' ' and ':memory:' for a database that is gone at exit: results lost without a word. */
function parseLocation(text: string, origin: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(text)) return { engine: 'postgres', url: text }
  if (text.trim() === '') {
    throw usageError(`${origin} is empty`, 'name a file or a postgres:// URL, or unset it for the default')
  }
  // Bytes that are no UTF-8 have become U+FFFD: it would be another file than was named.
  const isMangled = text.includes('\0') || text.includes('\ufffd')
  if (text !== text.trim() || text === ':memory:' || text.startsWith('file:') || isMangled) {
    throw usageError(
      `${origin}: '${text}' is not the name of a database file`,
      'name a file or a postgres:// URL',
    )
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw usageError(
      `${origin}: unknown kind of database '${text.split(':')[0] ?? ''}'`,
      'use a file or postgres://',
    )
  }
  return { engine: 'sqlite', path: text }
}

function dataFolder(environment: Environment): string {
  const { XDG_DATA_HOME } = environment
  // A relative one is invalid and to be ignored (XDG Base Directory Specification).
  if (isSet(XDG_DATA_HOME) && isAbsolute(XDG_DATA_HOME)) return XDG_DATA_HOME
  const home = isSet(environment.HOME) ? environment.HOME : homeOfUser()
  if (home === null) {
    throw usageError('there is no home folder for the default database', 'set PVT_DB or use --db')
  }
  return join(home, '.local', 'share')
}

/** Beside what survives a restart of the host, and never on the network: homes lie there. */
function spoolFolder({ PVT_SPOOL }: Environment): string {
  if (PVT_SPOOL?.trim() === '') {
    throw usageError('PVT_SPOOL is empty', 'name a folder on the local disk, or unset it for the default')
  }
  return PVT_SPOOL === undefined ? `/var/tmp/pvt-spool-${process.getuid?.() ?? 'user'}` : resolve(PVT_SPOOL)
}

/** The user's state (XDG Base Directory Specification); where there is no home, beside the spool. */
function outputFolder(environment: Environment): string {
  const { XDG_STATE_HOME } = environment
  if (isSet(XDG_STATE_HOME) && isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, 'pvt', 'output')
  const home = isSet(environment.HOME) ? environment.HOME : homeOfUser()
  if (home === null) return `/var/tmp/pvt-output-${process.getuid?.() ?? 'user'}`
  return join(home, '.local', 'state', 'pvt', 'output')
}

/** Throws for a user that the system does not know (a container). os.homedir() believes an empty HOME. */
function homeOfUser(): string | null {
  try {
    return userInfo().homedir
  } catch {
    return null
  }
}

/** The environment first: a name service look-up can be slow on a farm host, and throws for an unknown user. */
function currentUser(environment: Environment): string {
  const named = environment.USER ?? environment.LOGNAME
  if (isSet(named)) return named
  try {
    return userInfo().username
  } catch {
    return `uid:${process.getuid?.() ?? 'unknown'}`
  }
}

function wantsColour(options: GlobalOptions, environment: Environment, terminal: () => boolean): boolean {
  if (options.color === false || isSet(environment.NO_COLOR)) return false
  if (isSet(environment.FORCE_COLOR)) return environment.FORCE_COLOR !== '0'
  return environment.TERM !== 'dumb' && terminal()
}

/** The first of the three variables that is set names the locale of characters (POSIX, locale). */
function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find(isSet) ?? 'C'
  return /utf-?8/i.test(locale)
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''
