import { resolve } from 'node:path'
import type { Context } from '../context.ts'
import type { Limit } from '../domain/limit.ts'
import { PvtError } from '../errors.ts'
import { type LoadedLimits, loadLimits, readLimits } from '../import/load-limits.ts'
import { findNewestLimits, type StoredLimits } from '../store/limits.ts'

/** Limits with the version of the domain's limits that they are; null for a file that is none. */
export interface LimitsInForce extends LoadedLimits {
  version: number | null
}

/**
 * The limits that a job of the domain is held against: those of the file, else the domain's newest.
 *
 * @throws `limits_not_found` when the domain has none; as loadLimits for a file.
 */
export async function limitsInForce(
  context: Context,
  domain: string,
  file: string | undefined,
): Promise<LimitsInForce> {
  const limits = await limitsIfAny(context, domain, file)
  if (limits === null) {
    throw new PvtError(
      'limits_not_found',
      `the domain ${domain} has no limits`,
      'keep some with: pvt limits set <file.csv>, or name a file: --limits <file.csv>',
    )
  }
  return limits
}

/** The same; null when the domain has none. @throws as loadLimits for a file. */
export async function limitsIfAny(
  context: Context,
  domain: string,
  file: string | undefined,
): Promise<LimitsInForce | null> {
  const stored = await findNewestLimits(await context.database(), domain)
  if (file === undefined) return stored === null ? null : readStoredLimits(stored)
  const loaded = loadLimits(resolve(context.settings.cwd, file))
  return { ...loaded, version: stored?.limits_sha256 === loaded.sha256 ? stored.version : null }
}

/** The newest limits of a domain; none where it has none. */
export async function knownLimits(context: Context, domain: string): Promise<Limit[]> {
  const stored = await findNewestLimits(await context.database(), domain)
  return stored === null ? [] : readStoredLimits(stored).limits
}

export function readStoredLimits(stored: StoredLimits): LimitsInForce {
  const { limits_text, limits_sha256, file_path, version, domain_path } = stored
  const limits = readLimits(limits_text, `limits version ${version} of ${domain_path}`)
  return { limits, text: limits_text, sha256: limits_sha256, path: file_path, version }
}
