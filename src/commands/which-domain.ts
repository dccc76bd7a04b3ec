import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option } from 'commander'
import type { Context } from '../context.ts'
import { PvtError, usageError } from '../errors.ts'
import { realPath } from '../import/folder.ts'
import { findDomainsNamed } from '../store/limits.ts'
import { whichJob } from './which-job.ts'

export const oneDomainOption = (): Option =>
  new Option('--domain <d>', 'the domain folder: its path or its name (default: that of $PVT_JOB, else of .)')

/**
 * The path of the one domain that the user means: a folder, or the name of one that has jobs or limits. Left out: the
 * domain of the job that is meant when no job is named.
 *
 * @throws `usage` for a name of several domains or none given at all, `file_not_found` for one that is not there.
 */
export async function whichDomain(context: Context, text: string | undefined): Promise<string> {
  if (text === undefined) return domainOfJob(context)
  if (text.trim() === '') throw usageError('--domain is empty', 'a folder, or the name of one')
  const path = resolve(context.settings.cwd, text)
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder && (text.includes('/') || text === '.' || text === '..')) return realPath(path)
  const name = text.includes('/') ? path.slice(1) : text
  const known = await findDomainsNamed(await context.database(), name)
  // Of a path the whole must be the domain's, of a name its end.
  const meant = text.includes('/') ? known.filter((domain) => domain === path) : known
  const [domain, another] = meant
  if (another !== undefined) {
    throw usageError(`--domain ${text}: there are ${meant.join(', ')}`, 'give the path of one')
  }
  if (domain !== undefined) return domain
  if (isFolder) return realPath(path)
  throw new PvtError(
    'file_not_found',
    `there is no domain ${text}`,
    'name a folder, or a domain that has jobs',
  )
}

async function domainOfJob(context: Context): Promise<string> {
  try {
    return (await whichJob(context, undefined)).domain_path
  } catch (error) {
    if (!(error instanceof PvtError) || error.code !== 'job_not_given') throw error
    throw usageError('no domain was named and no job has this folder as its domain', '--domain <dir or name>')
  }
}
