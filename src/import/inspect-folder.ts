import { pointName } from '../domain/point.ts'
import { measurementNames } from '../domain/result.ts'
import { mostListed } from '../store/imports.ts'
import { findFiles, runLister } from './find-files.ts'
import type { Inspection, Kind } from './inspection.ts'
import { storeLargePoints } from './large-points.ts'
import { type Merged, mergeSources } from './merge-sources.ts'
import { readSources } from './read-sources.ts'
import { fetchFiles } from './together.ts'

/**
 * What an import of a backup or domain folder would read: counts, names, disagreements and problems; not the values.
 * `path` is absolute and without symbolic links.
 *
 * @throws `bad_input` when nothing of the flow lies there.
 */
export async function inspectFolder(path: string): Promise<Inspection> {
  const found = findFiles(path, await runLister(path))
  const sources = readSources(found, null, {}, await fetchFiles(found))
  const all = new Contents()
  all.add(mergeSources(sources.rows))
  const problems = [...sources.problems]
  for await (const read of storeLargePoints({ store: all.take }, sources, {})) problems.push(...read.problems)
  const delivered = all.points
  const kind: Kind = found.kind === 'backup' ? 'backup folder' : 'domain folder'
  const facts = {
    creport: found.creport,
    reports: found.reports.length,
    measure_files: found.measures.length,
    points: delivered.size,
    attempted_without_result: [...new Set(sources.attempted.map(pointName))].filter(
      (name) => !delivered.has(name),
    ),
    names: [...all.names],
    rows: all.rows,
  }
  const { disagreements } = all
  return {
    value: { kind, path, ...facts, disagreements, problems, left_alone: found.leftAlone },
    fields: [
      ['kind', kind],
      ...Object.entries(facts),
      ['disagreements', disagreements.length],
      ...found.leftAlone.map((left) => ['left alone', left] as const),
    ],
    table: { names: [], rows: [] },
  }
}

/** What the rows of a folder add up to; large measure files give theirs in portions. */
class Contents {
  readonly points = new Set<string>()
  readonly names = new Set<string>()
  readonly disagreements: Merged['disagreements'] = []
  rows = 0

  add({ results, disagreements }: Merged): void {
    this.rows += results.length
    for (const result of results) this.points.add(pointName(result))
    for (const name of measurementNames(results)) this.names.add(name)
    this.disagreements.push(...disagreements.slice(0, mostListed - this.disagreements.length))
  }

  readonly take = (merged: Merged): Promise<void> => {
    this.add(merged)
    return Promise.resolve()
  }
}
