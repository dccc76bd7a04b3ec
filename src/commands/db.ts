import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { bytes, renderFields } from '../render/index.ts'
import type { Database } from '../store/database.ts'
import { openDatabase, shownLocation } from '../store/open-database.ts'
import { databaseStatus, optimizeDatabase } from '../store/maintenance.ts'
import { networkNotice } from '../store/file-system.ts'
import { migrate, migrationStatus } from '../store/migrate.ts'
import { programVersion } from '../version.ts'
import { type Act, addExamples, fieldColumns, printChange } from './shared.ts'

export function defineDbPath(group: Command, act: Act): void {
  const command = group
    .command('path')
    .description('Prints where the database is, without opening it.')
    .action(act(runDbPath))
  addExamples(command, 'db path')
}

export async function runDbPath(context: Context): Promise<void> {
  const { database } = context.settings
  const location = shownLocation(database)
  await printChange(context, location, { engine: database.engine, location })
}

export function defineDbStatus(group: Command, act: Act): void {
  const command = group
    .command('status')
    .description('Prints the engine, versions, size, rows, journal mode and kind of file system.')
    .action(act(runDbStatus))
  addExamples(command, 'db status --json')
}

export async function runDbStatus(context: Context): Promise<void> {
  await withOlderSchema(context, async (db) => {
    const status = { ...(await databaseStatus(db)), pvt_version: programVersion }
    if (status.file_system === 'network') context.warn(networkNotice(db.location))
    const rows = Object.entries(status.rows).map(([table, count]) => `${table} ${count}`)
    await context.print<Record<string, unknown>>({
      value: status,
      columns: fieldColumns(Object.keys(status)),
      rows: [status],
      table: (style) =>
        renderFields(
          [
            ['database', status.location],
            ['engine', `${status.engine} ${status.engine_version}`],
            ['pvt', programVersion],
            ['schema', `${status.schema_version}${pendingText(status.pending_migrations)}`],
            ['size', bytes(status.size_bytes)],
            ['rows', rows.join(', ')],
            ...optional('journal mode', status.journal_mode),
            ...optional('file system', status.file_system),
          ],
          style,
        ),
    })
  })
}

const pendingText = (pending: readonly string[]): string =>
  pending.length === 0 ? '' : ` (to be migrated: ${pending.join(', ')}; run: pvt db migrate)`

const optional = (label: string, text: string | null): [string, string][] =>
  text === null ? [] : [[label, text]]

export function defineDbMigrate(group: Command, act: Act): void {
  const command = group
    .command('migrate')
    .description('Brings the schema of the database up to date. Doing it again changes nothing.')
    .action(act(runDbMigrate))
  addExamples(command, 'db migrate', 'db migrate --db postgres://farmdb/pvt')
}

export async function runDbMigrate(context: Context): Promise<void> {
  // A file that is not there is made whole when it is opened.
  const { database } = context.settings
  const isNew = database.engine === 'sqlite' && !existsSync(database.path)
  await withOlderSchema(context, async (db) => {
    const applied = isNew ? (await migrationStatus(db)).applied.map(({ name }) => name) : await migrate(db)
    const line = applied.length === 0 ? 'is up to date' : `migrated: ${applied.join(', ')}`
    await printChange(context, `${db.location} ${line}`, { location: db.location, applied })
  })
}

export function defineDbOptimize(group: Command, act: Act): void {
  const command = group
    .command('optimize')
    .description(
      'Brings the statistics of the query planner up to date and gives free space back; others can write meanwhile.',
    )
    .action(act(runDbOptimize))
  addExamples(command, 'db optimize')
}

export async function runDbOptimize(context: Context): Promise<void> {
  const db = await context.database()
  const freed = Math.max(0, await optimizeDatabase(db))
  await printChange(context, `${db.location} optimized; ${bytes(freed)} given back`, {
    location: db.location,
    freed_bytes: freed,
  })
}

/** These commands look at a database of an older schema as it is; every other one refuses it. */
async function withOlderSchema(context: Context, work: (db: Database) => Promise<void>): Promise<void> {
  const db = await openDatabase(context.settings.database, {
    migrate: false,
    notice: (message) => {
      context.warn(message)
    },
  })
  try {
    await work(db)
  } finally {
    await db.close()
  }
}
