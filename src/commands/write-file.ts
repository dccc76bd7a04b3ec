import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, PvtError } from '../errors.ts'

/**
 * A reader of the file sees the old one or the new one, never a half. A device or a pipe is written to as it is, and
 * a symbolic link stays one.
 *
 * @throws `output_failed`
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false })
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
    if (there === undefined ? isLink : !there.isFile()) writeFileSync(path, content)
    else replaceFile(isLink ? realpathSync(path) : path, content)
  } catch (error) {
    throw notWritten(path, error)
  }
}

/**
 * The same for what comes in pieces and need not be held whole.
 *
 * @throws `output_failed`, and whatever the pieces throw: then the old file stays.
 */
export async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  // A device or a pipe takes what it is given; a link to nothing is made a file.
  const isFile = there === undefined || statSync(path, { throwIfNoEntry: false })?.isFile() === true
  const target = isFile && there !== undefined ? realpathSync(path) : path
  const temporary = isFile ? join(dirname(target), `.pvt-export-${randomUUID()}.tmp`) : target
  const written = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw notWritten(path, error)
    }
  }
  try {
    const descriptor = written(() => openSync(temporary, isFile ? 'wx' : 'w'))
    try {
      for await (const piece of pieces)
        written(() => {
          writeFileSync(descriptor, piece)
        })
      if (isFile)
        written(() => {
          fsyncSync(descriptor)
        })
    } finally {
      closeSync(descriptor)
    }
    if (isFile)
      written(() => {
        renameSync(temporary, target)
      })
  } catch (error) {
    if (isFile) rmSync(temporary, { force: true })
    throw error
  }
}

const notWritten = (path: string, error: unknown): PvtError =>
  new PvtError(
    'output_failed',
    `${path} cannot be written (${codeOf(error) ?? String(error)})`,
    'check the folder',
  )

function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.pvt-export-${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, content, { flag: 'wx', flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
