import { join } from 'node:path'
import { isMeasureFileName } from '../parse/measure-file-name.ts'
import { listFolder } from './folder.ts'
import type { FolderEntry, OncePerPath } from './watched-folder.ts'

/** The files of a point that are looked at, by their paths. */
export interface PointFiles {
  netlist: string | null
  /** That of the netlist, among whatever the farm writes. */
  log: string | null
  /** The first one, where there are alters. */
  measure: string | null
  /** The folder into which the stage ext moves the measure files. */
  result: string | null
}

/** Finds them among what lies in the folder of a point. */
export function locatePointFiles(entries: readonly FolderEntry[]): PointFiles {
  const paths = new Map(entries.filter(({ isFolder }) => !isFolder).map(({ name, path }) => [name, path]))
  const names = [...paths.keys()].sort()
  const netlists = names.filter((name) => name.endsWith('.sp'))
  const ofNetlist = netlists.map((name) => name.replace(/\.sp$/, '.log')).find((name) => paths.has(name))
  const anyLog = paths.has('simulation.log') ? 'simulation.log' : names.find((name) => name.endsWith('.log'))
  const pathOf = (name: string | undefined): string | null =>
    name === undefined ? null : (paths.get(name) ?? null)
  return {
    netlist: pathOf(netlists[0]),
    log: pathOf(ofNetlist ?? anyLog),
    measure: pathOf(firstMeasure(names)),
    result: entries.find(({ name, isFolder }) => isFolder && name === 'result')?.path ?? null,
  }
}

/** The measure file that the stage ext moved into its folder; null while there is none. */
export function movedMeasure(result: string, problems: OncePerPath): string | null {
  const entries = problems.guard(result, () => listFolder(result)) ?? []
  const name = firstMeasure(entries.filter((entry) => entry.isFile()).map((entry) => entry.name))
  return name === undefined ? null : join(result, name)
}

/** As people count: `_a2` before `_a10`. */
function firstMeasure(names: readonly string[]): string | undefined {
  const measures = names.filter(isMeasureFileName)
  if (measures.length < 2) return measures[0]
  return measures.reduce((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }) <= 0 ? one : other,
  )
}
