import type { Waiver } from '../domain/waiver.ts'
import type { Database } from './database.ts'

export const waiverColumns = [
  'waiver_id',
  'domain_path',
  'measurement',
  'point',
  'reason',
  'until',
  'waived_by',
  'waived_at',
] as const satisfies readonly (keyof Waiver)[]

/** The waivers of a domain, or of all domains (null), over ones included, in the order in which they were made. */
export async function findWaivers(db: Database, domain: string | null): Promise<Waiver[]> {
  return db.query<Waiver>(
    `select ${waiverColumns.join(', ')} from waivers
      where cast($1 as text) is null or domain_path = cast($1 as text)
      order by waived_at, waiver_id`,
    [domain],
  )
}

export async function insertWaiver(db: Database, waiver: Waiver): Promise<void> {
  await db.insert('waivers', waiverColumns, [waiverColumns.map((column) => waiver[column])])
}

/** False when it was gone already. */
export async function deleteWaiver(db: Database, waiverId: string): Promise<boolean> {
  const rows = await db.query('delete from waivers where waiver_id = $1 returning waiver_id', [waiverId])
  return rows.length === 1
}
