import { type PvtPoint, pointName, toPoint } from '../domain/point.ts'
import { isBackupName } from '../parse/backup-name.ts'
import { isMeasureFileName } from '../parse/measure-file-name.ts'
import { type FolderEntry, type OncePerPath, WatchedFolder } from './watched-folder.ts'

/** Which points belong to a job. */
export class ExpectedPoints {
  readonly #names: ReadonlySet<string>
  readonly #corners: ReadonlySet<string>
  readonly #extractions: ReadonlySet<string>
  readonly extractions: readonly string[]

  /** None, where the configuration is not known: then every point belongs. */
  constructor(readonly points: readonly PvtPoint[]) {
    this.#names = new Set(points.map(pointName))
    this.#corners = new Set(points.map((point) => point.corner))
    this.#extractions = new Set(points.map((point) => point.extraction))
    this.extractions = [...this.#extractions]
  }

  get count(): number | null {
    return this.points.length === 0 ? null : this.points.length
  }

  hasCorner(name: string): boolean {
    if (this.#corners.size > 0) return this.#corners.has(name)
    return !name.startsWith('.') && !isBackupName(name) && name !== 'report'
  }

  /** Scripts give the extractions of the cross corners names of their own: an unknown one belongs. */
  has(point: PvtPoint): boolean {
    if (this.#names.size === 0 || this.#names.has(pointName(point))) return true
    return this.#corners.has(point.corner) && !this.#extractions.has(point.extraction)
  }
}

/** Told of each folder of a point, once a look: what is in it, null when that is as it was, or that it is gone. */
export type OnPointFolder = (point: PvtPoint, entries: FolderEntry[] | null | 'gone') => void

/**
 * Walks `<corner>/<extraction>/<extraction>_<temperature>/<voltage>` below a domain. Of folders that did not change
 * only the time is asked.
 */
export class PointFolders {
  readonly #corners = new Map<string, Level>()

  constructor(
    readonly domain: string,
    readonly expected: ExpectedPoints,
    readonly problems: OncePerPath,
  ) {}

  /** `root`: what is in the domain's folder, null when that is as it was. */
  look(root: readonly FolderEntry[] | null, force: boolean, tell: OnPointFolder): void {
    if (root !== null) {
      const corners = root.filter(({ name, isFolder }) => isFolder && this.expected.hasCorner(name))
      this.#reconcile(this.#corners, corners, [], tell)
    }
    for (const corner of this.#corners.values()) this.#walk(corner, force, tell)
  }

  #walk(level: Level, force: boolean, tell: OnPointFolder): void {
    const entries = level.folder.look(force)
    if (level.point !== null) {
      tell(level.point, entries)
      return
    }
    if (entries !== null) this.#reconcile(level.below, wanted(level, entries), level.names, tell)
    for (const below of level.below.values()) this.#walk(below, force, tell)
  }

  /** Makes the levels below those that are there now; the points of the others are gone. */
  #reconcile(
    below: Map<string, Level>,
    entries: readonly FolderEntry[],
    above: readonly string[],
    tell: OnPointFolder,
  ): void {
    const paths = new Map(entries.map(({ name, path }) => [name, path]))
    for (const [name, level] of below) {
      if (paths.get(name) === level.folder.path) continue
      below.delete(name)
      forget(level, tell)
    }
    for (const [name, path] of paths) {
      if (below.has(name)) continue
      const level = this.#level([...above, name], path)
      if (level !== null) below.set(name, level)
    }
  }

  #level(names: readonly string[], path: string): Level | null {
    const [corner = '', extraction = '', both = '', voltage] = names
    if (voltage === undefined) {
      const folder = new WatchedFolder(path, this.domain, this.problems, (name) => !name.startsWith('.'))
      return { folder, names, below: new Map(), point: null }
    }
    const point = toPoint(corner, extraction, both.slice(extraction.length + 1), voltage)
    if (point === null || !this.expected.has(point)) return null
    const folder = new WatchedFolder(path, this.domain, this.problems, mattersToPoint)
    return { folder, names, below: new Map(), point }
  }
}

/** A folder of the tree: of a corner, an extraction, a temperature or a point. */
interface Level {
  folder: WatchedFolder
  /** From the corner down to it. */
  names: readonly string[]
  below: Map<string, Level>
  point: PvtPoint | null
}

const mattersToPoint = (name: string): boolean =>
  name === 'result' || name.endsWith('.sp') || name.endsWith('.log') || isMeasureFileName(name)

/** Without a configuration any folder may be a corner's; but none has more extractions than this. */
const mostExtractions = 64

function wanted(level: Level, entries: readonly FolderEntry[] | 'gone'): readonly FolderEntry[] {
  if (entries === 'gone') return []
  const folders = entries.filter(({ isFolder }) => isFolder)
  const [, extraction, both] = level.names
  if (extraction === undefined) return folders.length > mostExtractions ? [] : folders
  if (both !== undefined) return folders.filter(({ name }) => /^v1[a-z]/i.test(name))
  return folders.filter(({ name }) => name.startsWith(`${extraction}_`))
}

function forget(level: Level, tell: OnPointFolder): void {
  if (level.point !== null) tell(level.point, 'gone')
  for (const below of level.below.values()) forget(below, tell)
}
