import type { Verdict } from '../domain/check-limits.ts'
import type { Job, JobStatus } from '../domain/job.ts'
import type { Candidate } from '../domain/retention.ts'
import type { Database, SqlValue } from './database.ts'
import { jobColumns, toColumnList, toJob } from './jobs.ts'
import { newestVerdict } from './verdicts.ts'

/** What `history` asks for; times are ISO 8601 UTC, lists are alternatives and empty for all. */
export interface HistoryQuery {
  limit: number
  statuses: readonly JobStatus[]
  users: readonly string[]
  /** A domain's path, or the name of its folder. */
  domain: string | null
  mode: string | null
  since: string | null
  until: string | null
  /** Text that stands in the name, the description, the tags or the path, whatever the case. */
  search: string | null
  /** The page after this job. */
  before: Pick<Job, 'job_id' | 'created_at'> | null
}

/** What the newest check of a job came to; null for a job that was never checked. */
export interface Judged {
  verdict: Verdict | null
}

/** Jobs, newest first. */
export const findHistory = (db: Database, query: HistoryQuery): Promise<(Job & Judged)[]> =>
  findHistoryColumns(db, query, jobColumns)

/** Some columns of the same: of 100 jobs all 43 take 3 ms more than the 11 that a table shows. */
export async function findHistoryColumns<Column extends (typeof jobColumns)[number]>(
  db: Database,
  query: HistoryQuery,
  columns: readonly Column[],
): Promise<(Pick<Job, Column> & Judged)[]> {
  const where = new Where()
  where.oneOf('status', query.statuses)
  where.oneOf('"user"', query.users)
  addDomain(where, query.domain)
  if (query.mode !== null) where.add((value) => `mode = ${value}`, query.mode)
  if (query.since !== null) where.add((value) => `created_at >= ${value}`, query.since)
  if (query.until !== null) where.add((value) => `created_at < ${value}`, query.until)
  if (query.search !== null) {
    // The tags are a JSON array: looked for as JSON text, and not when the text is only brackets, quotes and commas.
    const inTags = /[^[\]",\s]/.test(query.search) ? JSON.stringify(query.search).slice(1, -1) : null
    where.add(
      (text, tag) =>
        `(${['name', 'description', 'domain_path'].map((column) => contains(column, text)).join(' or ')}
          or ${contains('tags', tag)})`,
      `%${escapeLike(query.search)}%`,
      inTags === null ? null : `%${escapeLike(inTags)}%`,
    )
  }
  if (query.before !== null) {
    where.add(
      (created, id) => `(created_at, job_id) < (${created}, ${id})`,
      query.before.created_at,
      query.before.job_id,
    )
  }
  const limit = where.bind(query.limit)
  const rows = await db.query(
    `select ${toColumnList(columns)}, ${newestVerdict} as verdict
      from jobs ${where.text()} order by created_at desc, job_id desc limit ${limit}`,
    where.values,
  )
  return rows.map((row) => toJob(row) as Job & Judged)
}

export type EndedJob = Candidate & Pick<Job, 'name' | 'status' | 'stored_simulations'>

export interface EndedQuery {
  statuses: readonly JobStatus[]
  domain: string | null
}

/** What cleanup decides on: the jobs in the given final states, newest end first. */
export async function findEndedJobs(db: Database, query: EndedQuery): Promise<EndedJob[]> {
  const where = new Where()
  where.oneOf('status', query.statuses)
  where.add(() => 'completed_at is not null')
  addDomain(where, query.domain)
  const rows = await db.query(
    `select job_id, name, status, domain_path, completed_at, stored_simulations, tags, pinned,
        exists (
          select 1 from removals
            where removals.job_id = jobs.job_id and removals.completed_at = jobs.completed_at
        ) as removal_begun
      from jobs ${where.text()} order by completed_at desc, job_id desc`,
    where.values,
  )
  return rows.map((row) => ({ ...toJob(row), removal_begun: row['removal_begun'] === 1 }) as EndedJob)
}

function addDomain(where: Where, domain: string | null): void {
  if (domain === null) return
  where.add(
    // Not `like`, which takes capitals for small letters on one engine and not on the other.
    (path, ending, length) =>
      `(domain_path = ${path} or (length(domain_path) >= ${length}
        and substr(domain_path, length(domain_path) - ${length} + 1) = ${ending}))`,
    domain,
    `/${domain}`,
    Array.from(domain).length + 1,
  )
}

/** Without regard to the case of ASCII letters. */
const contains = (column: string, placeholder: string): string =>
  `lower(${column}) like lower(cast(${placeholder} as text)) escape '\\'`

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** Collects the conditions of a query with their parameters. Values never become SQL text. */
class Where {
  readonly values: SqlValue[] = []
  readonly #conditions: string[] = []

  bind(value: SqlValue): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  add(condition: (...placeholders: string[]) => string, ...values: SqlValue[]): void {
    this.#conditions.push(condition(...values.map((value) => this.bind(value))))
  }

  oneOf(column: string, values: readonly string[]): void {
    if (values.length > 0) this.add((...list) => `${column} in (${list.join(', ')})`, ...values)
  }

  text(): string {
    return this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`
  }
}
