import {
  applyRetention,
  type Candidate,
  type RetentionPolicy,
  type Span,
} from '../../src/domain/retention.ts'

export const days = (count: number): Span => ({ text: `${count}d`, seconds: count * 86_400 })

/** No rule at all, on 31 January 2027, noon. */
export const policy = (rules: Partial<RetentionPolicy> = {}): RetentionPolicy => ({
  ...{ now: '2027-01-31T12:00:00.000Z', olderThan: null, keepWithin: null, keepTags: [] },
  ...{ keepLast: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0 },
  ...rules,
})

/** A job of the domain /a, whose id is the time of its end: `2027-01-30 11:00`, of UTC. */
export const ended = (time: string, fields: Partial<Candidate> = {}): Candidate => ({
  ...{ job_id: time, domain_path: '/a', tags: [], pinned: false, removal_begun: false },
  completed_at: `${time.replace(' ', 'T')}:00.000Z`,
  ...fields,
})

export const idsOf = (
  jobs: readonly Candidate[],
  rules: Partial<RetentionPolicy>,
  action: 'keep' | 'remove',
) =>
  applyRetention(jobs, policy(rules))
    .filter((verdict) => verdict.action === action)
    .map(({ job }) => job.job_id)
export const keptOf = (jobs: readonly Candidate[], rules: Partial<RetentionPolicy>) =>
  idsOf(jobs, rules, 'keep')
export const reasonsOf = (
  jobs: readonly Candidate[],
  rules: Partial<RetentionPolicy>,
): Record<string, string> =>
  Object.fromEntries(
    applyRetention(jobs, policy(rules)).map(({ job, reasons }) => [job.job_id, reasons.join('; ')]),
  )
