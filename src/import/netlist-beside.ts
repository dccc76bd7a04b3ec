import { type Dirent, lstatSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { measureStems } from '../parse/measure-file-name.ts'

/**
 * Finds the netlist of a measure file by the file's name: its path, or null. Asks the entries of folders that were
 * listed already, 488 questions to the file system take 6 ms: those of the folder whose path, with a slash behind it,
 * is `before`, and for a folder `result` those `above` it, else null.
 */
export function netlistFinder(
  before: string,
  here: readonly Dirent[],
  above: readonly Dirent[] | null,
): (name: string) => string | null {
  const folders: NetlistFolder[] = [{ before, isThere: fileFinder(here) }]
  if (above !== null) folders.push({ before: `${dirname(before)}/`, isThere: fileFinder(above) })
  return (name) => netlistBeside(name, folders)
}

/** The netlist of a single measure file, or null. Asks the file system: its folder may hold thousands of others. */
export function netlistOnDisk(path: string): string | null {
  const folder = dirname(path)
  const folders = basename(folder) === 'result' ? [folder, dirname(folder)] : [folder]
  return netlistBeside(
    basename(path),
    folders.map((place) => ({ before: `${place}/`, isThere: (name) => isFile(join(place, name)) })),
  )
}

interface NetlistFolder {
  /** Its path, with a slash behind it. */
  before: string
  isThere: (name: string) => boolean
}

/**
 * `sim_tx.sp` for `sim_tx.mt0`; the flow moves the measure file to `result/` and leaves the netlist above. `sim_tx#1`
 * and `sim_tx_a1` are alters of sim_tx, unless there is a netlist of that very name.
 */
function netlistBeside(name: string, folders: readonly NetlistFolder[]): string | null {
  const stems = measureStems(name)
  for (const { before, isThere } of folders) {
    const stem = stems.find((stem) => isThere(`${stem}.sp`))
    if (stem !== undefined) return `${before}${stem}.sp`
  }
  return null
}

function fileFinder(entries: readonly Dirent[]): (name: string) => boolean {
  if (entries.length <= few) return (name) => entries.some((entry) => entry.name === name && entry.isFile())
  let names: Set<string> | undefined
  return (name) =>
    (names ??= new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name))).has(name)
}

/** Entries that are looked through faster than a set of them is made. */
const few = 16

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false
