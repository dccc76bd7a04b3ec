import { findFiles } from '../../src/import/find-files.ts'
import {
  type ImportOptions,
  type ImportReport,
  importSources,
  readFound,
} from '../../src/import/import-results.ts'
import type { Database } from '../../src/store/database.ts'
import { at } from '../store/jobs.ts'

/** How eva imports, a minute after the year began. */
export const importOptions = (given: Partial<ImportOptions> = {}): ImportOptions => ({
  ...{ point: null, dryRun: false, strict: false, user: 'eva', programVersion: '1.2.3', now: at(60) },
  ...given,
})

let minute = 0

/** Imports what lies at a path into a job; every import is a minute later than the one before. */
export async function importPath(
  db: Database,
  jobId: string,
  path: string,
  given: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  minute += 1
  const options = importOptions({ now: at(60 * minute), ...given })
  const found = findFiles(path)
  return importSources(db, jobId, found, await readFound(found, options), options)
}
