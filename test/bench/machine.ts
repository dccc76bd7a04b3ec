import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import Sqlite from 'better-sqlite3'

/** What the figures were measured on; `null` for a tool that is not installed. */
export interface Machine {
  date: string
  processor: string
  load: number
  node: string
  /** The SQLite in the program. */
  sqlite: string
  /** Python and the SQLite in it. */
  python: string | null
  shell: string | null
}

export interface Tools {
  /** The interpreter itself: a version manager's stand-in takes 80 ms more. */
  python: string | null
  /** The sqlite3 shell. */
  shell: string | null
}

/** NODE_EXTRA_CA_CERTS adds 40 ms to every start of Node 20 and would hide what the program does. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const unset = { NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, PVT_JOB: undefined }
  return { ...process.env, ...unset, NO_COLOR: '1' }
}

export function findTools(): Tools {
  return {
    python: answerOf('python3', ['-c', 'import sqlite3, sys; print(sys.executable)']),
    shell: answerOf('sqlite3', ['-version']) === null ? null : 'sqlite3',
  }
}

export function describeMachine({ python, shell }: Tools): Machine {
  const versions = 'import platform, sqlite3; print(platform.python_version(), sqlite3.sqlite_version)'
  const [python3, pythonSqlite] = (python && answerOf(python, ['-c', versions])?.split(' ')) || []
  return {
    date: new Date().toISOString(),
    processor: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    load: loadavg()[0]!,
    node: process.version,
    sqlite: sqliteVersion(),
    python: python3 === undefined ? null : `${python3} (SQLite ${pythonSqlite})`,
    shell: shell && (answerOf(shell, ['-version'])?.split(' ')[0] ?? null),
  }
}

function answerOf(program: string, parameters: readonly string[]): string | null {
  try {
    return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

function sqliteVersion(): string {
  const database = new Sqlite(':memory:')
  try {
    return database.prepare('select sqlite_version()').pluck().get() as string
  } finally {
    database.close()
  }
}
