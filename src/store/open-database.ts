import { resolve } from 'node:path'
import { PvtError, codeOf, messageOf } from '../errors.ts'
import type { DatabaseLocation } from '../settings.ts'
import type { Database, OpenOptions } from './database.ts'
import { serverName } from './postgres-errors.ts'

/**
 * Opens the database, and makes it when it is not there. The driver is loaded here and not before: `pg` alone costs
 * 29 ms of a 40 ms command.
 * @throws PvtError with a database code; a file that is not ours is left as it is, to the byte.
 */
export async function openDatabase(location: DatabaseLocation, options: OpenOptions = {}): Promise<Database> {
  if (location.engine === 'sqlite') {
    const { openSqlite } = await driver('better-sqlite3', () => import('./sqlite.ts'))
    return openSqlite(location.path, options)
  }
  const { openPostgres } = await driver('pg', () => import('./postgres.ts'))
  return openPostgres(location.url, options)
}

/** What `Database.location` will be, without opening it: an absolute path, or host:port/database; no password. */
export const shownLocation = (location: DatabaseLocation): string =>
  location.engine === 'sqlite' ? resolve(location.path) : serverName(location.url).location

async function driver<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const missing = codeOf(error)?.endsWith('MODULE_NOT_FOUND') === true
    if (!missing) throw error
    throw new PvtError(
      'driver_unavailable',
      `the database driver ${name} is not installed: ${messageOf(error).split('\n')[0]!}`,
      'install pvt again (npm install)',
      { cause: error },
    )
  }
}
