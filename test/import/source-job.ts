import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { ImportOptions, ImportReport } from '../../src/import/import-results.ts'
import type { Database } from '../../src/store/database.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findResults, type StoredResult } from '../../src/store/results.ts'
import { storeJobIn } from '../store/jobs.ts'
import { importPath } from './import-path.ts'
import { type SourceFiles, sourceFiles } from './source-files.ts'

/** For the tests of a file: runs in folders of their own, whose sources are taken into the newest job in turn. */
interface SourceJob {
  newRun: () => SourceFiles
  newJob: () => Promise<void>
  take: (path: string, options?: Partial<ImportOptions>) => Promise<ImportReport>
  rows: () => Promise<StoredResult[]>
  /** The only row. */
  stored: () => Promise<StoredResult>
  /** What `db check --full` finds. */
  findings: () => ReturnType<typeof checkDatabase>
}

export function openSourceJob(): SourceJob {
  let root: string
  let db: Database
  let id: string
  let count = 0
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'pvt-sources-'))
    db = await openDatabase({ engine: 'sqlite', path: join(root, 'pvt.db') })
  })
  afterAll(async () => {
    await db.close()
    rmSync(root, { recursive: true, force: true })
  })
  const rows = (): Promise<StoredResult[]> => findResults(db, id, [])
  return {
    newRun: () => sourceFiles(join(root, `run${(count += 1)}`)),
    newJob: async () => {
      id = (await storeJobIn(db, 'completed', {})).job_id
    },
    take: (path, options = {}) => importPath(db, id, path, options),
    rows,
    stored: async () => (await rows())[0]!,
    findings: () => checkDatabase(db, { full: true }),
  }
}
