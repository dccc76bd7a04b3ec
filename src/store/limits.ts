import type { Database } from './database.ts'
import { isKeyClash } from './database.ts'
import { findDomains } from './domains.ts'
import { retry } from './retry.ts'

/** A version of a domain's limits, without its text: a row of the table `limits`. */
export interface LimitsVersion {
  domain_path: string
  version: number
  limits_sha256: string
  /** The file that it was read from. */
  file_path: string
  limit_count: number
  set_by: string
  set_at: string
}

export type StoredLimits = LimitsVersion & { limits_text: string }

const columns = [
  'domain_path',
  'version',
  'limits_sha256',
  'file_path',
  'limit_count',
  'set_by',
  'set_at',
] as const satisfies readonly (keyof LimitsVersion)[]

const selectNewest = `
  select ${columns.join(', ')}, limits_text from limits
    where domain_path = $1 order by version desc limit 1`

/** The limits in force in a domain; null when it has none. */
export async function findNewestLimits(db: Database, domain: string): Promise<StoredLimits | null> {
  const [limits] = await db.query<StoredLimits>(selectNewest, [domain])
  return limits ?? null
}

const selectVersion = `
  select ${columns.join(', ')}, limits_text from limits where domain_path = $1 and version = $2`

export async function findLimitsVersion(
  db: Database,
  domain: string,
  version: number,
): Promise<StoredLimits | null> {
  const [limits] = await db.query<StoredLimits>(selectVersion, [domain, version])
  return limits ?? null
}

/** Every version of a domain, or of all domains (null), newest first. */
export async function listLimits(db: Database, domain: string | null): Promise<LimitsVersion[]> {
  return db.query<LimitsVersion>(
    `select ${columns.join(', ')} from limits
      where cast($1 as text) is null or domain_path = cast($1 as text)
      order by domain_path, version desc`,
    [domain],
  )
}

/** Domains with limits, and domains of jobs, whose folder has this name. */
export async function findDomainsNamed(db: Database, name: string): Promise<string[]> {
  const rows = await db.query<{ domain_path: string }>('select distinct domain_path from limits')
  const limited = rows.map(({ domain_path }) => domain_path).filter((path) => path.endsWith(`/${name}`))
  return [...new Set([...(await findDomains(db, name)), ...limited])].sort()
}

/**
 * Makes a text the limits in force of a domain. The text that is in force already makes no new version.
 * @returns the version in force, and whether it is new.
 */
export async function setLimits(
  db: Database,
  limits: Omit<StoredLimits, 'version'>,
): Promise<{ version: number; isNew: boolean }> {
  // Two that set limits at the same moment on a server would take the same number: the second one tries again.
  return retry({ attempts: 5, pauseMs: 20, passing: isKeyClash }, () =>
    db.transaction(async () => {
      const newest = await findNewestLimits(db, limits.domain_path)
      if (newest?.limits_sha256 === limits.limits_sha256) return { version: newest.version, isNew: false }
      const version = (newest?.version ?? 0) + 1
      await db.insert(
        'limits',
        [...columns, 'limits_text'],
        [[...columns.map((column) => ({ ...limits, version })[column]), limits.limits_text]],
      )
      return { version, isNew: true }
    }),
  )
}
