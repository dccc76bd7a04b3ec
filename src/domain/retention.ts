import { groupBy } from './group-by.ts'
import type { Job } from './job.ts'
import type { Change } from './timeline.ts'

/** The parts of a finished job that decide whether cleanup removes it. */
export type Candidate = Pick<Job, 'job_id' | 'domain_path' | 'tags' | 'pinned'> & {
  /** When it ended, ISO 8601 UTC. */
  completed_at: string
  /** A cleanup that was cut off has taken some of its results already. */
  removal_begun: boolean
}

/** A length of time, with the words that the user gave it in: `90d`. */
export interface Span {
  text: string
  seconds: number
}

/**
 * What stays and what goes, for the finished jobs of each domain apart. A number of 0 and null are no rule.
 *
 * A job goes when it ended longer ago than `olderThan` (without one: a day) and no rule holds it. The rules are those
 * of restic's `forget`, and each looks at all finished jobs of the domain, newest end first, whatever the others keep:
 * - `keepLast`: the newest n.
 * - `keepDaily` … `keepYearly`: of each of the newest n days (weeks, months, years) that have a job the newest job; and
 *   the domain's oldest job while there are fewer such days than n, so that the history does not lose its beginning. A
 *   day is one of the calendar in the zone of the process, from midnight to midnight: 23 or 25 hours long when the
 *   clocks change. A week is that of ISO 8601: from Monday, in the year that its Thursday is in.
 * - `keepWithin`: what ended less than that long before the domain's newest job did; a newest one that seems to have
 *   ended in the future (a wrong clock) does not count. A day is 24 hours here.
 * - `keepTags`: what has one of these tags.
 * - A pinned job is always kept.
 */
export interface RetentionPolicy {
  /** The present instant, ISO 8601 UTC. */
  now: string
  olderThan: Span | null
  keepLast: number
  keepDaily: number
  keepWeekly: number
  keepMonthly: number
  keepYearly: number
  keepWithin: Span | null
  keepTags: readonly string[]
}

/** Whether the policy says nothing at all: it would let everything go. */
export const isEmptyPolicy = (policy: RetentionPolicy): boolean =>
  policy.olderThan === null &&
  policy.keepWithin === null &&
  policy.keepTags.length === 0 &&
  policy.keepLast === 0 &&
  calendar.every(({ count }) => count(policy) === 0)

export interface Verdict<Job> {
  job: Job
  action: 'remove' | 'keep'
  /** All reasons, at least one. */
  reasons: string[]
}

/** Which finished jobs go and which stay, and why; in the order in which they are given. */
export function applyRetention<Job extends Candidate>(
  jobs: readonly Job[],
  policy: RetentionPolicy,
): Verdict<Job>[] {
  const held = new Map<Job, string[]>()
  // What is half gone is no history: it takes no place of the newest n.
  const whole = jobs.filter((job) => !job.removal_begun || job.pinned)
  for (const domain of groupByDomain(whole)) {
    const newestFirst = [...domain].sort(
      (a, b) => compareText(b.completed_at, a.completed_at) || compareText(b.job_id, a.job_id),
    )
    for (const [job, reasons] of holdDomain(newestFirst, policy)) held.set(job, reasons)
  }
  const endedBefore = before(policy.now, policy.olderThan ?? oneDay)
  return jobs.map((job) => {
    if (job.removal_begun && !job.pinned)
      return { job, action: 'remove', reasons: ['its removal was begun before'] }
    const young =
      job.completed_at >= endedBefore ? [policy.olderThan === null ? 'not a day old' : 'not old enough'] : []
    const reasons = [...(held.get(job) ?? []), ...young]
    if (reasons.length > 0) return { job, action: 'keep', reasons }
    return { job, action: 'remove', reasons: removalReasons(policy) }
  })
}

/** The jobs by their domains, in the order in which the domains appear. */
export const groupByDomain = <Job extends Pick<Candidate, 'domain_path'>>(jobs: readonly Job[]): Job[][] => [
  ...groupBy(jobs, ({ domain_path }) => domain_path).values(),
]

/** The policy in words, for people. */
export function describePolicy(policy: RetentionPolicy): string {
  const kept = [
    ...(policy.keepLast > 0 ? [`the newest ${policy.keepLast}`] : []),
    ...calendar
      .filter(({ count }) => count(policy) > 0)
      .map(({ adjective, count }) => `${count(policy)} ${adjective}`),
    ...(policy.keepWithin === null ? [] : [`all within ${policy.keepWithin.text} of the newest`]),
    ...policy.keepTags.map((tag) => `tag ${tag}`),
    'pinned jobs',
  ]
  const age = policy.olderThan === null ? 'a day' : policy.olderThan.text
  return `of each domain keep ${kept.join(', ')}; remove what else ended more than ${age} ago`
}

/** Protects a job from cleanup and deletion, or no longer; null when it is so already. */
export function pin({ pinned: present }: Pick<Job, 'pinned'>, pinned: boolean): Change | null {
  if (present === pinned) return null
  return {
    job: { pinned },
    stages: [],
    log: { level: 'info', message: pinned ? 'pinned' : 'unpinned' },
    warnings: [],
  }
}

const oneDay: Span = { text: '1d', seconds: 86_400 }

/** For each job that rules hold, their reasons. */
function holdDomain<Job extends Candidate>(
  newestFirst: readonly Job[],
  policy: RetentionPolicy,
): Map<Job, string[]> {
  const periods = calendar
    .filter(({ count }) => count(policy) > 0)
    .map((rule) => ({ ...rule, limit: rule.count(policy), seen: new Set<string>() }))
  const withinStart = startOfWithin(newestFirst, policy)
  const held = new Map<Job, string[]>()
  for (const [place, job] of newestFirst.entries()) {
    const reasons = job.pinned ? ['pinned'] : []
    for (const tag of policy.keepTags) if (job.tags.includes(tag)) reasons.push(`tag ${tag}`)
    if (withinStart !== null && job.completed_at > withinStart)
      reasons.push(`within ${policy.keepWithin!.text} of the newest`)
    if (place < policy.keepLast) reasons.push(`newest ${policy.keepLast} of its domain`)
    for (const { adjective, nameOf, limit, seen } of periods) {
      if (seen.size >= limit) continue
      const name = nameOf(new Date(job.completed_at))
      const isOldest = place === newestFirst.length - 1
      if (!seen.has(name)) reasons.push(`${adjective} ${name}`)
      else if (isOldest) reasons.push(`oldest, ${adjective} ${name}`)
      seen.add(name)
    }
    if (reasons.length > 0) held.set(job, reasons)
  }
  return held
}

function startOfWithin(newestFirst: readonly Candidate[], policy: RetentionPolicy): string | null {
  if (policy.keepWithin === null) return null
  const newest = newestFirst.find(({ completed_at }) => completed_at <= policy.now)
  return newest === undefined ? null : before(newest.completed_at, policy.keepWithin)
}

function removalReasons(policy: RetentionPolicy): string[] {
  const hasRules = !isEmptyPolicy({ ...policy, olderThan: null })
  return [
    ...(policy.olderThan === null ? [] : [`ended more than ${policy.olderThan.text} ago`]),
    ...(hasRules ? ['no rule keeps it'] : []),
  ]
}

/** The instant so long before another; 1970 when the span reaches further back. */
const before = (instant: string, { seconds }: Span): string =>
  new Date(Math.max(0, Date.parse(instant) - seconds * 1000)).toISOString()

interface CalendarRule {
  adjective: string
  count: (policy: RetentionPolicy) => number
  /** The period that an instant lies in, in the zone of the process. */
  nameOf: (at: Date) => string
}

const year = (at: Date): string => String(at.getFullYear())
const month = (at: Date): string => `${year(at)}-${two(at.getMonth() + 1)}`
const day = (at: Date): string => `${month(at)}-${two(at.getDate())}`

/** ISO 8601: weeks begin on Monday, and belong to the year in which their Thursday lies. */
function week(at: Date): string {
  // The local date as one of UTC, where every day has 24 hours.
  const thursday = new Date(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()))
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  const days = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000
  return `${thursday.getUTCFullYear()}-W${two(Math.floor(days / 7) + 1)}`
}

const two = (value: number): string => String(value).padStart(2, '0')

const calendar: readonly CalendarRule[] = [
  { adjective: 'daily', count: (policy) => policy.keepDaily, nameOf: day },
  { adjective: 'weekly', count: (policy) => policy.keepWeekly, nameOf: week },
  { adjective: 'monthly', count: (policy) => policy.keepMonthly, nameOf: month },
  { adjective: 'yearly', count: (policy) => policy.keepYearly, nameOf: year },
]

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
