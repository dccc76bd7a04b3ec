import type { Database } from './database.ts'
import { tables } from './maintenance.ts'

/**
 * Runs `work` in a transaction during which nobody else can write, and everybody can read: another connection of this
 * process, too, which sees what was there before. Others wait for it, for as long as they wait for any lock.
 */
export const exclusively = <T>(db: Database, work: () => Promise<T>): Promise<T> =>
  db.transaction(async () => {
    // SQLite's transactions are so from their beginning.
    if (db.dialect === 'postgres') {
      await db.query(`lock table ${tables.join(', ')} in share row exclusive mode`)
      // The transaction has nothing to do while the other connection reads.
      await db.query('set local idle_in_transaction_session_timeout = 0')
    }
    return work()
  })
