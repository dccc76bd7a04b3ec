import { closeSync, constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync } from 'node:fs'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Change } from '../domain/change.ts'
import { codeOf, messageOf, PvtError } from '../errors.ts'
import { parseSpooledChange } from '../parse/spooled-change.ts'
import { isProcessGone, processStart } from '../store/process-identity.ts'

/** A change in the spool, and the file it is in. */
export interface SpooledChange {
  path: string
  /** Null for a file that is no change; `refusal` then says why. */
  change: Change | null
  /** Why it will not be delivered; null while it waits. */
  refusal: string | null
}

/**
 * Keeps a change in the spool folder, safe from a crash when it returns. Names begin with the instant, so that their
 * order is that of the changes.
 * @throws PvtError `file_error`, naming the folder, when it cannot be written or is not the user's own.
 */
export function keepChange(folder: string, change: Change): void {
  write(folder, change, `${nameOf(change)}${ending}`)
}

/** A change that is about to be made, kept for the case that this process does not live to make it. */
export interface Intent {
  /** It was made, or refused: nothing is kept. */
  settle(): void
  /** It could not be made: it waits like any other. */
  keep(): void
}

/**
 * The same for a change that this process is about to make itself: nobody else delivers it before this process is gone
 * without a word, as one that hangs on a file server and is killed.
 */
export function keepIntent(folder: string, change: Change): Intent {
  const name = nameOf(change)
  const intended = join(folder, `.${name}${intentMark}${process.pid}-${processStart(process.pid) ?? ''}`)
  write(folder, change, basename(intended))
  return {
    settle: () => {
      rmSync(intended, { force: true })
    },
    keep: () => {
      renameSync(intended, join(folder, `${name}${ending}`))
    },
  }
}

/** By the time, so that the order of names is that of the changes. */
const nameOf = ({ at, change_id }: Change): string => `${at.replace(/[-:.]/g, '')}-${change_id}`

function write(folder: string, change: Change, name: string): void {
  try {
    ownFolder(folder)
    const unfinished = join(folder, `.${nameOf(change)}`)
    const descriptor = openSync(unfinished, 'wx', 0o600)
    try {
      writeSync(descriptor, toText(change))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, join(folder, name))
    syncFolder(folder)
  } catch (error) {
    throw error instanceof PvtError ? error : unusable(folder, messageOf(error))
  }
}

/** Whether there is a spool at all: what every command asks (3 µs). */
export const hasSpool = (folder: string): boolean => existsSync(folder)

/** All changes of a spool, waiting ones and parked ones, oldest first; empty where there is no spool. */
export function readSpool(folder: string): SpooledChange[] {
  return [...readWaiting(folder), ...readFolder(parkedIn(folder))]
}

/** The changes that wait for a database (its `location`), oldest first. One `readdir` where nothing waits. */
export function waitingFor(folder: string, database: string): SpooledChange[] {
  return readWaiting(folder).filter(({ change }) => change === null || change.database === database)
}

/** Takes a change out of the spool; another process may have done so already. */
export function removeChange({ path }: SpooledChange): void {
  rmSync(path, { force: true })
  rmSync(`${path}${reasonEnding}`, { force: true })
}

/** Puts a change aside that the database refuses, with the reason: it is shown, never lost. */
export function parkChange(folder: string, spooled: SpooledChange, reason: string): void {
  const parked = parkedIn(folder)
  mkdirSync(parked, { recursive: true, mode: 0o700 })
  const name = spooled.path.slice(spooled.path.lastIndexOf('/') + 1)
  const descriptor = openSync(join(parked, `${name}${reasonEnding}`), 'w', 0o600)
  try {
    writeSync(descriptor, `${reason}\n`)
  } finally {
    closeSync(descriptor)
  }
  try {
    renameSync(spooled.path, join(parked, name))
  } catch (error) {
    // Another process that delivers was quicker.
    if (codeOf(error) !== 'ENOENT') throw error
    rmSync(join(parked, `${name}${reasonEnding}`), { force: true })
  }
}

/** A config.cfg of 1 MiB whose every character JSON spells out, and its points. */
const largestChange = 16 * 1024 * 1024

const ending = '.change'
const intentMark = '.intent-'
const reasonEnding = '.reason'

const parkedIn = (folder: string): string => join(folder, 'parked')

function readWaiting(folder: string): SpooledChange[] {
  if (!isOwn(folder)) return []
  adoptIntents(folder)
  return readFolder(folder)
}

/** What processes that are gone had been about to do waits from now on. */
function adoptIntents(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, change, pid, start] = intended.exec(name) ?? []
    if (change === undefined) continue
    // One that was killed is there until its file server answers. Made by both, the change is made once.
    if (!isProcessGone({ pid: Number(pid), process_start: start === '' ? null : start! })) continue
    try {
      renameSync(join(folder, name), join(folder, `${change}${ending}`))
    } catch (error) {
      // Another process was quicker.
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
}

const intended = /^\.(.+)\.intent-(\d+)-(.*)$/

function readFolder(folder: string): SpooledChange[] {
  return namesIn(folder).flatMap((name) => readOne(join(folder, name)) ?? [])
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw unusable(folder, messageOf(error))
  }
}

/** Null when another process has delivered it since the folder was read. A link is not followed. */
function readOne(path: string): SpooledChange | null {
  let text: string
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(descriptor)
      if (!stat.isFile()) return { path, change: null, refusal: 'it is no file' }
      if (stat.size > largestChange)
        return { path, change: null, refusal: `it has ${stat.size} bytes, a change at most ${largestChange}` }
      text = readFileSync(descriptor, 'utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    return { path, change: null, refusal: `it cannot be read (${codeOf(error) ?? String(error)})` }
  }
  const parsed = parseSpooledChange(text)
  if ('refused' in parsed) return { path, change: null, refusal: parsed.refused }
  return { path, change: parsed, refusal: reasonOf(path) }
}

function reasonOf(path: string): string | null {
  try {
    return readFileSync(`${path}${reasonEnding}`, 'utf8').trimEnd()
  } catch {
    return null
  }
}

function toText({ change_id, at, database, user, host, cwd, job, words }: Change): string {
  const lines = Object.entries({ id: change_id, at, database, user, host, cwd, job: job ?? '' })
  const wrong = lines.find(([, value]) => /[\n\0]/.test(value))
  if (wrong !== undefined || words.some((word) => word.includes('\0'))) {
    throw new PvtError(
      'file_error',
      `the change cannot be spooled: its ${wrong?.[0] ?? 'text'} is not one line`,
    )
  }
  const head = lines.map(([name, value]) => `${name} ${value}\n`).join('')
  return `pvt-change 1\n${head}\n${words.map((word) => `${word}\0`).join('')}`
}

/** The folder lies where everybody may write (/var/tmp): one that somebody else has planted is not used. */
function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOwn(folder)) throw unusable(folder, 'it is not a folder of your own')
}

function isOwn(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  return stat?.isDirectory() === true && (process.getuid === undefined || stat.uid === process.getuid())
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const unusable = (folder: string, why: string): PvtError =>
  new PvtError(
    'file_error',
    `the spool folder ${folder} cannot be used: ${why}`,
    'name another with PVT_SPOOL',
  )
