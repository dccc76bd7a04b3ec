import { closeSync, fstatSync, write, mkdirSync, openSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/** Kept in the database of each output, whatever its size: the beginning and the end, in bytes. */
const headBytes = 4096
const tailBytes = 16_384

/** At most so much is passed on at once. */
const pieceBytes = 65_536

/** What the database keeps of an output. */
export interface OutputFacts {
  bytes: number
  head: string
  /** Empty when the head holds it all. */
  tail: string
}

/**
 * The file that a flow writes its output into. The flow writes by itself, not through a pipe to us: when pvt is
 * killed, or stands still behind a terminal that was stopped, the flow goes on.
 */
export class OutputFile {
  readonly path: string
  /** For the flow's process. */
  readonly descriptor: number
  #passed = 0

  /** Makes the file and its folder; only the user may read it. @throws the system's error. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.path = path
    this.descriptor = openSync(path, 'ax+', 0o600)
  }

  /** What was written since the last call, a piece of it; null when there is nothing new. */
  next(): Buffer | null {
    const { size } = fstatSync(this.descriptor)
    if (size <= this.#passed) return null
    const piece = Buffer.allocUnsafe(Math.min(size - this.#passed, pieceBytes))
    const read = readSync(this.descriptor, piece, 0, piece.length, this.#passed)
    this.#passed += read
    return read === 0 ? null : piece.subarray(0, read)
  }

  facts(): OutputFacts {
    const { size } = fstatSync(this.descriptor)
    const head = this.#text(0, Math.min(size, headBytes))
    const from = Math.max(headBytes, size - tailBytes)
    return { bytes: size, head, tail: from >= size ? '' : this.#text(from, size - from) }
  }

  close(): void {
    closeSync(this.descriptor)
  }

  /** For a flow that was not started after all. */
  discard(): void {
    this.close()
    rmSync(this.path, { force: true })
  }

  #text(from: number, length: number): string {
    const bytes = Buffer.alloc(length)
    const read = readSync(this.descriptor, bytes, 0, length, from)
    // PostgreSQL's text holds no NUL.
    return bytes.toString('utf8', 0, read).replaceAll('\0', '\uFFFD')
  }
}

/**
 * How often a running flow's output is passed on, and how often it is looked for while there is none: ten times a
 * second took 0.07 % of a core all through a silent run.
 */
const passMs = 200
const quietMs = 1000

/**
 * Copies what a flow writes to where pvt itself writes, while it runs. A reader that stands still holds nothing up,
 * and one that has gone ends the copying alone.
 */
export class Passage {
  readonly #file: OutputFile
  readonly #to: 1 | 2
  #waitMs = passMs
  #timer: NodeJS.Timeout | null = null
  #copying: Promise<boolean> | null = null
  #isOver = false
  #gone = false

  constructor(file: OutputFile, to: 1 | 2) {
    this.#file = file
    this.#to = to
    this.#copyLater()
  }

  /** Copies what is left, and ends. */
  async end(): Promise<void> {
    this.#isOver = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#copying
    await this.#copyAll()
  }

  #copyLater(): void {
    this.#timer = setTimeout(() => {
      this.#copying = this.#copyAll()
      void this.#copying.then((wasThere) => {
        this.#waitMs = wasThere ? passMs : Math.min(this.#waitMs * 2, quietMs)
        if (!this.#isOver && !this.#gone) this.#copyLater()
      })
    }, this.#waitMs)
  }

  /** Whether there was anything. */
  async #copyAll(): Promise<boolean> {
    for (let pieces = 0; ; pieces += 1) {
      const piece = this.#gone ? null : this.#file.next()
      if (piece === null) return pieces > 0
      for (let offset = 0; offset < piece.length && !this.#gone;) offset += await this.#write(piece, offset)
    }
  }

  #write(piece: Buffer, offset: number): Promise<number> {
    return new Promise((resolve) => {
      write(this.#to, piece, offset, piece.length - offset, null, (error, written) => {
        if (error === null) resolve(written)
        else if (error.code === 'EAGAIN') setTimeout(resolve, 20, 0)
        else {
          this.#gone = true
          resolve(0)
        }
      })
    })
  }
}
