import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  hasValue,
  type MeasureAge,
  olderThanNetlist,
  type PointFile,
  sameContentAtSeveralPoints,
  sweepsWithoutEffect,
} from '../domain/plausibility.ts'
import { pointFolder, pointName, type PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { FoundFiles } from './find-files.ts'
import type { LargePoint } from './large-points.ts'
import type { Sources } from './read-sources.ts'

/** What was read, and all of it, but looks wrong: warnings, each with its point and numbers. */
export function implausible(found: FoundFiles, sources: Sources, results: readonly Result[]): FileProblem[] {
  return [
    ...sweepsWithoutEffect(found.path, results),
    ...sameContentAtSeveralPoints(filesWithValues(sources)),
    ...olderThanNetlist(agesOf(sources)),
    ...besideTheTree(found, sources),
  ]
}

/**
 * Files that only another tree further down has, while the folder has a tree of its own: somebody keeps an older run
 * there, whose values are not those of this one.
 */
function besideTheTree({ kind, path, measures }: FoundFiles, { writtenMs, large }: Sources): FileProblem[] {
  if (kind !== 'domain') return []
  const read = new Set([...writtenMs.keys(), ...large.flatMap(({ files }) => files.map((file) => file.path))])
  const trees = new Map<string, PvtPoint[]>()
  for (const { path: file, point } of measures) {
    if (point === null || !read.has(file)) continue
    // Nearly all lie in the tree of the folder itself.
    const tree = file.startsWith(`${path}/${pointFolder(point)}/`) ? path : treeOf(file, point)
    const points = trees.get(tree)
    if (points === undefined) trees.set(tree, [point])
    else points.push(point)
  }
  const others = [...trees].filter(([tree]) => tree !== path && tree !== '')
  return trees.has(path) ? others.map(([tree, points]) => treeInside(path, tree, points)) : []
}

function treeInside(path: string, tree: string, points: readonly PvtPoint[]): FileProblem {
  const files = points.length === 1 ? '1 measure file' : `${points.length} measure files`
  const message = `a tree inside that of ${path}: ${files} that only it has, for example of ${pointName(points[0]!)}; move it away if it is another run`
  return { file: tree, line: null, level: 'warning', message }
}

/** The folder above that of the corner; empty for a file that lies elsewhere, and tells its point by its name. */
function treeOf(file: string, point: PvtPoint): string {
  const folder = dirname(file).replace(/\/result$/, '')
  const end = `/${pointFolder(point)}`
  return folder.endsWith(end) ? folder.slice(0, -end.length) : ''
}

/** The files of one point each that hold a value: those of failed simulations are all alike. */
function filesWithValues({ rows, files }: Sources): PointFile[] {
  const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]))
  const found = new Map<string, PointFile>()
  for (const { file, source, point, measurements } of rows) {
    if (source === 'creport' || found.has(file)) continue
    if (!hasValue({ measurements })) continue
    const sha256 = digests.get(file)
    if (sha256 !== undefined) found.set(file, { path: file, sha256, point })
  }
  return [...found.values()]
}

function agesOf({ rows, writtenMs, netlistsMs, large }: Sources): MeasureAge[] {
  const ages = new Map<string, MeasureAge>()
  const beside = large.flatMap((point) => point.rows.map(({ row }) => row))
  for (const { file, netlist, point } of [...rows, ...beside]) {
    if (netlist === null || ages.has(file)) continue
    const measuredMs = writtenMs.get(file)
    const netlistMs = netlistsMs.get(netlist) ?? writtenAt(netlist)
    if (measuredMs !== undefined && netlistMs !== null)
      ages.set(file, { path: file, point, measuredMs, netlistMs })
  }
  return [...ages.values(), ...large.flatMap(agesOfLarge)]
}

/** Of a point with large files, which are read later. Its small ones are among its rows. */
function agesOfLarge({ point, files }: LargePoint): MeasureAge[] {
  return files.flatMap(({ path, netlist, copyOf }) => {
    const [measuredMs, netlistMs] = [path, netlist].map((file) => (file === null ? null : writtenAt(file)))
    if (copyOf !== null || measuredMs == null || netlistMs == null) return []
    return [{ path, point, measuredMs, netlistMs }]
  })
}

/** Null for a file that has gone since it was read. */
function writtenAt(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}
