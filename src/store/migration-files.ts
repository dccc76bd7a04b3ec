import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PvtError } from '../errors.ts'
import { explainFileError } from './file-system.ts'
import { programFolder } from './program-folder.ts'

/** The number of files in `migrations/` (a test holds the two together): opening must not list a folder. */
export const schemaVersion = 9

export interface Migration {
  version: number
  /** The file's name without its ending: `0001_initial`. */
  name: string
  sql: string
  sha256: string
}

/** The version that a database must have to be used: a constant, or for tests the size of their folder. */
export const expectedVersion = (folder: string | undefined): number =>
  folder === undefined ? schemaVersion : readMigrations(folder).length

/**
 * Reads `0001_name.sql`, `0002_name.sql` … in order.
 * @throws PvtError `file_error` when a number is missing or double, or the folder cannot be read.
 */
export function readMigrations(folder = migrationsFolder()): Migration[] {
  const files = listFolder(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  return files.map((file, index) => {
    const version = index + 1
    if (!/^\d{4}_\w+\.sql$/.test(file) || Number(file.slice(0, 4)) !== version) {
      throw new PvtError(
        'file_error',
        `${join(folder, file)}: expected migration ${String(version).padStart(4, '0')}_<name>.sql`,
        'migrations are numbered from 0001 without gaps; install pvt again',
      )
    }
    const sql = readFileSync(join(folder, file), 'utf8')
    return { version, name: file.slice(0, -'.sql'.length), sql, sha256: digest(sql) }
  })
}

/** From `dist/cli.cjs` it is `../migrations`, from `src/store` one folder further up. */
function migrationsFolder(): string {
  const near = join(programFolder(), '..', 'migrations')
  return existsSync(near) ? near : join(programFolder(), '..', '..', 'migrations')
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw explainFileError(folder, error)
  }
}

/** Line ends do not count: a checkout on another system must not look like a changed migration. */
const digest = (sql: string): string =>
  createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
