import { join } from 'node:path'
import { toInstant, type Zone } from '../domain/local-time.ts'
import { pointName } from '../domain/point.ts'
import { parseBackupName } from '../parse/backup-name.ts'
import { listFolder } from './folder.ts'
import type { FollowedReports } from './followed-reports.ts'
import { type FileMark, isSameMark } from './growing-file.ts'
import { LeftBefore } from './left-before.ts'
import { type FolderEntry, lstatOf, type OncePerPath } from './watched-folder.ts'

/** Of the backups that are there already, only so many of the newest may be shared with a flow of the same minute. */
const mayBeShared = 3

/** The backups of a domain that are new, or that a flow of the same minute adds to. */
export class FollowedBackups {
  readonly #known = new Set<string>()
  readonly #followed: Backup[] = []
  /** The reports of older flows in the backups that may be shared. */
  readonly #leftBefore = new LeftBefore()
  readonly #moved = new Set<string>()

  constructor(
    readonly zone: Zone,
    readonly problems: OncePerPath,
  ) {}

  /** How many points have their reports in a new backup. */
  get moved(): number {
    return this.#moved.size
  }

  /** Takes the backups that are there as those of earlier flows. */
  skip(root: readonly FolderEntry[]): void {
    const backups = backupsIn(root)
    for (const { name } of backups) this.#known.add(name)
    for (const { path } of backups.slice(-mayBeShared)) {
      const backup: Backup = { ...unseen(path), isOlder: true, isGiven: true, marks: this.#marksOf(path) }
      for (const file of this.#reportsOf(backup)) {
        const mark = lstatOf(file.path, this.problems)
        if (mark !== null) this.#leftBefore.add(mark)
      }
      this.#followed.push(backup)
    }
  }

  /** Takes those of earlier minutes than a flow's start (ISO 8601 UTC) as those of earlier flows. */
  skipBefore(root: readonly FolderEntry[], start: string): void {
    for (const { name } of backupsIn(root)) {
      const minute = toInstant(parseBackupName(name)!, this.zone).instant.slice(0, 16)
      if (minute < start.slice(0, 16)) this.#known.add(name)
    }
  }

  /** Looks at the new ones. `root`: what is in the domain's folder, null when that is as it was. */
  look(root: readonly FolderEntry[] | null, force: boolean, reports: FollowedReports): void {
    for (const { name, path } of root === null ? [] : backupsIn(root)) {
      if (this.#known.has(name)) continue
      this.#known.add(name)
      this.#followed.push(unseen(path))
    }
    for (const backup of this.#followed) this.#lookAt(backup, force, reports)
  }

  /** The folders that changed since they were given, and do no more. `isOver`: nothing is moved any more. */
  take(isOver: boolean): string[] {
    const complete = this.#followed.filter(({ isGiven, isSettled }) => !isGiven && (isOver || isSettled))
    for (const backup of complete) backup.isGiven = true
    return complete.map(({ path }) => path)
  }

  #lookAt(backup: Backup, force: boolean, reports: FollowedReports): void {
    const marks = this.#marksOf(backup.path)
    backup.isSettled = marks.every((mark, index) => isSameOrNone(mark, backup.marks[index] ?? null))
    const isRecent = marks.some((mark) => mark !== null && Date.now() - mark.mtimeMs < 2000)
    if (backup.isSettled && !isRecent && !force) return
    backup.marks = marks
    const fresh = this.#reportsOf(backup).filter(({ path }) => {
      if (!backup.isOlder) return true
      const mark = lstatOf(path, this.problems)
      return mark !== null && !this.#leftBefore.has(mark)
    })
    for (const point of reports.add(fresh)) this.#moved.add(pointName(point))
    const folder = join(backup.path, 'report')
    reports.lookAtCreport(folder, (mark) => !this.#leftBefore.has(mark))
    // A file that somebody removed from an older backup makes it no new one.
    const hasChanged = backup.isOlder ? fresh.length !== backup.files : !backup.isSettled
    backup.files = fresh.length
    if (!hasChanged) return
    backup.isGiven = false
    backup.isSettled = false
  }

  /** Of the folder, its reports and its creport.txt; null for what is not there. */
  #marksOf(path: string): (FileMark | null)[] {
    const report = join(path, 'report')
    return [path, report, join(report, 'creport.txt')].map((each) => lstatOf(each, this.problems))
  }

  /** creport.txt among them. */
  #reportsOf({ path }: Backup): FolderEntry[] {
    const folder = join(path, 'report')
    const entries = this.problems.guard(folder, () => listFolder(folder)) ?? []
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.txt'))
      .map(({ name }) => ({ name, isFolder: false, path: join(folder, name) }))
  }
}

interface Backup {
  path: string
  /** It was there before the flow that is followed. */
  isOlder: boolean
  isGiven: boolean
  /** Whether it is as at the look before. */
  isSettled: boolean
  /** How many files of this flow it had at the last look. */
  files: number
  marks: (FileMark | null)[]
}

const unseen = (path: string): Backup => ({
  ...{ path, isOlder: false, isGiven: false, isSettled: false, files: 0, marks: [] },
})

const isSameOrNone = (one: FileMark | null, other: FileMark | null): boolean =>
  one === other || isSameMark(one, other)

/** The oldest first: the name's digits sort by time. */
function backupsIn(root: readonly FolderEntry[]): FolderEntry[] {
  return root
    .filter(({ name, isFolder }) => isFolder && parseBackupName(name) !== null)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
