import { pointName } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { readSources, type Sources } from '../../src/import/read-sources.ts'
import { type Domain, type DomainOptions, makeDomain } from '../fixtures/flow.ts'
import { config, folder } from './found-files.ts'

/** One of the 16. */
export const point = 'FFG/typical/m40/v1max'

/** A domain with a backup in the test's folder. */
export const make = (options: DomainOptions = {}): Domain => makeDomain(folder, { config, ...options })

export const read = (path: string): Sources => readSources(findFiles(path), null)

/** The places of the rows of a source, each once. */
export const pointsOf = ({ rows }: Sources, source: string): string[] => [
  ...new Set(rows.filter((row) => row.source === source).map((row) => pointName(row.point))),
]
