import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf } from '../errors.ts'
import { fileError } from './read-file.ts'

/** What tells one version of a file from another. */
export interface FileMark {
  ino: number
  size: number
  mtimeMs: number
}

export const toMark = ({ ino, size, mtimeMs }: Stats): FileMark => ({ ino, size, mtimeMs })

export const isSameMark = (one: FileMark | null, other: FileMark | null): boolean =>
  one !== null &&
  other !== null &&
  one.mtimeMs === other.mtimeMs &&
  one.size === other.size &&
  one.ino === other.ino

/** Who reads a file as it grows. */
export interface GrowthReader {
  /** The file is another one than before, or was written anew: what comes next is its beginning. */
  restart: () => void
  /** Whole lines, with their newlines. */
  take: (lines: string) => void
}

export interface Growth {
  /** What stands behind the last newline. */
  rest: string
  /** Whether the file is as it was at the last look: nobody is in the middle of writing it. */
  settled: boolean
}

/** A file that somebody appends to: each look reads what was added. Nothing of its text is kept. */
export class GrowingFile {
  #mark: FileMark | null = null
  /** Behind the last newline that was read. */
  #offset = 0
  /** Whether the line at the offset began before it. */
  #insideLine = false
  #settled = false
  #sum = sumOfNothing
  /** A sum of the first bytes: a file that is written anew in place may be longer than before. */
  #headSum = 0
  #headLength = 0

  /** `most`: when a file grew by more bytes, the middle is left out. */
  constructor(
    readonly path: string,
    readonly most = Infinity,
  ) {}

  /** When the file was written last, in milliseconds of the file system's clock; null before the first look. */
  get mtimeMs(): number | null {
    return this.#mark?.mtimeMs ?? null
  }

  /** Of all lines that were read: the same for files of the same content. Known still while `restart` is called. */
  get sum(): number {
    return this.#sum
  }

  /** Takes all that is there for read. @throws `file_error` */
  skip(): void {
    const opened = open(this.path)
    if (opened === null) return
    try {
      this.#keepHead(opened.descriptor, opened.mark.size)
      this.#mark = opened.mark
      this.#offset = opened.mark.size
      this.#settled = true
    } finally {
      closeSync(opened.descriptor)
    }
  }

  /** Whether a look would read anything: the file differs from the last look, or has only just settled. */
  wants(mark: FileMark): boolean {
    return !this.#settled || !isSameMark(mark, this.#mark)
  }

  /** Reads what was added. Null when the file is not there or no regular one. @throws `file_error` */
  look(reader: GrowthReader): Growth | null {
    const opened = open(this.path)
    if (opened === null) return null
    const { descriptor, mark } = opened
    try {
      this.#settled = isSameMark(mark, this.#mark)
      if (this.#mark !== null && this.#isAnother(descriptor, mark)) {
        reader.restart()
        this.#offset = this.#headLength = 0
        this.#insideLine = false
        this.#sum = sumOfNothing
      }
      const rest = this.#readOn(descriptor, mark.size, reader)
      if (this.#headLength < headSize) this.#keepHead(descriptor, mark.size)
      this.#mark = mark
      return { rest, settled: this.#settled }
    } catch (error) {
      throw fileError(this.path, error)
    } finally {
      closeSync(descriptor)
    }
  }

  #isAnother(descriptor: number, mark: FileMark): boolean {
    if (mark.ino !== this.#mark!.ino || mark.size < this.#mark!.size) return true
    return headSum(descriptor, this.#headLength) !== this.#headSum
  }

  #keepHead(descriptor: number, size: number): void {
    this.#headLength = Math.min(size, headSize)
    this.#headSum = headSum(descriptor, this.#headLength)
  }

  #readOn(descriptor: number, size: number, reader: GrowthReader): string {
    for (;;) {
      if (size - this.#offset > this.most && this.#offset >= piece.length) {
        this.#offset = size - this.most
        this.#insideLine = true
      }
      const wanted = Math.min(piece.length, size - this.#offset)
      const length = wanted <= 0 ? 0 : readSync(descriptor, piece, 0, wanted, this.#offset)
      const newline = piece.subarray(0, length).lastIndexOf(0x0a)
      if (newline < 0) {
        if (length < piece.length) return this.#insideLine ? '' : piece.toString('utf8', 0, length)
        // No line of the flow is that long.
        this.#offset += length
        this.#insideLine = true
        continue
      }
      const start = this.#insideLine ? piece.indexOf(0x0a) + 1 : 0
      this.#offset += newline + 1
      this.#sum = sumOf(piece, newline + 1, this.#sum)
      this.#insideLine = false
      if (start <= newline) reader.take(piece.toString('utf8', start, newline + 1))
    }
  }
}

const headSize = 4096

/** Shared by all files: their texts are taken one after the other. */
const piece = Buffer.allocUnsafeSlow(64 * 1024)
const head = Buffer.allocUnsafeSlow(headSize)

function headSum(descriptor: number, length: number): number {
  return length === 0 ? 0 : sumOf(head, readSync(descriptor, head, 0, length, 0), sumOfNothing)
}

const sumOfNothing = 0x811c9dc5

/** FNV-1a. */
function sumOf(bytes: Uint8Array, length: number, before: number): number {
  let sum = before
  for (let index = 0; index < length; index += 1) sum = Math.imul(sum ^ bytes[index]!, 0x01000193)
  return sum
}

/** Opened without blocking and not through a link; null for what is no regular file or not there. */
function open(path: string): { descriptor: number; mark: FileMark } | null {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) return null
    throw fileError(path, error)
  }
  const stat = fstatSync(descriptor)
  if (stat.isFile()) return { descriptor, mark: toMark(stat) }
  closeSync(descriptor)
  return null
}

/** A text of its own: a part of a longer text would keep all of it in memory. */
export const detached = <Text extends string | null>(text: Text): Text =>
  (text === null ? null : Buffer.from(text).toString()) as Text
