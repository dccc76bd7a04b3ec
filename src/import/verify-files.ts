import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type PvtPoint, pointFolder, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { type Finding, Verification } from '../domain/verification.ts'
import { expectedPoints } from './expected-points.ts'
import { type FoundFiles, refuseNothing } from './find-files.ts'
import { storeLargePoints } from './large-points.ts'
import { mergeSources } from './merge-sources.ts'
import { readSources } from './read-sources.ts'
import { RowNumbers } from './row-numbers.ts'
import { refuseUnread } from './import-problems.ts'
import { fetchFiles } from './together.ts'

export interface Verified {
  findings: Finding[]
  expected: readonly PvtPoint[]
  unexpected: PvtPoint[]
  /** Whether the expected points were known, and not only those that the files speak of. */
  isKnown: boolean
  problems: FileProblem[]
}

/**
 * Holds a run's files against each other and against the points that are expected (none: those that its reports and
 * measure files were written for). Values are compared as the importer does: as numbers, to the last digit, and where
 * two sources have the measurement.
 *
 * A point without a measure file is found only where its folder is there and other points of its extraction have
 * theirs: the flow itself deletes them, an extraction at a time.
 *
 * @throws `bad_input` when no points are expected and nothing could be read.
 */
export async function verifyFiles(found: FoundFiles, known: readonly PvtPoint[]): Promise<Verified> {
  // Somebody's own simulation beside the run is no part of it.
  const measures = found.measures.filter(({ point }) => point !== null)
  const own = { ...found, measures }
  const read = readSources(own, null, {}, await fetchFiles(own))
  // Where points are expected, nothing at all is no reason to stop: every one of them is missing.
  if (known.length === 0) {
    refuseNothing(found)
    refuseUnread(read.problems, { points: { size: read.rows.length + read.large.length } }, {})
  }
  const problems = [...read.problems]
  const delivered = [...read.rows, ...read.large].map(({ point }) => point)
  const expected = expectedPoints(known, read.attempted, delivered, true)

  const verification = new Verification()
  const merged = mergeSources(read.rows, undefined, new RowNumbers(read.unread))
  verification.add(merged.results, merged.disagreements)
  const session = {
    store: async ({ results, disagreements }: typeof merged) => {
      verification.add(results, disagreements)
    },
  }
  for await (const file of storeLargePoints(session, read, {})) problems.push(...file.problems)

  const reports = new Set(found.reports.map((path) => basename(path)))
  const extractions = new Set(measures.map(({ point }) => point?.extraction))
  const findings = verification.findings(expected, {
    hasReport: (point) => reports.has(`report_${pointName(point).replaceAll('/', '_')}.txt`),
    isMeasureDue: (point) =>
      extractions.has(point.extraction) && existsSync(join(found.path, pointFolder(point))),
  })
  return {
    findings,
    expected,
    unexpected: verification.unexpected(expected),
    isKnown: known.length > 0,
    problems,
  }
}

/** The config.cfg of a domain folder, or beside a backup; null without. */
export function configOf({ kind, path }: FoundFiles): string | null {
  const config = join(kind === 'backup' ? dirname(path) : path, 'config.cfg')
  return existsSync(config) ? config : null
}
