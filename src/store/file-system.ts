import { type Stats, accessSync, constants, readFileSync, readlinkSync, statSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { PvtError, codeOf, messageOf } from '../errors.ts'

export type FileSystemKind = 'local' | 'network'

/**
 * Whether WAL is safe on the file system of `path` (a file or folder that exists; links are followed). A kind that is
 * not known counts as network: WAL there loses data without a word. `PVT_FILESYSTEM` overrides, for tests and for
 * an administrator who knows better.
 */
export function fileSystemKind(path: string): FileSystemKind {
  const forced = process.env.PVT_FILESYSTEM
  if (forced === 'network' || forced === 'local') return forced
  return localTypes.has(statfsSync(path).type >>> 0) ? 'local' : 'network'
}

/** The name of the file system's kind for people: `ext`, `nfs`, or its number when it is not known. */
export function fileSystemName(path: string): string {
  const type = statfsSync(path).type >>> 0
  return localTypes.get(type) ?? networkNames.get(type) ?? `0x${type.toString(16)}`
}

/** Said when a database is made there and by `db status`, not by every command: the user has decided. */
export const networkNotice = (path: string): string =>
  `${path} lies on a network file system (${fileSystemName(path)}): it is slow there, and only as safe as the locks ` +
  'of the file server; from several hosts use PostgreSQL'

/** Room for an ordinary user on the file system of `path`, in megabytes; null when it cannot be asked. */
export function freeMegabytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path)
    return Math.floor((bavail * bsize) / 1e6)
  } catch {
    return null
  }
}

/** Turns a failed file operation on `path` into an error that names the component at fault. */
export function explainFileError(path: string, error: unknown): PvtError {
  const options = { cause: error }
  switch (codeOf(error) ?? '') {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, options)
    case 'EROFS':
      return new PvtError('permission', `${path}: the file system is read-only`, otherPlace, options)
    case 'EACCES':
    case 'EPERM':
      return explainPermission(path, options)
    default: {
      const culprit = brokenComponent(path)
      if (culprit !== null) return new PvtError('database_unreachable', culprit, otherPlace, options)
      return new PvtError(
        'database_unreachable',
        `${path}: ${messageOf(error).split('\n')[0]!}`,
        otherPlace,
        options,
      )
    }
  }
}

export function diskFull(path: string, options?: ErrorOptions): PvtError {
  const free = freeMegabytes(dirname(path))
  const room = free === null ? '' : ` (${free} MB free on its file system)`
  return new PvtError(
    'disk_full',
    `${path}: no room to write${room}`,
    'free some space, or look at your quota and file size limit (ulimit -f); nothing was changed',
    options,
  )
}

/** What may not be written to or searched on the way to `path`, with owner and mode. */
export function explainPermission(path: string, options?: ErrorOptions): PvtError {
  const culprit = forbiddenComponent(path)
  return new PvtError(
    'permission',
    culprit ?? `${path}: permission denied to ${whoAmI()}`,
    'ask its owner for access (chmod, chgrp), or name another database with --db or PVT_DB',
    options,
  )
}

/**
 * Processes of this host that hold a write lock on the file, as `name (process 123)`. Empty when none is known: they
 * may run on another host.
 */
export function lockHolders(path: string): string[] {
  try {
    const inodes = [path, `${path}-shm`].flatMap((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat === undefined ? [] : [String(stat.ino)]
    })
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    const pids = lines.map((line) => lockOwner(line, inodes)).filter((pid) => pid !== null)
    return [...new Set(pids)].map((pid) => `${processName(pid)} (process ${pid})`)
  } catch {
    return []
  }
}

/** A path as it can be typed into a shell. */
export const shellWord = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`

const otherPlace = 'name another database with --db or PVT_DB'

const localTypes = new Map([
  [0xef53, 'ext'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x2fc12fc1, 'zfs'],
  [0x794c7630, 'overlay'],
  [0xf2f52010, 'f2fs'],
])

/** Only for the name: whatever is not known to be local is treated as network. Numbers: coreutils, stat.c. */
const networkNames = new Map([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'kafs'],
  [0x19830326, 'beegfs'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0xaad7aaea, 'panfs'],
  [0x73757245, 'coda'],
  [0x01021997, '9p'],
  [0xbacbacbc, 'vmhgfs'],
  [0xa501fcf5, 'vxfs'],
  [0x61636673, 'acfs'],
  [0x61756673, 'aufs'],
  [0x013111a8, 'ibrix'],
  [0x65735546, 'fuse'],
])

/** `/a/b/c` → `/`, `/a`, `/a/b`, `/a/b/c`. */
function componentsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...componentsOf(parent), path]
}

function forbiddenComponent(path: string): string | null {
  for (const component of componentsOf(path)) {
    const last = component === path
    const stat = statOrNull(component)
    if (stat === null) {
      return `${dirname(component)}: ${whoAmI()} may not write into this folder (${ownerOf(dirname(component))})`
    }
    const need = last ? constants.R_OK | constants.W_OK : constants.X_OK
    if (!allowed(component, need)) {
      const verb = last ? 'read and write' : 'enter'
      return `${component}: ${whoAmI()} may not ${verb} this ${stat.isDirectory() ? 'folder' : 'file'} (${ownerOf(component)})`
    }
  }
  const folder = dirname(path)
  if (allowed(folder, constants.W_OK)) return null
  return `${folder}: ${whoAmI()} may not write into this folder (${ownerOf(folder)})`
}

function brokenComponent(path: string): string | null {
  for (const component of componentsOf(path)) {
    const stat = statOrNull(component)
    if (stat === null) return `${component} does not exist, or is a symbolic link to nothing`
    if (component !== path && !stat.isDirectory()) return `${component} is not a folder`
  }
  return null
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

export function allowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

const whoAmI = (): string => `user ${process.geteuid?.() ?? 'unknown'}`

function ownerOf(path: string): string {
  const stat = statOrNull(path)
  if (stat === null) return 'owner unknown'
  return `owner ${stat.uid}, group ${stat.gid}, mode ${(stat.mode & 0o7777).toString(8)}`
}

/** A line of /proc/locks: `1: POSIX  ADVISORY  WRITE 4711 08:01:131105 120 120`. A waiting process has `->` before. */
function lockOwner(line: string, inodes: readonly string[]): string | null {
  const [, kind, , access, pid, place] = line.trim().split(/\s+/)
  if (kind === '->' || access !== 'WRITE' || pid === undefined || place === undefined) return null
  return inodes.includes(place.split(':')[2] ?? '') && Number(pid) !== process.pid ? pid : null
}

function processName(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).split('/').at(-1) ?? 'a program'
  } catch {
    return 'a program'
  }
}
