import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { codeOf, PvtError } from '../errors.ts'
import { decodeText } from '../parse/text.ts'
import type { ReadFile } from '../store/imports.ts'

/** A file's text with what tells one version of it from another. */
export interface TextFile extends ReadFile {
  text: string
}

/** Measure files and reports are small; a text beyond this is no file of the flow, or wants another way of reading. */
const largestText = 256 * 1024 * 1024

/**
 * Reads a text file whole.
 *
 * @throws `file_not_found`, `file_error` when it is there and cannot be read, `bad_input` when it is no text.
 */
export function readTextFile(path: string): TextFile {
  const bytes = readBytes(path)
  const decoded = decodeText(bytes)
  if ('refused' in decoded) {
    throw new PvtError('bad_input', `${path}: ${decoded.refused}`, 'name a text file of the flow')
  }
  return { path, size: bytes.length, sha256: sha256(bytes), text: decoded.text }
}

/** Opened without blocking: a FIFO or a device in place of a file would hang an ordinary read for ever. */
function readBytes(path: string): Buffer {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw fileError(path, error)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw new PvtError('bad_input', `${path} is not a regular file`, 'name a file')
    if (stat.size > largestText) {
      throw new PvtError('bad_input', `${path} has ${stat.size} bytes`, `at most ${largestText} are read`)
    }
    return readFileSync(descriptor)
  } catch (error) {
    throw error instanceof PvtError ? error : fileError(path, error)
  } finally {
    closeSync(descriptor)
  }
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
