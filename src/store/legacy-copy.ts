import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { codeOf, PvtError } from '../errors.ts'
import { explainFileError } from './file-system.ts'
import { connect } from './sqlite-driver.ts'

/** Opens an old database for reading; one with a journal or a WAL as a copy, which SQLite may recover. */
export function connectToLegacy(path: string, wal: boolean): Sqlite.Database {
  if (!wal && !existsSync(`${path}-journal`)) return connect(path, { readonly: true, fileMustExist: true })
  try {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const raw = connectToCopy(path)
      if (raw !== null) return raw
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  } catch (error) {
    throw codeOf(error)?.startsWith('E') === true ? explainFileError(placeOf(path, error), error) : error
  }
  throw new PvtError(
    'database_locked',
    `${path} is being written all the time: no copy of one moment could be made`,
    'adopt it when nobody writes to it',
  )
}

const mostAttempts = 20
const pauseMs = 100

/** The old database is only read: what cannot be made or written is the copy. */
function placeOf(path: string, error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'mkdtemp' || code === 'ENOSPC' || code === 'EDQUOT' ? tmpdir() : path
}

const suffixes = ['', '-wal', '-journal'] as const

/** Null when somebody wrote meanwhile: its parts are of different moments then, and would be read as nonsense. */
function connectToCopy(path: string): Sqlite.Database | null {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-adopt-'))
  try {
    const copy = join(folder, 'old.db')
    const before = stateOf(path)
    for (const suffix of suffixes) {
      if (!existsSync(path + suffix)) continue
      copyFileSync(path + suffix, copy + suffix)
      chmodSync(copy + suffix, 0o600)
    }
    if (stateOf(path) !== before) return null
    const raw = connect(copy, { fileMustExist: true })
    // Recovers it and opens all its files; from then on they need no names, and a killed program leaves none.
    raw.pragma('schema_version')
    return raw
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Sizes and times of writing of all its files. */
function stateOf(path: string): string {
  const states = suffixes.map((suffix) => {
    const found = statSync(path + suffix, { throwIfNoEntry: false, bigint: true })
    return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeNs}`
  })
  return states.join(', ')
}
