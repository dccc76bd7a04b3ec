import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { PvtError } from '../errors.ts'
import { realPath } from '../import/folder.ts'
import { incompleteCopy, putAside, restoreContents, verifyBackup, writeBackup } from '../store/backup.ts'
import { corrupt, damageIn } from '../store/damage.ts'
import type { Database } from '../store/database.ts'
import { exclusively } from '../store/exclusive.ts'
import { withLock } from '../store/lock.ts'
import { openDatabase, shownLocation } from '../store/open-database.ts'
import { fileIdentity } from '../store/sqlite-file.ts'
import { confirmOrRefuse } from './confirm.ts'
import { type Act, addExamples, counted, printChange } from './shared.ts'

interface Options {
  yes?: boolean
}

export function defineRestore(program: Command, act: Act): void {
  const command = program
    .command('restore')
    .description(
      'Replaces the contents of the database by those of a backup, in one step, after saving the present ones beside the database. Asks on a terminal; elsewhere it needs --yes.',
    )
    .argument('<file>', 'a backup of this tool')
    .option('--yes', 'do not ask')
    .action(act(runRestore))
  addExamples(command, 'restore backups/pvt-20260131T120000Z.db')
}

export async function runRestore(context: Context, file: string, options: Options): Promise<void> {
  const path = realPath(file)
  const incomplete = incompleteCopy(path)
  const backup = await verifyBackup(path)
  const location = shownLocation(context.settings.database)
  refuseItself(context, backup.path)
  if (incomplete !== null) context.warn(incomplete)
  await confirmOrRefuse(
    context,
    `Replace the contents of ${location} by ${counted(backup.jobs, 'job')} of ${file}?`,
    options.yes,
  )
  const saved = await saveAndReplace(context, backup.path)
  const kept = saved === null ? '' : `; what was there before: ${saved}`
  const line = `${location} restored: ${counted(backup.jobs, 'job')}, ${counted(backup.results, 'result')}${kept}`
  await printChange(context, line, { ...backup, location, saved })
}

/** The copy that a restore makes first must never replace the file that it restores, or an earlier copy. */
function unusedName(base: string, ending: string): string {
  for (let count = 1; ; count += 1) {
    const name = `${base}${count === 1 ? '' : `-${count}`}${ending}`
    if (!existsSync(name)) return name
  }
}

function refuseItself({ settings }: Context, path: string): void {
  const { database } = settings
  if (
    database.engine !== 'sqlite' ||
    fileIdentity(resolve(settings.cwd, database.path)) !== fileIdentity(path)
  )
    return
  throw new PvtError('refused', `${path} is the database itself`, 'name a backup: pvt backup list')
}

/**
 * The contents are those of the backup afterwards; gives the copy of those before, null where there were none. A damaged
 * database cannot be saved, only kept: its file is put aside and a new one takes its place.
 */
async function saveAndReplace(context: Context, backupPath: string): Promise<string | null> {
  const { database } = context.settings
  const path = database.engine === 'sqlite' ? resolve(context.settings.cwd, database.path) : null
  const isNew = path !== null && !existsSync(path)
  const copy: { path: string | null } = { path: null }
  try {
    const damage = path === null ? null : damageIn(path)
    if (path !== null && damage !== null) throw corrupt(path, damage)
    const db = await context.database()
    await asTheOnlyOne(context, db, async () => {
      const name = nameOfCopy(context, path)
      // What somebody wrote in between would be neither in the copy nor in the database.
      await exclusively(db, async () => {
        if (!isNew) copy.path = await saveContents(context, name)
        await restoreContents(db, backupPath)
      })
    })
    return copy.path
  } catch (error) {
    const isDamaged = error instanceof PvtError && error.code === 'database_corrupt'
    if (!isDamaged || path === null || copy.path !== null) throw error
    await context.closeDatabase()
    const aside = putAside(path, context.now())
    await restoreContents(await context.database(), backupPath)
    return aside
  }
}

/** Of two at once the later one would keep what the earlier one has restored, under the same name. */
const asTheOnlyOne = (context: Context, db: Database, work: () => Promise<void>): Promise<void> =>
  withLock(db, 'restore', { user: context.settings.user, now: () => context.now() }, work)

/** Through a connection of its own: that of the transaction can make no copy. */
async function saveContents({ settings }: Context, name: string): Promise<string> {
  const db = await openDatabase(settings.database, { mustExist: true })
  try {
    return (await writeBackup(db, name)).path
  } finally {
    await db.close()
  }
}

function nameOfCopy(context: Context, path: string | null): string {
  const stamp = `${context.now().slice(0, 19).replace(/[-:]/g, '')}Z`
  return path === null
    ? unusedName(resolve(context.settings.cwd, `pvt-before-restore-${stamp}`), '.db')
    : unusedName(`${path}.before-restore-${stamp}`, '')
}
