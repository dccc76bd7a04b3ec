import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Context, risingClock } from './context.ts'
import type { Change, Submission, Submitted } from './domain/change.ts'
import { messageOf, PvtError } from './errors.ts'
import { isAway, makeOnce } from './import/deliver.ts'
import { keepChange, waitingFor } from './import/spool.ts'
import type { Settings } from './settings.ts'
import type { Database } from './store/database.ts'
import { shownLocation } from './store/open-database.ts'

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
  try {
    const make = async (): Promise<void> => {
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
  } catch (error) {
    if (!isAway(error)) throw error
    if (waitable() === null) await askWithout(run, { ...held, now: risingClock(() => Date.parse(at)) }, error)
    const wait = waitable()
    if (wait === null) throw error
    keep(context, { change_id, ...described(settings, at), words: wait.words }, error)
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

function keep(context: Context, change: Change, reason: PvtError): void {
  try {
    keepChange(context.settings.spool, change)
    context.inform(
      `${reason.message}: the change is spooled, and delivered by the next command that gets through`,
    )
  } catch (error) {
    context.report(`${reason.message}; and the change is lost: ${messageOf(error)}`)
  }
}

/**
 * The lock was not even taken, so the command has not run: it runs up to its first question to the database, which
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
