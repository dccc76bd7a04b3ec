import type { FileMark } from './growing-file.ts'

/** What lay there before the flow that is followed: it does not count until it changes, wherever it is moved. */
export class LeftBefore {
  readonly #versions = new Set<string>()
  #beforeMs = -Infinity

  /** This version of a file was there. */
  add(mark: FileMark): void {
    this.#versions.add(versionOf(mark))
  }

  /** Nothing of the flow is older than its start, in milliseconds of the file system's clock. */
  startedAt(instantMs: number): void {
    this.#beforeMs = instantMs - clockSlackMs
  }

  has(mark: FileMark): boolean {
    return mark.mtimeMs < this.#beforeMs || (this.#versions.size > 0 && this.#versions.has(versionOf(mark)))
  }
}

const versionOf = ({ ino, size, mtimeMs }: FileMark): string => `${ino} ${size} ${mtimeMs}`

/** A file server's clock may be behind. */
const clockSlackMs = 2000
