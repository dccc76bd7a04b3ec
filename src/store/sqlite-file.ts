import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readlinkSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PvtError, codeOf } from '../errors.ts'
import { explainFileError } from './file-system.ts'

/** In every database file of this program, from its first moment: `PVT1`. */
export const applicationId = 0x50565431

/** In every backup: `PVTB`. A file with this mark may be replaced by the next backup; a live database never. */
export const backupApplicationId = 0x50565442

export const isOurs = (id: number): boolean => id === applicationId || id === backupApplicationId

/** What lies at a path (`empty`: no byte, or a database in which nothing was ever made), told without SQLite, which may change a file by opening it. */
export type FileHead =
  | { kind: 'absent' | 'empty' }
  | { kind: 'other' }
  | { kind: 'database'; applicationId: number; userVersion: number; wal: boolean; identity: string }

/**
 * Reads the first 100 bytes (sqlite.org/fileformat.html, 1.3). The values are a first hint: newer ones may lie in
 * the WAL. To be called while this process does not have the file open: closing any descriptor of a file drops all
 * locks that the process holds on it (howtocorrupt.html, 2.2).
 * @throws PvtError for anything that is not a regular file, or may not be read.
 */
export function readHead(path: string): FileHead {
  let file: number
  try {
    // Not blocking: a FIFO would hang here for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return absentOrNew(path)
    throw explainFileError(path, error)
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw notAFile(path, stat.isDirectory())
    if (stat.size === 0) return { kind: 'empty' }
    const bytes = Buffer.alloc(100)
    const length = readSync(file, bytes, 0, 100, 0)
    const head = bytes.subarray(0, length)
    return isBlank(head, stat.size) ? { kind: 'empty' } : parseHead(head, `${stat.dev}:${stat.ino}`)
  } finally {
    closeSync(file)
  }
}

/** Device and inode, to see that a file was replaced; null when nothing is there. No descriptor: see readHead. */
export function fileIdentity(path: string): string | null {
  try {
    const stat = statSync(path)
    return `${stat.dev}:${stat.ino}`
  } catch {
    return null
  }
}

/** @throws PvtError, naming the component that is missing, is not a folder, or may not be written. */
export function makeFolder(path: string): void {
  try {
    makeWithParents(path)
  } catch (error) {
    throw explainFileError(path, error)
  }
}

/** Node's own recursive mkdir never returns below /proc, where a folder can be there and nothing be made in it. */
function makeWithParents(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(path) !== path) makeWithParents(dirname(path))
  try {
    mkdirSync(path)
    shareWithGroup(path, 0o2770)
  } catch (error) {
    // Another process may have been quicker.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Makes a new empty file. SQLite gives its mode to the -wal and -shm files, whatever the umask says then. */
export function makeEmptyFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o666))
    shareWithGroup(path)
  } catch (error) {
    throw explainFileError(path, error)
  }
}

/**
 * What is made in a folder whose group may write and passes on (`chmod 2770`) is for this group, whatever the umask:
 * with 077 the first user of a shared database would lock all the others out.
 */
export function shareWithGroup(path: string, mode = 0o660): void {
  const { mode: folder } = statSync(dirname(path))
  if ((folder & sharedFolder) === sharedFolder) chmodSync(path, mode | (statSync(path).mode & 0o7))
}

/** A file of a database that its folder's group cannot read and write. */
export interface LockedOut {
  file: string
  mode: number
  wanted: number
}

/**
 * The database at `path` and its journals, where their folder is shared by a group (`chmod 2770`) and a file is not:
 * made before the folder was shared, or copied there. Everybody but its owner is locked out by one of them.
 */
export function lockedOutFiles(path: string): LockedOut[] {
  if ((statSync(dirname(path)).mode & sharedFolder) !== sharedFolder) return []
  return ['', '-wal', '-shm', '-journal'].flatMap((suffix) => {
    const stat = statSync(path + suffix, { throwIfNoEntry: false })
    if (stat === undefined || (stat.mode & 0o060) === 0o060) return []
    const mode = stat.mode & 0o777
    return [{ file: path + suffix, mode, wanted: mode | 0o060 }]
  })
}

/** Set-group-ID, and writable for the group. */
const sharedFolder = 0o2020

/**
 * Gives a finished private file its real name as well; the caller removes the private one at once (two names are two
 * journals).
 * @returns whether this process has won; a file that is there already is never touched. Null: no links here.
 */
export function publish(privateName: string, path: string): boolean | null {
  try {
    linkSync(privateName, path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') return false
    if (code !== null && withoutLinks.has(code)) return null
    throw explainFileError(path, error)
  }
  syncFolder(dirname(path))
  return true
}

/** Makes the names in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } catch {
    // Some file systems cannot sync a folder; they keep its names in their own way.
  } finally {
    closeSync(descriptor)
  }
}

/** What file systems without hard links answer (vfat, some FUSE and CIFS mounts). */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * Whether it is a database in which nothing was ever made: one page, and a schema cookie, version and application id
 * of 0. So a file looks for a moment while another process fills it: SQLite writes the first page when it is told to
 * vacuum incrementally, before anything else can be said.
 */
function isBlank(bytes: Buffer, size: number): boolean {
  if (!bytes.toString('latin1').startsWith(magic) || bytes.length < 100 || bytes[18] === 2) return false
  const pageSize = bytes.readUInt16BE(16)
  const [cookie, userVersion, application] = [40, 60, 68].map((offset) => bytes.readUInt32BE(offset))
  return (
    size === (pageSize === 1 ? 65_536 : pageSize) && cookie === 0 && userVersion === 0 && application === 0
  )
}

const magic = 'SQLite format 3\0'

function parseHead(bytes: Buffer, identity: string): FileHead {
  if (bytes.length < 100 || !bytes.toString('latin1').startsWith(magic)) return { kind: 'other' }
  return {
    kind: 'database',
    applicationId: bytes.readUInt32BE(68),
    userVersion: bytes.readInt32BE(60),
    wal: bytes[18] === 2 || bytes[19] === 2,
    identity,
  }
}

/** Since it was not there another process may have made it; a link to nothing is no place for a database. */
function absentOrNew(path: string): FileHead {
  const link = lstatSync(path, { throwIfNoEntry: false })
  if (link === undefined) return { kind: 'absent' }
  if (!link.isSymbolicLink()) return readHead(path)
  throw new PvtError(
    'database_unreachable',
    `${path} is a symbolic link to ${readlinkSync(path)}, which does not exist`,
    'remove the link, or name the file itself',
  )
}

function notAFile(path: string, folder: boolean): PvtError {
  return new PvtError(
    'database_unreachable',
    folder ? `${path} is a folder, not a database file` : `${path} is not a regular file`,
    folder ? `name a file in it: ${join(path, 'pvt.db')}` : 'name a database file with --db or PVT_DB',
  )
}
