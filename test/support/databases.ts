import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import type { DatabaseLocation } from '../../src/settings.ts'

/** A place for a database that is not there yet. */
export interface FreshDatabase {
  /** As the user writes it, for `--db` or `PVT_DB`: a path or a URL. */
  name: string
  location: DatabaseLocation
  /** Removes it with everything in it; connections of others are cut. */
  drop: () => Promise<void>
}

export interface Engine {
  name: DatabaseLocation['engine']
  make: () => Promise<FreshDatabase>
}

/** For suites that both engines have to pass: `describe.each(eachEngine)('… on $name', ({ make }) => …)`. */
export const eachEngine: readonly Engine[] = [
  { name: 'sqlite', make: makeSqlite },
  { name: 'postgres', make: makePostgres },
]

/** A path in a new folder; the file is not made. */
export async function makeSqlite(): Promise<FreshDatabase & { path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-test-'))
  const path = join(folder, 'pvt.db')
  return {
    name: path,
    path,
    location: { engine: 'sqlite', path },
    drop: async () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A new empty database on the server of the test run. */
export async function makePostgres(): Promise<FreshDatabase & { url: string }> {
  const name = `pvt_test_${randomBytes(6).toString('hex')}`
  await administer(`create database ${name}`)
  const url = new URL(postgresAdminUrl())
  url.pathname = `/${name}`
  return {
    name: url.href,
    url: url.href,
    location: { engine: 'postgres', url: url.href },
    drop: async () => {
      await administer(`drop database if exists ${name} with (force)`)
    },
  }
}

export const postgresAdminUrl = (): string => inject('postgresAdminUrl')

/** Runs one statement in the database that a URL names (the server's own when there is none); its rows. */
export async function administer<Row = Record<string, unknown>>(
  sql: string,
  url = postgresAdminUrl(),
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows as Row[]
  } finally {
    await client.end()
  }
}
