import { lstatSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../errors.ts'
import type { OutputPaths } from '../store/runs.ts'

/**
 * Removes the files in which the output of flows was kept, of jobs that are gone: those that lie in the folder for it
 * and are the user's own regular files. A link is neither followed nor removed.
 *
 * @returns what could not be removed, a sentence each.
 */
export function removeOutputs(folder: string, runs: readonly OutputPaths[]): string[] {
  const paths = runs.flatMap(({ output_path, errors_path }) => [output_path, errors_path])
  return paths.flatMap((path) => {
    if (path === null || dirname(path) !== folder) return []
    try {
      if (isOwnFile(path)) unlinkSync(path)
      return []
    } catch (error) {
      return [`the output of a removed job stays in ${path}: ${messageOf(error)}`]
    }
  })
}

function isOwnFile(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.isFile() && stat.uid === process.geteuid?.()
}
