import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PvtError } from '../errors.ts'
import { listBackups } from './backup-folder.ts'
import { shellWord } from './file-system.ts'

/**
 * A database in which a damaged page was met gets a file beside it, `<database>.check-needed`. SQLite goes on
 * writing into the sound pages of such a file (a small insert succeeds), and every write makes less of it
 * recoverable: while the mark is there it is opened for reading only.
 */
const markOf = (path: string): string => `${path}.check-needed`

export function markDamaged(path: string, detail: string): void {
  try {
    writeFileSync(markOf(path), `${detail}\n`, { flag: 'wx' })
  } catch {
    // Marked already, or a folder that may not be written: then neither may the database.
  }
}

/** What was found damaged, or null. */
export function damageIn(path: string): string | null {
  try {
    return readFileSync(markOf(path), 'utf8').split('\n')[0] ?? ''
  } catch {
    return null
  }
}

/** For a database that was checked and is sound, or whose file was put aside. */
export function removeMark(path: string): void {
  rmSync(markOf(path), { force: true })
}

export function corrupt(path: string, detail: string, options?: ErrorOptions): PvtError {
  return new PvtError(
    'database_corrupt',
    `${path}: the database is damaged (${detail})`,
    salvageAdvice(path),
    options,
  )
}

/** Ways back, the best first. */
export function salvageAdvice(path: string): string {
  const newest = newestBackup(join(dirname(path), 'backups'))
  const restore =
    newest === null
      ? 'restore the last backup (pvt restore FILE)'
      : `restore the newest backup, of ${newest.created_at}: pvt restore ${shellWord(newest.path)}`
  return `${restore}; or save what can be read: sqlite3 ${shellWord(path)} .recover | sqlite3 saved.db; keep a copy of the file first`
}

function newestBackup(folder: string): { path: string; created_at: string } | null {
  try {
    return listBackups(folder)[0] ?? null
  } catch {
    return null
  }
}
