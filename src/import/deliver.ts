import type { Change, Delivery } from '../domain/change.ts'
import { exitCodes, messageOf, PvtError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { forgetDeliveries, markDelivered } from '../store/deliveries.ts'
import { parkChange, removeChange, waitingFor } from './spool.ts'

export interface DeliverOptions {
  /** The spool folder. */
  spool: string
  now: string
  /** At most so many; the rest waits for the next command. */
  limit: number
  /** Makes a change, within the transaction that is open. */
  make: (change: Change) => Promise<void>
  /** Is told of each change that is committed. */
  made?: (change: Change) => Promise<void>
}

/**
 * Delivers what waits for a database, oldest first, each change once: the change and the mark that it was made are one
 * transaction, and the file goes after it. What the database refuses is parked; when the database goes away on the
 * way, the rest waits on.
 * @throws the error of a database that went away.
 */
export async function deliverSpool(db: Database, options: DeliverOptions): Promise<Delivery> {
  const delivery: Delivery = { delivered: [], parked: [], waiting: 0 }
  const waiting = waitingFor(options.spool, db.location)
  for (const [index, spooled] of waiting.entries()) {
    if (index >= options.limit) {
      delivery.waiting += waiting.length - index
      break
    }
    const refusal = spooled.refusal ?? (await deliverOne(db, spooled.change!, options))
    if (refusal === 'later') {
      delivery.waiting += 1
    } else if (refusal === 'before') {
      removeChange(spooled)
    } else if (refusal === null) {
      delivery.delivered.push(spooled.change!)
      removeChange(spooled)
      await options.made?.(spooled.change!)
    } else {
      delivery.parked.push({ path: spooled.path, reason: refusal })
      parkChange(options.spool, spooled, refusal)
    }
  }
  if (delivery.delivered.length > 0) await forgetDeliveries(db, longAgo(options.now))
  return delivery
}

/**
 * Null; `before` for a change that another command has made; `later` for one of a job that another host has yet to
 * deliver; or why it will never be made.
 */
async function deliverOne(db: Database, change: Change, options: DeliverOptions): Promise<string | null> {
  try {
    return (await makeOnce(db, change, options)) ? null : 'before'
  } catch (error) {
    if (isAway(error)) throw error
    return mayYetBeMade(error, change, options.now) ? 'later' : messageOf(error)
  }
}

/** How long a change waits for its job to arrive from another host's spool. */
const patienceDays = 7

/**
 * Two hosts spool by themselves: a stage that was marked on one of them may be delivered before the job that was made
 * on the other. Only a full id can mean such a job.
 */
function mayYetBeMade(error: unknown, { job, words, at }: Change, now: string): boolean {
  if (!(error instanceof PvtError) || error.code !== 'job_not_found') return false
  const isNamed = [job ?? '', ...words].some((word) => fullId.test(word))
  return isNamed && Date.parse(now) - Date.parse(at) < patienceDays * 86_400_000
}

const fullId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What the user of any command is told of the changes that were delivered beside it. */
export function deliveryLines({ delivered, parked, waiting }: Delivery): string[] {
  const lines: string[] = []
  const [first] = delivered
  if (first !== undefined) {
    const count = delivered.length === 1 ? '1 spooled change' : `${delivered.length} spooled changes`
    lines.push(`${count} delivered, the first of ${first.at}`)
  }
  for (const { path, reason } of parked) {
    lines.push(`the spooled change ${path} was refused and is put aside: ${reason}; see: pvt spool list`)
  }
  if (waiting > 0) lines.push(`${waiting} spooled changes still wait; deliver them with: pvt spool flush`)
  return lines
}

/** Makes a change unless it was made before, and says whether it did; both in one transaction. */
export async function makeOnce(
  db: Database,
  change: Change,
  { now, make }: Pick<DeliverOptions, 'now' | 'make'>,
): Promise<boolean> {
  return db.transaction(async () => {
    const isNew = await markDelivered(db, change.change_id, now)
    if (isNew) await make(change)
    return isNew
  })
}

/** Whether an error says that the database cannot be used at the moment, whatever is asked of it. */
export const isAway = (error: unknown): error is PvtError =>
  error instanceof PvtError && error.exitCode === exitCodes.database_unreachable

const longAgo = (now: string): string => new Date(Date.parse(now) - 366 * 86_400_000).toISOString()
