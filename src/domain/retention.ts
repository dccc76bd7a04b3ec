/** The parts of a job that decide whether cleanup removes it. */
export interface Candidate {
  job_id: string
  domain_path: string
  /** When it ended, ISO 8601 UTC. */
  completed_at: string
}

export interface RetentionPolicy {
  /** Jobs that ended before this instant go (ISO 8601 UTC). */
  endedBefore: string
  /** The newest so many finished jobs of every domain stay, whatever their age. */
  keepLast: number
}

export interface Retention<Job> {
  remove: Job[]
  keep: { job: Job; reason: string }[]
}

/** Which finished jobs go and which stay, and why each stays. The newest are those that ended last. */
export function applyRetention<Job extends Candidate>(
  jobs: readonly Job[],
  policy: RetentionPolicy,
): Retention<Job> {
  const seen = new Map<string, number>()
  const retention: Retention<Job> = { remove: [], keep: [] }
  const newestFirst = [...jobs].sort((a, b) => compareText(b.completed_at, a.completed_at))
  for (const job of newestFirst) {
    const place = (seen.get(job.domain_path) ?? 0) + 1
    seen.set(job.domain_path, place)
    if (place <= policy.keepLast)
      retention.keep.push({ job, reason: `newest ${policy.keepLast} of its domain` })
    else if (job.completed_at >= policy.endedBefore) retention.keep.push({ job, reason: 'not old enough' })
    else retention.remove.push(job)
  }
  return retention
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
