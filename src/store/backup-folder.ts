import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The name of a backup made at an instant (ISO 8601 UTC): `pvt-20260131T120000Z.db`; sorts by time. */
export const backupName = (now: string): string => `pvt-${now.slice(0, 19).replace(/[-:]/g, '')}Z.db`

const ownName = /^pvt-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/

export interface ListedBackup {
  path: string
  created_at: string
  size_bytes: number
}

/** The backups in a folder, by their names, newest first. */
export function listBackups(folder: string): ListedBackup[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = ownName.exec(name)
      if (match === null) return []
      const [, year, month, day, hour, minute, second] = match
      const path = join(folder, name)
      const created_at = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
      return [{ path, created_at, size_bytes: statSync(path).size }]
    })
    .sort((a, b) => (a.path < b.path ? 1 : -1))
}

/** Removes all but the newest `keep` backups of a folder; gives back the paths that went. */
export function rotateBackups(folder: string, keep: number): string[] {
  const old = listBackups(folder).slice(keep)
  for (const { path } of old) rmSync(path)
  return old.map(({ path }) => path)
}
