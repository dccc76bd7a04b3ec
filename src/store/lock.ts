import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { PvtError } from '../errors.ts'
import type { Database } from './database.ts'
import { isProcessGone, processStart } from './process-identity.ts'

/** A task of which there is one at a time, whatever the number of processes and hosts. */
export type Task = 'cleanup' | 'restore'

/** Who holds a lock: a row of the table `locks`. */
export interface LockRow {
  task: Task
  /** Tells two takings apart, even by one process. */
  holder: string
  host: string
  pid: number
  /** Which process of that number it is: the boot's id and the start's time; null where the system does not tell. */
  process_start: string | null
  user: string
  since: string
  /** When the holder was last seen at work. */
  refreshed_at: string
}

export interface Lock {
  /** Says that the holder is still at work; call it between steps. @throws `already_running` when another took over. */
  refresh: () => Promise<void>
}

/** A holder that was not seen for so long is gone; the rule of restic. */
export const staleMinutes = 30

/** The holder shows itself so often at most: not a write for every step. */
const refreshMs = 60_000

/**
 * Does `work` as the only one. A lock whose holder is gone (a process of this host that is no more, or one that was not
 * seen for 30 minutes) is taken over.
 * @throws `already_running`, saying who is at it and since when.
 */
export async function withLock<T>(
  db: Database,
  task: Task,
  { user, now }: { user: string; now: () => string },
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  const since = now()
  const own: LockRow = {
    ...{ task, holder: randomUUID(), host: hostname(), pid: process.pid },
    ...{ process_start: processStart(process.pid), user, since, refreshed_at: since },
  }
  await take(db, own)
  let seen = Date.parse(since)
  const refresh = async (): Promise<void> => {
    const present = now()
    if (Date.parse(present) - seen < refreshMs) return
    const rows = await db.query(refreshLock, [task, own.holder, present])
    if (rows.length === 0) throw takenOver(task)
    seen = Date.parse(present)
  }
  try {
    return await work({ refresh })
  } finally {
    // A database that is away keeps the row; it is stale as soon as this process is gone.
    await db.query(releaseLock, [task, own.holder]).catch(() => undefined)
  }
}

/** Whether a lock's holder is gone, as far as this host can know at `now` (ISO 8601). */
export function isStale(row: LockRow, now: string): boolean {
  const silent = Date.parse(now) - Date.parse(row.refreshed_at)
  return silent > staleMinutes * 60_000 || (row.host === hostname() && isProcessGone(row))
}

const lockColumns = 'task, holder, host, pid, process_start, "user", since, refreshed_at'

const insertLock = `
  insert into locks (${lockColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (task) do nothing
    returning holder`

const selectLock = `select ${lockColumns} from locks where task = $1`

/** Only from the holder that was found stale, as it was found: two that find it so must not both get it. */
const takeOverLock = `
  update locks
    set holder = $2, host = $3, pid = $4, process_start = $5, "user" = $6, since = $7, refreshed_at = $8
    where task = $1 and holder = $9 and refreshed_at = $10
    returning holder`

const refreshLock = 'update locks set refreshed_at = $3 where task = $1 and holder = $2 returning holder'

const releaseLock = 'delete from locks where task = $1 and holder = $2'

async function take(db: Database, own: LockRow): Promise<void> {
  const { task, holder, host, pid, process_start, user, since, refreshed_at } = own
  const values = [task, holder, host, pid, process_start, user, since, refreshed_at]
  for (;;) {
    if ((await db.query(insertLock, values)).length === 1) return
    const [present] = await db.query<LockRow>(selectLock, [task])
    // It was given back in between.
    if (present === undefined) continue
    if (!isStale(present, since)) throw alreadyRunning(present)
    const taken = await db.query(takeOverLock, [...values, present.holder, present.refreshed_at])
    if (taken.length === 1) return
  }
}

function alreadyRunning({ task, user, host, pid, since }: LockRow): PvtError {
  return new PvtError(
    'already_running',
    `${task} is running already: ${user} on ${host}, process ${pid}, since ${since}`,
    'nothing was changed; run it again when that one is done',
  )
}

const takenOver = (task: Task): PvtError =>
  new PvtError(
    'already_running',
    `this ${task} was silent for more than ${staleMinutes} minutes, and another one has taken over`,
    'what it has done stays done; run it again to do the rest',
  )
