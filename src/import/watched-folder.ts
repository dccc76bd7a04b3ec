import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import type { FileProblem } from '../domain/problem.ts'
import { codeOf, messageOf } from '../errors.ts'
import { type FileMark, toMark } from './growing-file.ts'
import { fileError } from './read-file.ts'

export interface FolderEntry {
  name: string
  isFolder: boolean
  /** Where it lies; for a folder that is linked, the real place. */
  path: string
}

/** What went wrong with files and folders, each said once however often it is met. */
export class OncePerPath {
  readonly #told = new Set<string>()
  #fresh: FileProblem[] = []

  tell(file: string, level: FileProblem['level'], message: string, line: number | null = null): void {
    const key = `${file}\n${message}`
    if (this.#told.has(key) || this.#told.size >= mostTold) return
    this.#told.add(key)
    this.#fresh.push({ file, line, level, message })
  }

  /** Does something with a file or folder; what it throws becomes a problem, and the answer null. */
  guard<T>(file: string, action: () => T): T | null {
    try {
      return action()
    } catch (error) {
      this.tell(file, 'error', messageOf(error))
      return null
    }
  }

  /** Those that are new since the last call. */
  take(): FileProblem[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}

/** Beyond this a tree is so broken that nobody reads on; and a watcher runs for days. */
const mostTold = 1000

/** A folder that is listed again only when its time of change moved. */
export class WatchedFolder {
  #ino = 0
  #mtimeMs = NaN
  #settled = false

  /** `matters`: the names that anybody asks for; of a link by another name nothing is said. */
  constructor(
    readonly path: string,
    readonly domain: string,
    readonly problems: OncePerPath,
    readonly matters: (name: string) => boolean,
  ) {}

  /**
   * What matters of its files and folders; null when they are as they were, `gone` when there is no such folder. Links
   * to folders are followed within the domain only, links to files never. With `force` it is listed in any case:
   * opening a folder makes a network file system ask its server.
   */
  look(force = false): FolderEntry[] | null | 'gone' {
    const stat = lstatOf(this.path, this.problems)
    if (stat === null) {
      this.#settled = false
      return 'gone'
    }
    if (!force && this.#settled && stat.mtimeMs === this.#mtimeMs && stat.ino === this.#ino) return null
    this.#ino = stat.ino
    this.#mtimeMs = stat.mtimeMs
    // Two changes within one tick of the file system's clock (a second on some) bear the same time.
    this.#settled = Date.now() - stat.mtimeMs > 2000
    const entries = list(this.path, this.problems)
    if (entries === null) {
      // Permissions may come back without a trace in this time.
      this.#settled = false
      return []
    }
    if (entries === 'gone') return entries
    return entries.filter(({ name }) => this.matters(name)).flatMap((entry) => this.#known(entry))
  }

  #known(entry: Dirent): FolderEntry[] {
    const { name } = entry
    // Not `join`: asked for thousands of names it takes a tenth of a look.
    const path = `${this.path}/${name}`
    if (entry.isDirectory()) return [{ name, isFolder: true, path }]
    if (entry.isFile()) return [{ name, isFolder: false, path }]
    if (!entry.isSymbolicLink()) return []
    // A netlist is only asked whether it is there.
    if (name.endsWith('.sp')) return [{ name, isFolder: false, path }]
    try {
      const target = realpathSync(path)
      const isFolder = statSync(target).isDirectory()
      if (isFolder && target.startsWith(`${this.domain}/`)) return [{ name, isFolder, path: target }]
      this.problems.tell(path, 'warning', `links to ${target}: not followed`)
    } catch {
      // A link to nowhere, or into a loop.
    }
    return []
  }
}

/** Its size and time; null when it is not there. What else goes wrong is told. */
export function lstatOf(path: string, problems: OncePerPath): FileMark | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat === undefined ? null : toMark(stat)
  } catch (error) {
    if (codeOf(error) !== 'ENOTDIR') problems.tell(path, 'error', fileError(path, error).message)
    return null
  }
}

/** Null when it may not be read. */
function list(path: string, problems: OncePerPath): Dirent[] | 'gone' | null {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'gone'
    problems.tell(path, 'error', fileError(path, error).message)
    return null
  }
}
