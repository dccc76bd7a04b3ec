import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import { PvtError, usageError } from '../errors.ts'
import { findJobsByPrefix, findNewestJobIn, findNewestJobOfUser } from '../store/jobs.ts'
import { shortId } from './shared.ts'

/** What of a context finding a job needs; completion has no more. */
export type DatabaseContext = Pick<Context, 'settings' | 'database'> & Partial<Pick<Context, 'delivering'>>

/**
 * The job that the user means: a full id, a unique prefix, `@latest` (the user's newest job) or `.` (the newest job
 * whose domain folder is the current folder or one above it). Left out: `$PVT_JOB`, else `.`.
 *
 * @throws `usage` for an empty reference or none at all, `ambiguous_job`, `job_not_found`.
 */
export async function whichJob(context: DatabaseContext, reference: string | undefined): Promise<Job> {
  if (reference !== undefined) return jobOf(context, reference, 'the job')
  const { job } = context.settings
  if (job !== null) return jobOf(context, job, 'PVT_JOB')
  return (await newestJobHere(context)) ?? noJobGiven()
}

/** @throws usage error that says the three ways to name a job. */
function noJobGiven(): never {
  throw new PvtError(
    'job_not_given',
    'no job was named and no job has this folder as its domain',
    'name it (an id, a prefix of 4 characters, @latest), set PVT_JOB, or change to the domain folder',
  )
}

async function jobOf(context: DatabaseContext, reference: string, origin: string): Promise<Job> {
  if (reference.trim() === '') {
    // A script's `PVT_JOB=$(pvt job create …)` that failed must not mark whatever job is newest here.
    throw usageError(`${origin} is empty`, 'name a job, or leave it out for the newest job of this folder')
  }
  if (reference === '@latest') return newestJobOfUser(context)
  if (reference === '.') {
    const job = await newestJobHere(context)
    return job ?? notFound(`no job has ${context.settings.cwd} or a folder above it as its domain`)
  }
  return jobByPrefix(context, reference)
}

async function newestJobOfUser(context: DatabaseContext): Promise<Job> {
  const { user } = context.settings
  const job = await findNewestJobOfUser(await context.database(), user, context.delivering?.at)
  return job ?? notFound(`user ${user} has no job`)
}

async function newestJobHere(context: DatabaseContext): Promise<Job | null> {
  const parts = context.settings.cwd.split('/').filter((part) => part !== '')
  const folders = ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
  return findNewestJobIn(await context.database(), folders, context.delivering?.at)
}

/** How many candidates an ambiguous prefix lists. */
const mostCandidates = 8

async function jobByPrefix(context: DatabaseContext, reference: string): Promise<Job> {
  const digits = reference.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{1,32}$/.test(digits)) notFound(`there is no job '${reference}'`)
  if (digits.length < 4) {
    throw usageError(`'${reference}' is too short for a job`, 'give at least 4 characters of its id')
  }
  const jobs = await findJobsByPrefix(await context.database(), toUuidPrefix(digits), mostCandidates + 1)
  const [job, another] = jobs
  if (job === undefined) return notFound(`there is no job '${reference}'`)
  if (another !== undefined) throw ambiguous(reference, jobs)
  return job
}

/** Hexadecimal digits with the dashes of a UUID between them. */
export function toUuidPrefix(digits: string): string {
  const [, a, b, c, d, e] = /^(.{0,8})(.{0,4})(.{0,4})(.{0,4})(.{0,12})$/.exec(digits)!
  return [a, b, c, d, e].filter((part) => part !== '').join('-')
}

function ambiguous(reference: string, jobs: readonly Job[]): PvtError {
  const shown = jobs.slice(0, mostCandidates).map((job) => `${job.job_id} (${job.name}, ${job.status})`)
  const more = jobs.length > mostCandidates ? ' and more' : ''
  return new PvtError(
    'ambiguous_job',
    `'${shortId(reference)}' is ambiguous: ${shown.join(', ')}${more}`,
    'give more characters',
  )
}

function notFound(message: string): never {
  throw new PvtError('job_not_found', message, 'list the jobs with: pvt history')
}
