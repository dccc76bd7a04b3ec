import { statSync } from 'node:fs'
import {
  hasValue,
  olderThanNetlist,
  type PointFile,
  sameContentAtSeveralPoints,
  sweepsWithoutEffect,
} from '../domain/plausibility.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { FoundFiles } from './find-files.ts'
import type { Sources } from './read-sources.ts'

/** What was read, and all of it, but looks wrong: warnings, each with its point and numbers. */
export function implausible(found: FoundFiles, sources: Sources, results: readonly Result[]): FileProblem[] {
  return [
    ...sweepsWithoutEffect(found.path, results),
    ...sameContentAtSeveralPoints(filesWithValues(sources)),
    ...olderThanNetlist(agesOf(sources)),
  ]
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

function agesOf({ rows, writtenMs }: Sources): Parameters<typeof olderThanNetlist>[0] {
  const ages = new Map<string, Parameters<typeof olderThanNetlist>[0][number]>()
  for (const { file, netlist, point } of rows) {
    if (netlist === null || ages.has(file)) continue
    const measuredMs = writtenMs.get(file)
    const netlistMs = writtenAt(netlist)
    if (measuredMs !== undefined && netlistMs !== null)
      ages.set(file, { path: file, point, measuredMs, netlistMs })
  }
  return [...ages.values()]
}

/** Null for a file that has gone since it was read. */
function writtenAt(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}
