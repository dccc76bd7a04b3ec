import * as crypto from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf, PvtError } from '../errors.ts'
import { decodeText } from '../parse/text.ts'
import type { ReadFile } from '../store/imports.ts'

/** A file's text with what tells one version of it from another. */
export interface TextFile extends ReadFile {
  text: string
}

/** A file's bytes, the same; void once the next file is read. */
export interface FileBytes extends ReadFile {
  bytes: Uint8Array
  /** When it was last written, milliseconds since 1970. */
  writtenMs: number
}

/** Reports and configurations are small; a text beyond this is no file of the flow. Measure files may be larger. */
const largestText = 256 * 1024 * 1024

/** What of a run's files is held whole, and what of a single one; the rows of measure files take about eight times as much. */
export const smallFile = 2 * 1024 * 1024
export const smallFiles = 24 * 1024 * 1024

/**
 * Reads a text file whole.
 *
 * @throws `file_not_found`, `file_error` when it is there and cannot be read, `bad_input` when it is no text.
 */
export function readTextFile(path: string): TextFile {
  const file = withFile(path, (descriptor, stat) => {
    const { size } = stat
    if (size > largestText) {
      const what = `${path} has ${size} bytes, a file of its kind at most ${largestText} bytes`
      throw new PvtError('bad_input', what, 'name a file of the flow')
    }
    return wholeFile(path, descriptor, stat)
  })
  return toTextFile(file)
}

/** The text of a file that was read. @throws `bad_input` when it is none. */
export function toTextFile({ path, size, sha256, bytes }: FileBytes): TextFile {
  const decoded = decodeText(bytes)
  if ('refused' in decoded) {
    throw new PvtError('bad_input', `${path}: ${decoded.refused}`, 'name a text file of the flow')
  }
  return { path, size, sha256, text: decoded.text }
}

/**
 * Reads a file whole, when it has at most `most` bytes; else null.
 *
 * @throws `file_not_found`, `file_error`, `bad_input` as {@link readTextFile}.
 */
export function readSmallFile(path: string, most: number): FileBytes | null {
  return withFile(path, (descriptor, stat) => (stat.size > most ? null : wholeFile(path, descriptor, stat)))
}

/**
 * Reads a file of any size in pieces, and gives its size and digest at the end. A piece is void once the next one is
 * asked for.
 *
 * @throws `file_not_found`, `file_error`, `bad_input` as {@link readTextFile}.
 */
export function* readPieces(path: string, pieceSize = 256 * 1024): Generator<Buffer, ReadFile> {
  const { descriptor } = openRegular(path)
  try {
    const hasher = crypto.createHash('sha256')
    const buffer = Buffer.allocUnsafe(pieceSize)
    let size = 0
    for (;;) {
      const length = readPiece(path, descriptor, buffer)
      if (length === 0) return { path, size, sha256: hasher.digest('hex') }
      const piece = buffer.subarray(0, length)
      hasher.update(piece)
      size += length
      yield piece
    }
  } finally {
    closeSync(descriptor)
  }
}

function readPiece(path: string, descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null)
  } catch (error) {
    throw fileError(path, error)
  }
}

/**
 * Used for every file that is read whole: an import of a tree reads hundreds, of which each would need its own. No
 * Buffer: `slice` of one gives a view, and who keeps that reads the next file in it.
 */
let shared = new Uint8Array(0)

function wholeFile(path: string, descriptor: number, { size, mtimeMs }: Stats): FileBytes {
  // With a byte to spare one call both reads a file and tells that it has ended.
  if (shared.length <= size) shared = new Uint8Array(Math.max(64 * 1024, size + 1))
  let length = 0
  for (;;) {
    const read = readSync(descriptor, shared, length, shared.length - length, null)
    length += read
    // A file of the system says that it is empty, and is not; some network file systems give less than is asked for.
    if (read === 0 || (size > 0 && length >= size && length < shared.length)) break
    if (length < shared.length) continue
    // Something still writes into it.
    const larger = new Uint8Array(2 * shared.length)
    larger.set(shared)
    shared = larger
  }
  const bytes = shared.subarray(0, length)
  if (shared.length > mostShared) shared = new Uint8Array(0)
  return { path, size: length, sha256: sha256(bytes), bytes, writtenMs: mtimeMs }
}

/** A larger buffer is not kept. */
const mostShared = 4 * 1024 * 1024

function withFile<T>(path: string, read: (descriptor: number, stat: Stats) => T): T {
  const { descriptor, stat } = openRegular(path)
  try {
    return read(descriptor, stat)
  } catch (error) {
    throw error instanceof PvtError ? error : fileError(path, error)
  } finally {
    closeSync(descriptor)
  }
}

/** Opened without blocking: a FIFO or a device in place of a file would hang an ordinary read for ever. */
function openRegular(path: string): { descriptor: number; stat: Stats } {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw fileError(path, error)
  }
  const stat = fstatSync(descriptor)
  if (stat.isFile()) return { descriptor, stat }
  closeSync(descriptor)
  throw new PvtError('bad_input', `${path} is not a regular file`, 'name a file')
}

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
const isRecent = major > 21 || (major === 20 && minor >= 12)
/** Undefined before Node.js 20.12, also where the program was built with an older one. */
const hash = isRecent ? (crypto.hash as typeof crypto.hash | undefined) : undefined

/** The digest in hexadecimal digits. One call takes half the time of three on a small file, where Node has it. */
export const sha256 = (bytes: Uint8Array | string): string =>
  hash?.('sha256', bytes, 'hex') ?? crypto.createHash('sha256').update(bytes).digest('hex')

/** A failure of the file system as one of ours, by what the user can do about it. */
export function fileError(path: string, error: unknown): PvtError {
  const code = codeOf(error)
  // Node.js gives this character for bytes that are no UTF-8, and the name that has it is another one.
  if (code === 'ENOENT' && path.includes('\ufffd')) {
    return new PvtError('file_error', `${path}: the name is not UTF-8, and cannot be opened`, 'rename it')
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PvtError('file_not_found', `there is no ${path}`, 'check the path')
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new PvtError('file_error', `no permission to read ${path}`, 'ask its owner')
  }
  if (code === 'ELOOP')
    return new PvtError('file_error', `${path} is a loop of symbolic links`, 'remove the loop')
  return new PvtError('file_error', `${path} cannot be read (${code ?? String(error)})`, 'check the file', {
    cause: error,
  })
}
