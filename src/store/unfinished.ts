import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../errors.ts'
import { syncFolder } from './sqlite-file.ts'

/**
 * Every file of ours gets its name when it is whole. Until then it lies beside its place under a private name that
 * tells who makes it, so that what a killed process left can be removed, and what a living one makes cannot.
 */
export function unfinishedName(path: string): string {
  const maker = `${process.pid}-${randomBytes(6).toString('hex')}@${processSpace()}`
  return join(dirname(path), `.${basename(path)}.${maker}.new`)
}

const privateName = /^\..+\.(\d+)-[0-9a-f]{12}@(.+)\.new(-journal|-wal|-shm)?$/

/** Puts a whole file in its place: synced, renamed, and the name synced too. What lay there before is replaced. */
export function putInPlace(unfinished: string, path: string): void {
  const file = openSync(unfinished, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
  syncFolder(dirname(path))
}

/** Removes a private file with its journals; what cannot be removed stays for {@link removeLeftovers}. */
export function discard(unfinished: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) removeQuietly(`${unfinished}${suffix}`)
}

/** Removes what killed processes of this host have left unfinished in a folder. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, pid, space] = privateName.exec(name) ?? []
    if (pid !== undefined && space === processSpace() && !isAlive(Number(pid)))
      removeQuietly(join(folder, name))
  }
}

/** Where a process number means something: the host, and on it the container. */
function processSpace(): string {
  try {
    return `${hostname()}-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`
  } catch {
    return hostname()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return codeOf(error) !== 'ESRCH'
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A disk that fails or somebody else's folder: no reason to fail what was done.
  }
}
