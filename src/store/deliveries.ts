import type { Database } from './database.ts'

const insertDelivery = `
  insert into delivered_changes (change_id, delivered_at) values ($1, $2)
    on conflict (change_id) do nothing
    returning change_id`

/**
 * Marks a change as made, within the transaction that makes it; false when it was made before. Of two processes that
 * deliver the same change at once the second waits here for the first one's transaction.
 */
export async function markDelivered(db: Database, changeId: string, now: string): Promise<boolean> {
  const rows = await db.query(insertDelivery, [changeId, now])
  return rows.length === 1
}

/** Forgets changes that were made before an instant (ISO 8601 UTC): no spool keeps them for so long. */
export async function forgetDeliveries(db: Database, before: string): Promise<void> {
  await db.query('delete from delivered_changes where delivered_at < $1', [before])
}
