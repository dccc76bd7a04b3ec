import type { Verdict } from '../domain/check-limits.ts'
import { hasEnded, type Job, type JobStatus } from '../domain/job.ts'
import type { Candidate } from '../domain/retention.ts'
import type { Database, SqlValue } from './database.ts'
import { findDomains } from './domains.ts'
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

/** The same, a page at a time: 100,000 whole jobs in one list take 1 GB. Nothing is held open between pages. */
export async function* findHistoryPages(
  db: Database,
  query: HistoryQuery,
  pageSize = 1000,
): AsyncGenerator<(Job & Judged)[]> {
  let { limit, before } = query
  while (limit > 0) {
    const wanted = Math.min(limit, pageSize)
    const jobs = await findHistory(db, { ...query, limit: wanted, before })
    yield jobs
    if (jobs.length < wanted) return
    limit -= wanted
    before = jobs.at(-1)!
  }
}

/** Some columns of the same: of 100 jobs all 43 take 3 ms more than the 11 that a table shows. */
export async function findHistoryColumns<Column extends (typeof jobColumns)[number]>(
  db: Database,
  query: HistoryQuery,
  columns: readonly Column[],
): Promise<(Pick<Job, Column> & Judged)[]> {
  const domains = query.domain === null ? [] : await findDomains(db, query.domain)
  if (query.domain !== null && domains.length === 0) return []
  const where = new Where()
  const leading = addChoices(where, query, domains)
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
  if (leading !== null) {
    const newest = leading.map((condition) => `${where.text(condition)} ${newestFirst} limit ${limit}`)
    where.replaceBy(`job_id in (${newest.map(toIds).join(' union all ')})`)
  }
  const rows = await db.query(
    `select ${toColumnList(columns)}, ${newestVerdict} as verdict
      from jobs ${where.text()} ${newestFirst} limit ${limit}`,
    where.values,
  )
  return rows.map((row) => toJob(row) as Job & Judged)
}

const newestFirst = 'order by created_at desc, job_id desc'

const toIds = (conditions: string): string =>
  `select job_id from (select job_id from jobs ${conditions}) as newest`

/** With more alternatives than this, the newest jobs are looked through until enough of them fit. */
const mostAlternatives = 20

/**
 * Adds the choice of states, users and domains. The narrowest of them leads: an index has its jobs in the order of
 * time. Several alternatives of it have to be asked for one by one, else all their jobs are read and sorted: they are
 * given back as conditions. The other choices stand as expressions, which no index serves: without statistics SQLite
 * takes the user's index for `--user farm --status running`, and reads all the jobs of a user who has them all.
 */
function addChoices(
  where: Where,
  { statuses, users }: HistoryQuery,
  domains: readonly string[],
): string[] | null {
  const choices: Choice[] = [
    { column: 'domain_path', values: domains },
    { column: '"user"', values: users },
    { column: 'status', values: statuses },
  ]
  const given = choices.filter(({ values }) => values.length > 0)
  // Few jobs are under way at a time.
  if (statuses.length > 0 && !statuses.some(hasEnded)) given.unshift(given.pop()!)
  const [first, ...others] = given
  for (const { column, values } of others) where.oneOf(`${column} || ''`, values)
  if (first === undefined) return null
  const { column, values } = first
  if (values.length > mostAlternatives) where.oneOf(`${column} || ''`, values)
  if (values.length === 1) where.add((value) => `${column} = ${value}`, values[0]!)
  if (values.length === 1 || values.length > mostAlternatives) return null
  return [...new Set(values)].map((value) => `${column} = ${where.bind(value)}`)
}

interface Choice {
  column: 'domain_path' | '"user"' | 'status'
  values: readonly string[]
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
  if (query.domain !== null) {
    const domains = await findDomains(db, query.domain)
    if (domains.length === 0) return []
    where.oneOf('domain_path', domains)
  }
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

  /** Puts one condition, which holds what they say, in the place of all. */
  replaceBy(condition: string): void {
    this.#conditions.splice(0, this.#conditions.length, condition)
  }

  /** The conditions, and one more. */
  text(...more: string[]): string {
    const all = [...this.#conditions, ...more]
    return all.length === 0 ? '' : `where ${all.join(' and ')}`
  }
}
