import { randomUUID } from 'node:crypto'
import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
    throw new PvtError(
      'output_failed',
      `${path} cannot be written (${codeOf(error) ?? String(error)})`,
      'check the folder',
    )
  }
}

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
