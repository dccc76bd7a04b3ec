import type { Verdict } from '../domain/check-limits.ts'
import { PvtError } from '../errors.ts'
import type { Database, SqlRow } from './database.ts'
import { lockJob } from './jobs.ts'

/** A limit that did not pass, as it is kept with the verdict. */
export interface Finding {
  measurement: string
  point: string | null
  verdict: Verdict
  worst: number | null
  worst_point: string | null
  margin: number | null
  failing: number
  missing: number
  waivers: { point: string | null; reason: string; until: string; waived_by: string }[]
}

/** What a check of a whole job came to: a row of the table `verdicts`, with its JSON parsed. */
export interface StoredVerdict {
  job_id: string
  /** 1 for the job's first. */
  verdict_number: number
  verdict: Verdict
  checked_at: string
  checked_by: string
  /** Of the domain's limits; null when the limits came from a file that is no version of them. */
  limits_version: number | null
  /** The file that the limits were read from. */
  limits_path: string
  limits_sha256: string
  limits_checked: number
  findings: Finding[]
}

export const verdictColumns = [
  'job_id',
  'verdict_number',
  'verdict',
  'checked_at',
  'checked_by',
  'limits_version',
  'limits_path',
  'limits_sha256',
  'limits_checked',
  'findings',
] as const satisfies readonly (keyof StoredVerdict)[]

/** In a query of `jobs`: what the newest check of each came to. */
export const newestVerdict = `
  (select verdict from verdicts where verdicts.job_id = jobs.job_id order by verdict_number desc limit 1)`

/** The verdicts of a job, newest first. */
export async function findVerdicts(db: Database, jobId: string): Promise<StoredVerdict[]> {
  const rows = await db.query(
    `select ${verdictColumns.join(', ')} from verdicts where job_id = $1 order by verdict_number desc`,
    [jobId],
  )
  return rows.map(toVerdict)
}

const selectNewest = `
  select ${verdictColumns.join(', ')} from verdicts
    where job_id = $1 order by verdict_number desc limit 1`

export async function findNewestVerdict(db: Database, jobId: string): Promise<StoredVerdict | null> {
  const [row] = await db.query(selectNewest, [jobId])
  return row === undefined ? null : toVerdict(row)
}

/**
 * Keeps a verdict with its job; one that says the same as the newest is not kept again, so that a check that runs
 * every minute leaves one row.
 * @throws `job_not_found` when the job went in the meantime.
 */
export async function keepVerdict(
  db: Database,
  verdict: Omit<StoredVerdict, 'verdict_number'>,
): Promise<void> {
  // Asked before the lock is taken: most checks change nothing, and should not wait for those who write.
  if (isSame(await findNewestVerdict(db, verdict.job_id), verdict)) return
  await db.transaction(async () => {
    if ((await lockJob(db, verdict.job_id)) === null)
      throw new PvtError('job_not_found', `job ${verdict.job_id} is not there any more`)
    const newest = await findNewestVerdict(db, verdict.job_id)
    if (isSame(newest, verdict)) return
    const row = {
      ...verdict,
      verdict_number: (newest?.verdict_number ?? 0) + 1,
      findings: JSON.stringify(verdict.findings),
    }
    await db.insert('verdicts', verdictColumns, [verdictColumns.map((column) => row[column])])
  })
}

function isSame(newest: StoredVerdict | null, verdict: Omit<StoredVerdict, 'verdict_number'>): boolean {
  if (newest === null) return false
  const said = ({ verdict: word, limits_version, limits_sha256, limits_checked, findings }: typeof verdict) =>
    JSON.stringify([word, limits_version, limits_sha256, limits_checked, findings])
  return said(newest) === said(verdict)
}

const toVerdict = ({ findings, ...row }: SqlRow): StoredVerdict =>
  ({ ...row, findings: JSON.parse(findings as string) as Finding[] }) as StoredVerdict
