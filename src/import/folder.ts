import { type Dirent, readdir, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeOf, PvtError } from '../errors.ts'
import { isBackupName } from '../parse/backup-name.ts'
import { fileError } from './read-file.ts'

/**
 * The absolute path, without symbolic links.
 *
 * @throws `file_not_found` when it is not there, `file_error` when it may not be looked for or is a loop of links.
 */
export function realPath(path: string): string {
  try {
    return realpathSync(resolve(path))
  } catch (error) {
    throw fileError(path, error)
  }
}

/** The same of a folder. @throws also `file_not_found` for something else. */
export function realFolder(path: string): string {
  const folder = realPath(path)
  if (statSync(folder).isDirectory()) return folder
  throw new PvtError('file_not_found', `${path} is no folder`, 'name the folder')
}

/** The entries of a folder; none when it is not there. @throws `file_error` when it may not be read. */
export function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return noEntries(folder, error)
  }
}

/** The same, for who lists other folders meanwhile. */
export async function listFolderMeanwhile(folder: string): Promise<Dirent[]> {
  try {
    return await new Promise<Dirent[]>((resolve, reject) => {
      readdir(folder, { withFileTypes: true }, (error, entries) => {
        if (error === null) resolve(entries)
        else reject(error)
      })
    })
  } catch (error) {
    return noEntries(folder, error)
  }
}

function noEntries(folder: string, error: unknown): Dirent[] {
  const isThere = folder.includes('\ufffd')
  if (!isThere && (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')) return []
  throw fileError(folder, error)
}

/** The path of the newest backup folder of a domain, or null. The name's digits sort by time. */
export function newestBackup(domain: string): string | null {
  const backups = listFolder(domain)
    .filter((entry) => entry.isDirectory() && isBackupName(entry.name))
    .map((entry) => entry.name)
    .sort()
  const newest = backups.at(-1)
  return newest === undefined ? null : join(domain, newest)
}
