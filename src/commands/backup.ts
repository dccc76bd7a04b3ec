import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { PvtError, usageError } from '../errors.ts'
import { realPath } from '../import/folder.ts'
import { bytes, type Column, localTime } from '../render/index.ts'
import { type Backup, incompleteCopy, verifyBackup, writeBackup } from '../store/backup.ts'
import { backupName, listBackups, type ListedBackup, rotateBackups } from '../store/backup-folder.ts'
import { makeFolder } from '../store/sqlite-file.ts'
import { type Act, addExamples, counted, printChange, wholeNumber } from './shared.ts'

interface CreateOptions {
  keep?: number
}

export function defineBackupCreate(group: Command, act: Act): void {
  const command = group
    .command('create', { isDefault: true })
    .description(
      'Writes a consistent copy of the database while others go on writing, checks it and puts it in place by a rename. Into a folder it is named pvt-YYYYMMDDTHHMMSSZ.db.',
    )
    .argument('[file or folder]', 'where to (default: the folder backups beside the database)')
    .option('--keep <n>', 'keep the newest n backups of the folder, remove the others', wholeNumber(1))
    .action(act(runBackupCreate))
  addExamples(command, 'backup', 'backup /archive/pvt --keep 14')
}

export async function runBackupCreate(
  context: Context,
  target: string | undefined,
  options: CreateOptions,
): Promise<void> {
  const folder = toFolder(context, target)
  if (folder === null && options.keep !== undefined) {
    throw usageError('--keep counts the backups of a folder', 'name a folder, or leave --keep out')
  }
  const path =
    folder === null ? resolve(context.settings.cwd, target!) : join(folder, backupName(context.now()))
  const backup = await writeBackup(await context.database(), path)
  const removed = folder === null || options.keep === undefined ? [] : rotateBackups(folder, options.keep)
  const rotated = removed.length === 0 ? '' : `; ${counted(removed.length, 'old backup')} removed`
  await printChange(context, `${path} written: ${contentsText(backup)}${rotated}`, { ...backup, removed })
}

const contentsText = ({ jobs, results, size_bytes }: Backup): string =>
  `${counted(jobs, 'job')}, ${counted(results, 'result')}, ${bytes(size_bytes)}`

/** The folder to write into; null when the target is a file. Folders are made. */
function toFolder(context: Context, target: string | undefined): string | null {
  if (target === undefined) return madeFolder(defaultFolder(context))
  const path = resolve(context.settings.cwd, target)
  const isFolder = target.endsWith('/') || (existsSync(path) && statSync(path).isDirectory())
  if (isFolder) return madeFolder(path)
  if (!existsSync(dirname(path))) {
    throw new PvtError(
      'file_not_found',
      `there is no folder ${dirname(path)}`,
      'make it, or end the name with / for a folder',
    )
  }
  return null
}

function defaultFolder({ settings }: Context): string {
  if (settings.database.engine === 'sqlite') return join(dirname(resolve(settings.database.path)), 'backups')
  throw usageError(
    'a server has no folder of its own for backups',
    'name a file or folder: pvt backup /archive/pvt',
  )
}

function madeFolder(path: string): string {
  makeFolder(path)
  return path
}

export function defineBackupList(group: Command, act: Act): void {
  const command = group
    .command('list')
    .description('Lists the backups in a folder, newest first.')
    .argument('[folder]', 'default: the folder backups beside the database')
    .action(act(runBackupList))
  addExamples(command, 'backup list')
}

export async function runBackupList(context: Context, folder: string | undefined): Promise<void> {
  const place = folder === undefined ? defaultFolder(context) : realPath(folder)
  const backups = folder === undefined && !existsSync(place) ? [] : listBackups(place)
  await context.print({ value: backups, columns, rows: backups })
}

const columns: Column<ListedBackup>[] = [
  { key: 'path', value: ({ path }) => path },
  {
    key: 'created_at',
    title: 'CREATED',
    value: (row) => row.created_at,
    text: (row) => localTime(row.created_at),
  },
  {
    key: 'size_bytes',
    title: 'SIZE',
    align: 'right',
    value: (row) => row.size_bytes,
    text: (row) => bytes(row.size_bytes),
  },
]

export function defineBackupVerify(group: Command, act: Act): void {
  const command = group
    .command('verify')
    .description('Checks that a file is a sound backup of this tool; exit code 5 when it is not.')
    .argument('<file>', 'the backup')
    .action(act(runBackupVerify))
  addExamples(command, 'backup verify pvt-20260131T120000Z.db')
}

export async function runBackupVerify(context: Context, file: string): Promise<void> {
  const path = realPath(file)
  const incomplete = incompleteCopy(path)
  const backup = await verifyBackup(path)
  if (incomplete !== null) context.warn(incomplete)
  await printChange(context, `${basename(backup.path)} is sound: ${contentsText(backup)}`, { ...backup })
}
