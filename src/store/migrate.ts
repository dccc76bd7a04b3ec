import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PvtError } from '../errors.ts'
import { type Database, isKeyClash } from './database.ts'
import { explainFileError } from './file-system.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { readHead, shareWithGroup } from './sqlite-file.ts'
import { discard, putInPlace, removeLeftovers, unfinishedName } from './unfinished.ts'

export interface AppliedMigration {
  version: number
  name: string
  sha256: string
  /** ISO 8601, UTC. */
  appliedAt: string
}

export interface MigrationStatus {
  /** The version that the database has; 0 when it is new. */
  schemaVersion: number
  applied: AppliedMigration[]
  /** Names of migrations that the database lacks, in order. */
  pending: string[]
  /** Names of applied migrations whose text is not the one that was applied. */
  changed: string[]
}

/** What is applied and what is not; changes nothing. */
export async function migrationStatus(database: Database, folder?: string): Promise<MigrationStatus> {
  return compare(readMigrations(folder), await readApplied(database))
}

/**
 * Applies what is pending, each migration in one transaction, and all in one to a new database of a server; safe while
 * other processes do the same. An existing SQLite database is copied to `<file>.before-<version>` first; the newest
 * {@link copiesKept} copies stay.
 * @returns the names of the migrations that this call applied.
 * @throws PvtError `database_foreign` when an applied migration was changed, `database_newer` when the database has
 * migrations that this program does not know.
 */
export async function migrate(database: Database, folder?: string): Promise<string[]> {
  const migrations = readMigrations(folder)
  const status = compare(migrations, await readApplied(database))
  if (status.changed.length > 0) throw changed(database.location, status.changed)
  if (status.schemaVersion > migrations.length) {
    throw tooNew(database.location, status.schemaVersion, migrations.length)
  }
  const pending = migrations.slice(status.schemaVersion)
  if (pending.length === 0) return []
  if (database.dialect === 'sqlite' && status.schemaVersion > 0)
    await saveBefore(database, status.schemaVersion)
  // A file is made under a private name; what is made on a server is seen by all.
  if (database.dialect === 'postgres' && status.schemaVersion === 0) return makeAll(database, migrations)
  const applied: string[] = []
  for (const migration of pending) {
    if (await apply(database, migration)) applied.push(migration.name)
  }
  return applied
}

/**
 * All tables in one transaction: whoever opens the database meanwhile, or after this process was killed, finds it new
 * or whole, and not one of an older schema that `pvt db migrate` would have to be called for.
 */
function makeAll(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  return database.transaction(async () => {
    await holdMigrations(database)
    // Another process may have been quicker. Inside a transaction only this tells the server's cache of tables so.
    await database.script(createTable)
    const { schemaVersion, pending } = compare(migrations, await readApplied(database))
    for (const migration of migrations.slice(schemaVersion)) {
      await record(database, migration)
      await database.script(migration.sql)
    }
    return pending
  })
}

export function tooNew(location: string, found: number, expected: number): PvtError {
  return new PvtError(
    'database_newer',
    `${location} was written by a newer pvt (schema ${found}; this one knows ${expected})`,
    'use the newer pvt',
  )
}

export function tooOld(location: string, found: number, expected: number): PvtError {
  return new PvtError(
    'database_older',
    `${location} has the schema of an older pvt (${found}; this one needs ${expected})`,
    'pvt db migrate',
  )
}

/** `applied_at` is text as every time in this database; `version` is the key that a race is decided by. */
const createTable = `
  create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    sha256 text not null,
    applied_at text not null
  )`

const insertRow = `
  insert into schema_migrations (version, name, sha256, applied_at)
  values ($1, $2, $3, $4)`

/** Any number will do that no other program takes: here the first bytes of sha256('pvt-tracker'). */
const advisoryLock = 'select pg_advisory_xact_lock(5788251742310614)'

/** @returns false when another process was quicker. */
async function apply(database: Database, migration: Migration): Promise<boolean> {
  const sqlite = database.dialect === 'sqlite'
  // A table that is rebuilt is dropped first: its children must not go with it. Has no effect inside a transaction.
  if (sqlite) await database.script('pragma foreign_keys = off')
  try {
    await database.transaction(() =>
      sqlite ? applyToSqlite(database, migration) : applyToPostgres(database, migration),
    )
    return true
  } catch (error) {
    if (isKeyClash(error) && (await isApplied(database, migration))) return false
    throw error
  } finally {
    if (sqlite) await database.script('pragma foreign_keys = on')
  }
}

async function applyToSqlite(database: Database, migration: Migration): Promise<void> {
  await record(database, migration)
  await database.script(migration.sql)
  const broken = await database.query<{ table: string }>('pragma foreign_key_check')
  if (broken.length > 0) {
    const tables = [...new Set(broken.map((row) => row.table))].join(', ')
    throw new Error(`${migration.name} leaves rows without their parent in ${tables}; it was not applied`)
  }
  await database.script(`pragma user_version = ${migration.version}`)
}

async function applyToPostgres(database: Database, migration: Migration): Promise<void> {
  await holdMigrations(database)
  await record(database, migration)
  await database.script(migration.sql)
}

/** Until the end of the transaction: `create table if not exists` itself fails with a key clash in the system's tables when two do it at once. */
async function holdMigrations(database: Database): Promise<void> {
  await database.script('set local statement_timeout = 0')
  await database.query(advisoryLock)
}

async function record(database: Database, migration: Migration): Promise<void> {
  await database.script(createTable)
  await database.query(insertRow, [
    migration.version,
    migration.name,
    migration.sha256,
    new Date().toISOString(),
  ])
}

async function isApplied(database: Database, migration: Migration): Promise<boolean> {
  return (await readApplied(database)).some((row) => row.version === migration.version)
}

async function readApplied(database: Database): Promise<AppliedMigration[]> {
  const exists =
    database.dialect === 'sqlite'
      ? `select name from sqlite_master where type = 'table' and name = 'schema_migrations'`
      : `select 1 as name where to_regclass('schema_migrations') is not null`
  if ((await database.query(exists)).length === 0) return []
  return database.query<AppliedMigration>(
    `select version, name, sha256, applied_at as "appliedAt" from schema_migrations order by version`,
  )
}

function compare(migrations: readonly Migration[], applied: AppliedMigration[]): MigrationStatus {
  const present = applied.at(-1)?.version ?? 0
  const texts = new Map(migrations.map((migration) => [migration.version, migration.sha256]))
  return {
    schemaVersion: present,
    applied,
    pending: migrations.filter((migration) => migration.version > present).map((migration) => migration.name),
    changed: applied
      .filter((row) => texts.has(row.version) && texts.get(row.version) !== row.sha256)
      .map((row) => row.name),
  }
}

/**
 * A consistent copy beside the database, put in place when it is whole. Another process may migrate meanwhile: a
 * copy that has the new version already is thrown away (theirs has the old one).
 */
async function saveBefore(database: Database, version: number): Promise<void> {
  const target = `${database.location}.before-${version}`
  const unfinished = unfinishedName(target)
  removeLeftovers(dirname(target))
  try {
    await database.query('vacuum into $1', [unfinished])
    const head = readHead(unfinished)
    if (head.kind !== 'database' || head.userVersion !== version) return
    shareWithGroup(unfinished)
    putInPlace(unfinished, target)
    removeOldCopies(database.location)
  } catch (error) {
    throw error instanceof PvtError ? error : explainFileError(target, error)
  } finally {
    discard(unfinished)
  }
}

const copiesKept = 5

function removeOldCopies(location: string): void {
  const start = `${basename(location)}.before-`
  const versions = readdirSync(dirname(location))
    .filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
    .sort((a, b) => b - a)
  for (const version of versions.slice(copiesKept)) rmSync(join(dirname(location), `${start}${version}`))
}

function changed(location: string, names: string[]): PvtError {
  return new PvtError(
    'database_foreign',
    `${location}: ${names.join(', ')} was applied with another text than this pvt has`,
    'use the pvt that made this database; an applied migration must never be edited',
  )
}
