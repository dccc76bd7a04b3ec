import { PvtError, codeOf } from '../errors.ts'
import type { Database, OpenOptions } from './database.ts'
import { migrate, tooNew, tooOld } from './migrate.ts'
import { expectedVersion } from './migration-files.ts'

/** Makes the tables in a new database; refuses one that is another program's, or of another version. */
export async function makeReady(database: Database, options: OpenOptions): Promise<void> {
  const expected = expectedVersion(options.migrations)
  const version = await versionOf(database)
  if (version > expected) throw tooNew(database.location, version, expected)
  if (version === 0 && options.mustExist === true) throw notThere(database.location)
  if (options.migrate === false || version === expected) return
  if (version > 0) throw tooOld(database.location, version, expected)
  await migrate(database, options.migrations)
}

const selectTables = `
  select
    to_regclass('schema_migrations')::text as ours,
    to_regclass('jobs')::text as jobs,
    to_regclass('results')::text as results`

const selectVersion =
  'select coalesce(max(version), 0) as version, max(sha256) as digest from schema_migrations'

/** The schema's version; 0 when the database has no table of ours and none that looks like ours. */
async function versionOf(database: Database): Promise<number> {
  try {
    const [row] = await database.query<{ version: unknown }>(selectVersion)
    if (typeof row?.version === 'number') return row.version
  } catch (error) {
    if (codeOf(error) === '42P01') return versionOfNew(database)
    if (codeOf(error) !== '42703' && codeOf(error) !== '42804') throw error
  }
  // Ruby on Rails has a table of this name as well, with a text for version.
  throw foreign(database.location, 'schema_migrations')
}

async function versionOfNew(database: Database): Promise<number> {
  const [tables] = await database.query<Record<'ours' | 'jobs' | 'results', string | null>>(selectTables)
  // Made by somebody else since the question before.
  if (tables!.ours !== null) return versionOf(database)
  const foreigner = tables!.jobs ?? tables!.results
  if (foreigner !== null) throw foreign(database.location, foreigner)
  return 0
}

function foreign(location: string, table: string): PvtError {
  return new PvtError(
    'database_foreign',
    `${location} has a table ${table} that is not of pvt; nothing was changed`,
    'make a database for pvt alone (createdb), and name it with --db or PVT_DB',
  )
}

function notThere(location: string): PvtError {
  return new PvtError(
    'file_not_found',
    `${location} has no tables of pvt yet`,
    'name another one with --db or PVT_DB; the first job makes them: pvt job create',
  )
}
