import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Context, risingClock } from './context.ts'
import type { Change, Submission, Submitted } from './domain/change.ts'
import { messageOf, PvtError } from './errors.ts'
import { isAway, makeOnce } from './import/deliver.ts'
import { type Intent, keepChange, keepIntent, waitingFor } from './import/spool.ts'
import type { Settings } from './settings.ts'
import type { Database } from './store/database.ts'
import { shownLocation } from './store/open-database.ts'
import { answersWithin, mayStall } from './store/remote-mount.ts'

/** In all, so that a stage mark with the database away is over within a second. */
const patienceMs = 750

/** How long each thing may take that waits: a lock, a server's answer. */
export const impatience = { lockTimeoutMs: 500, connectTimeoutMs: 600 }

/** What a command says of itself on the way, for the case that the database is away. */
export interface Waitable {
  words: string[]
  answer: string | null
}

/**
 * Makes a change, or keeps it for the next command that reaches the database. Made directly it bears the same mark as
 * when it is delivered, so that one whose answer got lost is not made twice.
 *
 * Nothing that happens here may break the flow: even when the change cannot be kept, that is said and no more.
 */
export async function runBestEffort(
  context: Context,
  { run, waitable }: { run: (context: Context) => Promise<void>; waitable: () => Waitable | null },
): Promise<void> {
  const { settings } = context
  // Said when it is true: what is answered before the end of the transaction may yet be spooled.
  const answers: (() => void | Promise<void>)[] = []
  const held: Context = {
    ...context,
    print: async (document) => void answers.push(() => context.print(document)),
    printText: (text) =>
      void answers.push(() => {
        context.printText(text)
      }),
    // Not waited for: the flow must not be held up.
    notify: async (notification) => void answers.push(() => context.notify(notification, { wait: false })),
  }
  const change_id = randomUUID()
  const at = context.now()
  const paused: Context = { ...held, now: risingClock(() => Date.parse(at)) }
  const kept = (words: string[]): Change => ({ change_id, ...described(settings, at), words })
  const place = stallingFile(settings)
  // What hangs is killed by whoever has called it: then the change is in the spool.
  let intent: Intent | null = null
  if (place !== null || mayStall(settings.cwd)) {
    await askFirst(run, paused, stalled(shownLocation(settings.database)))
    answers.length = 0
    const wait = waitable()
    if (wait !== null) intent = intend(context, kept(wait.words))
  }
  try {
    const make = async (): Promise<void> => {
      if (place !== null && !(await answersWithin(stallMs, place))) throw stalled(place)
      const db = await context.database()
      const change = { change_id, ...described(settings, at), words: [] }
      await makeOnce(db, change, {
        now: at,
        make: () => {
          // A transaction that was rolled back is run again, and has answered already.
          answers.length = 0
          return run(held)
        },
      })
    }
    await within(patienceMs, make())
    intent?.settle()
  } catch (error) {
    if (!isAway(error)) {
      intent?.settle()
      throw error
    }
    if (waitable() === null) await askWithout(run, paused, error)
    const wait = waitable()
    if (wait === null) throw error
    keep(context, kept(wait.words), intent, error)
    if (wait.answer !== null) context.printText(`${wait.answer}\n`)
    return
  }
  for (const answer of answers) await answer()
}

/**
 * Makes a change at once, or keeps it for later, for a command that goes on: the database is opened for it and closed
 * again. A change does not overtake those that wait.
 *
 * @throws what the database says to the change, and a spool that cannot be written.
 */
export async function submitChange(
  context: Context,
  { words, at, patienceMs }: Omit<Submission<Context>, 'make'>,
  make: (db: Database, change: Change) => Promise<void>,
): Promise<Submitted> {
  const { settings } = context
  const change: Change = { change_id: randomUUID(), ...described(settings, at), words: [] }
  try {
    const db = await within(patienceMs.answer, context.database())
    if (words !== null && waitingFor(settings.spool, db.location).length > 0) {
      keepChange(settings.spool, { ...change, words: words() })
      return { state: 'kept', reason: 'other changes wait' }
    }
    await within(patienceMs.change, make(db, change))
    return { state: 'made', reason: null }
  } catch (error) {
    if (!isAway(error)) throw error
    if (words === null) return { state: 'dropped', reason: error.message }
    keepChange(settings.spool, { ...change, words: words() })
    return { state: 'kept', reason: error.message }
  } finally {
    await context.closeDatabase()
  }
}

const described = (settings: Settings, at: string): Omit<Change, 'change_id' | 'words'> => ({
  at,
  database: shownLocation(settings.database),
  user: settings.user,
  host: hostname(),
  cwd: settings.cwd,
  job: settings.job,
})

/** The file of a database on a file system that may hang; null for any other database. */
function stallingFile({ database }: Settings): string | null {
  return database.engine === 'sqlite' && mayStall(database.path) ? database.path : null
}

/** A file server that is well answers within milliseconds. */
const stallMs = 500

const stalled = (location: string): PvtError =>
  new PvtError('database_unreachable', `${location}: its file system did not answer within ${stallMs} ms`)

/** Without a spool the change is made, or lost, as ever. */
function intend(context: Context, change: Change): Intent | null {
  try {
    return keepIntent(context.settings.spool, change)
  } catch {
    return null
  }
}

function keep(context: Context, change: Change, intent: Intent | null, reason: PvtError): void {
  try {
    if (intent === null) keepChange(context.settings.spool, change)
    else intent.keep()
    context.inform(
      `${reason.message}: the change is spooled, and delivered by the next command that gets through`,
    )
  } catch (error) {
    context.report(`${reason.message}; and the change is lost: ${messageOf(error)}`)
  }
}

/** Runs a command up to where it says that it can wait: behind that it may look at folders that hang. */
async function askFirst(
  run: (context: Context) => Promise<void>,
  context: Context,
  away: PvtError,
): Promise<void> {
  const enough = new Error('it can wait')
  const canWait: Context['canWait'] = (instead) => {
    context.canWait(instead)
    throw enough
  }
  try {
    await askWithout(run, { ...context, canWait }, away)
  } catch (error) {
    if (error !== enough) throw error
  }
}

/**
 * The command has not run, as the database was not even opened or the lock not taken: it runs up to its first question to the database, which
 * tells what it wants, or that it was typed wrong.
 */
async function askWithout(
  run: (context: Context) => Promise<void>,
  context: Context,
  away: PvtError,
): Promise<void> {
  try {
    await run({ ...context, database: () => Promise.reject(away) })
  } catch (error) {
    if (error !== away) throw error
  }
}

/** A server that accepts and then says nothing must not hold the flow up. */
async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new PvtError('database_unreachable', `the database did not answer within ${milliseconds} ms`))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
