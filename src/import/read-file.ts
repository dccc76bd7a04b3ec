import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { codeOf, PvtError } from '../errors.ts'
import { decodeText } from '../parse/text.ts'
import type { ReadFile } from '../store/imports.ts'

/** A file's text with what tells one version of it from another. */
export interface TextFile extends ReadFile {
  text: string
}

/** A file's bytes, the same. */
export interface FileBytes extends ReadFile {
  bytes: Buffer
}

/** Reports and configurations are small; a text beyond this is no file of the flow. Measure files may be larger. */
const largestText = 256 * 1024 * 1024

/**
 * Reads a text file whole.
 *
 * @throws `file_not_found`, `file_error` when it is there and cannot be read, `bad_input` when it is no text.
 */
export function readTextFile(path: string): TextFile {
  const file = withFile(path, (descriptor, size) => {
    if (size > largestText) {
      const what = `${path} has ${size} bytes, a file of its kind at most ${largestText} bytes`
      throw new PvtError('bad_input', what, 'name a file of the flow')
    }
    return wholeFile(path, descriptor)
  })
  const decoded = decodeText(file.bytes)
  if ('refused' in decoded) {
    throw new PvtError('bad_input', `${path}: ${decoded.refused}`, 'name a text file of the flow')
  }
  return { path, size: file.size, sha256: file.sha256, text: decoded.text }
}

/**
 * Reads a file whole, when it has at most `most` bytes; else null.
 *
 * @throws `file_not_found`, `file_error`, `bad_input` as {@link readTextFile}.
 */
export function readSmallFile(path: string, most: number): FileBytes | null {
  return withFile(path, (descriptor, size) => (size > most ? null : wholeFile(path, descriptor)))
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
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(pieceSize)
    let size = 0
    for (;;) {
      const length = readPiece(path, descriptor, buffer)
      if (length === 0) return { path, size, sha256: hash.digest('hex') }
      const piece = buffer.subarray(0, length)
      hash.update(piece)
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

function wholeFile(path: string, descriptor: number): FileBytes {
  const bytes = readFileSync(descriptor)
  return { path, size: bytes.length, sha256: sha256(bytes), bytes }
}

function withFile<T>(path: string, read: (descriptor: number, size: number) => T): T {
  const { descriptor, size } = openRegular(path)
  try {
    return read(descriptor, size)
  } catch (error) {
    throw error instanceof PvtError ? error : fileError(path, error)
  } finally {
    closeSync(descriptor)
  }
}

/** Opened without blocking: a FIFO or a device in place of a file would hang an ordinary read for ever. */
function openRegular(path: string): { descriptor: number; size: number } {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw fileError(path, error)
  }
  const stat = fstatSync(descriptor)
  if (stat.isFile()) return { descriptor, size: stat.size }
  closeSync(descriptor)
  throw new PvtError('bad_input', `${path} is not a regular file`, 'name a file')
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** A failure of the file system as one of ours, by what the user can do about it. */
export function fileError(path: string, error: unknown): PvtError {
  const code = codeOf(error)
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
