import { type Dirent, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FileProblem } from '../domain/problem.ts'
import { messageOf, PvtError } from '../errors.ts'
import { isBackupName, looksLikeBackupName } from '../parse/backup-name.ts'
import { listFolder, listFolderMeanwhile } from './folder.ts'
import { withoutPath } from './row-problems.ts'
import { isRemote, together } from './together.ts'

export interface FoundBackups {
  /** Real paths, each once; domain by domain, the oldest first. */
  backups: string[]
  /** Folders that could not be read (errors), and what looks like a backup but is none (warnings). */
  problems: FileProblem[]
}

/** Below this nobody keeps backups; a guard against loops of mount points. */
const deepest = 40

/**
 * Finds every backup folder below a folder, and the folder itself when it is one. Looks into each folder once, and
 * not into backups nor the folders of single simulations. A link to a backup is followed, one to another folder is
 * named when it leads out of `root`.
 */
export async function findBackups(root: string): Promise<FoundBackups> {
  if (isBackupName(basename(root))) return { backups: [root], problems: [] }
  const backups = new Set<string>()
  const problems: FileProblem[] = []
  const note = (level: FileProblem['level'], file: string, message: string): void => {
    problems.push({ file, line: null, level, message })
  }
  const linked = (path: string, name: string): void => {
    const target = targetOf(path)
    if (target === null) return
    if (isBackupName(name)) backups.add(target)
    else if (!isWithin(target, root))
      note('warning', path, `links to ${target}: not followed; name that folder to import from it`)
  }
  const list = isRemote(root) ? listFolderMeanwhile : listFolder
  const look = async (folder: string, depth: number, below: string[]): Promise<void> => {
    for (const entry of await listed(folder, list, note)) {
      const path = join(folder, entry.name)
      if (entry.isSymbolicLink()) linked(path, entry.name)
      if (!entry.isDirectory()) continue
      if (isBackupName(entry.name)) {
        backups.add(path)
        continue
      }
      if (looksLikeBackupName(entry.name)) {
        note('warning', path, 'its name is not 00bkp_YYYYMMDDHHmm: not taken for a backup')
      }
      if (depth >= deepest) note('error', path, `lies ${deepest} folders deep: not looked into`)
      else if (!isPlaceOfSimulations(basename(folder), entry.name)) below.push(path)
    }
  }
  let level = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: string[] = []
    await together(level, (folder) => look(folder, depth, below))
    level = below
  }
  return { backups: [...backups].sort(), problems: problems.sort((a, b) => (a.file < b.file ? -1 : 1)) }
}

/** A folder that may not be read, or went meanwhile, does not keep the others out. */
async function listed(
  folder: string,
  list: (folder: string) => Dirent[] | Promise<Dirent[]>,
  note: (level: 'error', file: string, message: string) => void,
): Promise<Dirent[]> {
  try {
    return await list(folder)
  } catch (error) {
    if (!(error instanceof PvtError)) throw error
    note('error', folder, withoutPath(messageOf(error), folder))
    return []
  }
}

/** The real path of the folder that a link leads to; null for a link to a file or to nothing. */
function targetOf(link: string): string | null {
  try {
    return statSync(link).isDirectory() ? realpathSync(link) : null
  } catch {
    return null
  }
}

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)

/** `typical/typical_m40` of a live tree: hundreds of folders of single simulations lie below a domain. */
const isPlaceOfSimulations = (folder: string, name: string): boolean =>
  name.startsWith(`${folder}_`) && /^m?\d+$/.test(name.slice(folder.length + 1))
