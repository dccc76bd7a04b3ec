import type { Database } from './database.ts'

/** From one domain to the next in the index: as many steps as there are domains, however many jobs each has. */
const selectDomains = `
  with recursive domains (domain_path) as (
    select min(domain_path) from jobs
    union all
    select (select min(jobs.domain_path) from jobs where jobs.domain_path > domains.domain_path) from domains
      where domain_path is not null
  )
  select domain_path from domains where domain_path is not null`

/** The domain folders of all jobs whose path is `domain`, or ends with the folders that it names. */
export async function findDomains(db: Database, domain: string): Promise<string[]> {
  if (domain.startsWith('/')) return [domain]
  const rows = await db.query<{ domain_path: string }>(selectDomains)
  return rows.map(({ domain_path }) => domain_path).filter((path) => `/${path}`.endsWith(`/${domain}`))
}
