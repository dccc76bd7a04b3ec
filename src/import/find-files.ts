import { type Dirent, lstatSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { compareNaturally } from '../domain/natural-order.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { messageOf, PvtError } from '../errors.ts'
import { isBackupName, looksLikeBackupName } from '../parse/backup-name.ts'
import { isMeasureFileName, isPackedMeasureName } from '../parse/measure-file-name.ts'
import { listFolder, newestBackup, realPath } from './folder.ts'
import { netlistFinder, netlistOnDisk } from './netlist-beside.ts'
import { pointOfFileName, pointOfFolder, pointOfPath } from './point-of-path.ts'
import { withoutPath } from './row-problems.ts'
import { type ListFolder, lister } from './together.ts'

/** What of the flow's files lies at a path, found by names and places; nothing is opened. */
export interface FoundFiles {
  kind: 'backup' | 'domain' | 'creport' | 'report' | 'measure'
  /** The absolute path that was asked for, without symbolic links. */
  path: string
  creport: string | null
  reports: string[]
  measures: FoundMeasure[]
  /** Folders that may not be read. */
  problems: FileProblem[]
  /** What is not read, by its path: links, packed measure files, backups further down, and in a backup folders in which nothing of the flow lies. */
  leftAlone: string[]
}

export interface FoundMeasure {
  path: string
  /** Null when neither the folders nor the name tell it. */
  point: PvtPoint | null
  /** The netlist beside it, or null. */
  netlist: string | null
}

/** Deeper than any layout of the flow; a guard against loops of mount points. */
const deepest = 12

/**
 * Finds what can be imported at `path`: a backup folder, a domain folder (its live tree), a single creport.txt,
 * report_*.txt or measure file. Symbolic links below the path are not followed. `list`: {@link runLister} of the path.
 *
 * @throws `file_not_found`; `bad_input` when nothing of the flow lies there.
 */
export function findFiles(path: string, list: ListFolder = listFolder): FoundFiles {
  const found = findWhatIsThere(path, list)
  refuseNothing(found)
  return found
}

/** The same, and nothing of the flow is an answer, too. @throws `file_not_found`. */
export function findWhatIsThere(path: string, list: ListFolder = listFolder): FoundFiles {
  const absolute = realPath(path)
  if (!statSync(absolute).isDirectory()) return singleFile(absolute)
  return isBackupName(basename(absolute)) ? backupFolder(absolute, list) : liveTree(absolute, list)
}

/** How to list the folders of the run at `path`, which may come from a file server. @throws as {@link findFiles} */
export const runLister = (path: string): Promise<ListFolder> =>
  lister(path, (root, folder, depth) => depth < deepest && !isOtherRun(root, folder.name, depth))

/**
 * Of what is left alone, what may well hold a file that was read before: a folder that was moved to another disk, with
 * a link in its place, and a measure file that was packed.
 */
export const stillThere = ({ leftAlone }: FoundFiles): string[] =>
  leftAlone.flatMap((path) =>
    isLink(path) ? [path] : isPackedMeasureName(basename(path)) ? [path.slice(0, path.lastIndexOf('.'))] : [],
  )

/** Whether nothing of the flow was found. */
export const isNothing = ({ creport, reports, measures }: FoundFiles): boolean =>
  creport === null && reports.length === 0 && measures.length === 0

/** @throws `bad_input` when nothing of the flow was found, `file_error` when it may lie where nobody may look. */
export function refuseNothing(found: FoundFiles): void {
  if (!isNothing(found)) return
  const [unread] = found.problems
  throw unread === undefined
    ? nothingIn(found)
    : new PvtError('file_error', problemOf(unread), 'ask its owner')
}

const problemOf = ({ file, message }: FileProblem): string =>
  message.includes(file) ? message : `${file}: ${message}`

const reportFileName = /^report_.*\.txt$/

function singleFile(path: string): FoundFiles {
  const name = basename(path)
  const empty = { path, creport: null, reports: [], measures: [], problems: [], leftAlone: [] }
  if (reportFileName.test(name)) return { ...empty, kind: 'report', reports: [path] }
  if (name.endsWith('.txt') && !isMeasureFileName(name)) return { ...empty, kind: 'creport', creport: path }
  const measure = { path, point: pointOfPath(path), netlist: netlistOnDisk(path) }
  return { ...empty, kind: 'measure', measures: [measure] }
}

function backupFolder(path: string, list: ListFolder): FoundFiles {
  const { measures, problems, leftAlone } = measuresBelow(path, list)
  const strange = list(path)
    .filter((entry) => entry.isDirectory() && !foldersOfBackup.includes(entry.name))
    .map((entry) => join(path, entry.name))
    .filter((folder) => !measures.some((measure) => measure.path.startsWith(`${folder}/`)))
  return {
    kind: 'backup',
    path,
    ...reportsIn(join(path, 'report'), list, problems),
    ...{ measures, problems, leftAlone: [...new Set([...strange, ...leftAlone])].sort() },
  }
}

/** What the flow writes into a backup, with measure files or without. */
const foldersOfBackup: readonly string[] = ['report', 'compiled_waveform', 'tb_bkp']

/** A domain's live tree: the corner folders and the reports of `ext`; its backups are other runs. */
function liveTree(path: string, list: ListFolder): FoundFiles {
  const own = reportsIn(path, list)
  const found = measuresBelow(path, list)
  const below = reportsIn(join(path, 'report'), list, found.problems)
  return {
    kind: 'domain',
    path,
    creport: below.creport ?? own.creport,
    reports: below.reports.length > 0 ? below.reports : own.reports,
    ...found,
  }
}

/** None in a folder that is a link, which is named as left alone, nor in one of which it is told that it cannot be read. */
function reportsIn(
  folder: string,
  list: ListFolder = listFolder,
  problems: readonly FileProblem[] = [],
): Pick<FoundFiles, 'creport' | 'reports'> {
  const isUnread = problems.some(({ file }) => file === folder)
  const names = (isUnread || isLink(folder) ? [] : list(folder))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort()
  return {
    creport: names.includes('creport.txt') ? join(folder, 'creport.txt') : null,
    reports: names.filter((name) => reportFileName.test(name)).map((name) => `${folder}/${name}`),
  }
}

/** The reports in the folder of a creport.txt: their names stand in for those that its header lacks. */
export const reportsBeside = (creport: string): string[] => reportsIn(dirname(creport)).reports

/** The shallowest first, and the names as people count them: `_a2` before `_a10`. */
function measuresBelow(
  root: string,
  list: ListFolder,
): Pick<FoundFiles, 'measures' | 'problems' | 'leftAlone'> {
  const levels: FoundMeasure[][] = []
  const problems: FileProblem[] = []
  const leftAlone: string[] = []
  const inOrder = naturalSorter()
  /** `above`: what is in the folder above, for a folder `result`. */
  const walk = (folder: string, depth: number, above: readonly Dirent[] | null): void => {
    const entries = listReadable(folder, list, problems)
    const before = folder === '/' ? folder : `${folder}/`
    const folders: string[] = []
    const names: string[] = []
    for (const entry of entries) {
      const { name } = entry
      if (entry.isDirectory()) folders.push(name)
      else if (entry.isFile()) {
        if (isMeasureFileName(name)) names.push(name)
        else if (isPackedMeasureName(name)) leftAlone.push(before + name)
      } else if (entry.isSymbolicLink() && (isFlowFileName(name) || leadsToFolder(before + name)))
        leftAlone.push(before + name)
    }
    if (names.length > 0) {
      // One point for all files of a folder: its name is made once.
      const point = pointOfFolder(folder)
      const netlistOf = netlistFinder(before, entries, above)
      const level = (levels[depth] ??= [])
      for (const name of inOrder(names)) {
        level.push({ path: before + name, point: point ?? pointOfFileName(name), netlist: netlistOf(name) })
      }
    }
    if (depth >= deepest) return
    for (const name of inOrder(folders)) {
      if (!isOtherRun(root, name, depth)) walk(before + name, depth + 1, name === 'result' ? entries : null)
      else if (depth > 0 || !isBackupName(name)) leftAlone.push(before + name)
    }
  }
  walk(root, 0, null)
  return { measures: levels.flat(), problems, leftAlone: leftAlone.sort() }
}

/** A backup; and a renamed one beside a live tree, which within a backup is a strange folder. */
const isOtherRun = (root: string, name: string, depth: number): boolean =>
  isBackupName(name) || (depth === 0 && looksLikeBackupName(name) && !isBackupName(basename(root)))

const isFlowFileName = (name: string): boolean =>
  isMeasureFileName(name) || reportFileName.test(name) || name === 'creport.txt'

/** Sorts the names in folders; those of a level have mostly the same, in the same order: each is sorted once. */
function naturalSorter(): (names: string[]) => readonly string[] {
  const sorted = new Map<string, readonly string[]>()
  return (names) => {
    if (names.length < 2) return names
    const key = names.join('/')
    let found = sorted.get(key)
    if (found === undefined) sorted.set(key, (found = names.sort(compareNaturally)))
    return found
  }
}

/** A link to nowhere, into a loop or to where nobody may look leads to none. */
function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}

/** One folder that may not be read does not keep the others out. */
function listReadable(folder: string, list: ListFolder, problems: FileProblem[]): Dirent[] {
  try {
    return list(folder)
  } catch (error) {
    problems.push({
      file: folder,
      line: null,
      level: 'error',
      message: withoutPath(messageOf(error), folder),
    })
    return []
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false

function nothingIn({ kind, path }: FoundFiles): PvtError {
  if (kind === 'backup') {
    return new PvtError(
      'bad_input',
      `${path} has no report/creport.txt, no reports and no measure files`,
      'name a backup folder that the flow wrote',
    )
  }
  const backup = newestBackup(path)
  return new PvtError(
    'bad_input',
    `${path} has no live tree: no reports and no measure files`,
    backup === null
      ? 'name a domain folder or a backup'
      : `its newest backup is ${basename(backup)}: name that, or import it with --latest`,
  )
}
