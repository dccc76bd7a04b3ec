import type { Command } from 'commander'
import { isEmptyPolicy, type RetentionPolicy, type Span } from '../domain/retention.ts'
import { usageError } from '../errors.ts'
import { collect, wholeNumber } from './shared.ts'
import { parseAge } from './time-option.ts'

export interface RetentionOptions {
  olderThan?: string
  keepLast?: number
  keepDaily?: number
  keepWeekly?: number
  keepMonthly?: number
  keepYearly?: number
  keepWithin?: string
  keepTag?: string[]
}

/** The options that say what stays; domain/retention.ts defines them. */
export function addRetentionOptions(command: Command): Command {
  const number = wholeNumber(0)
  return command
    .option('--older-than <age>', 'remove only what ended longer ago: 90d, 12w; at least 1d')
    .option('--keep-last <n>', 'keep the newest n finished jobs of every domain, whatever their age', number)
    .option('--keep-daily <n>', 'keep the newest job of each of the newest n days that have one', number)
    .option('--keep-weekly <n>', 'the same for weeks (ISO 8601, from Monday)', number)
    .option('--keep-monthly <n>', 'the same for months', number)
    .option('--keep-yearly <n>', 'the same for years', number)
    .option('--keep-within <duration>', "keep what ended so shortly before the domain's newest: 14d, 4w")
    .option('--keep-tag <tag>', 'keep jobs with this tag; may be repeated', collect)
}

/** @throws usage error for a policy that says nothing, and for a bad age. */
export function toRetentionPolicy(options: RetentionOptions, now: string): RetentionPolicy {
  const empty = options.keepTag?.find((tag) => tag.trim() === '')
  if (empty !== undefined) throw usageError('--keep-tag: the tag is empty', 'name a tag')
  const policy: RetentionPolicy = {
    now,
    olderThan: toSpan(options.olderThan, '--older-than'),
    keepLast: options.keepLast ?? 0,
    keepDaily: options.keepDaily ?? 0,
    keepWeekly: options.keepWeekly ?? 0,
    keepMonthly: options.keepMonthly ?? 0,
    keepYearly: options.keepYearly ?? 0,
    keepWithin: toSpan(options.keepWithin, '--keep-within'),
    keepTags: options.keepTag ?? [],
  }
  if (!isEmptyPolicy(policy)) return policy
  throw usageError(
    'cleanup was not told what to keep, and would remove every finished job',
    'give --older-than, or one of --keep-last, -daily, -weekly, -monthly, -yearly, -within, -tag',
  )
}

/** `6m` is six minutes here, and six months elsewhere: less than a day is refused. */
function toSpan(text: string | undefined, option: string): Span | null {
  if (text === undefined) return null
  const seconds = parseAge(text)
  if (seconds === null) throw usageError(`${option} ${text}: not an age`, 'for example 90d or 12w')
  if (seconds < 86_400) throw usageError(`${option} ${text}: less than a day`, 'at least 1d')
  return { text, seconds }
}
