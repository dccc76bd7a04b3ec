import type { Job, JobStatus } from './job.ts'

/** How the other job must have ended; what Slurm calls afterok, afterany and afternotok. */
export const dependencyConditions = ['ok', 'any', 'failed'] as const
export type DependencyCondition = (typeof dependencyConditions)[number]

/** A job that a job waits for, as it is to be stored. */
export interface NewDependency {
  after_job_id: string
  condition: DependencyCondition
}

/** One job waits for another one: an edge of the graph of all dependencies. */
export interface Edge {
  job_id: string
  after_job_id: string
}

/** A job that is waited for, as it is at the moment. */
export interface Upstream {
  job_id: string
  /** Null when the job was removed. */
  name: string | null
  condition: DependencyCondition
  /** Null when the job was removed. */
  status: JobStatus | null
}

/** The same with what it means: `met` is null while that is open, and false when it will not be by itself. */
export type Awaited = Upstream & { met: boolean | null }

export const readyStates = ['ready', 'waiting', 'never'] as const
export type ReadyState = (typeof readyStates)[number]

/** Whether a job may start, and why not. */
export interface Readiness {
  state: ReadyState
  /** A sentence for people, without a period. */
  reason: string
  after: Awaited[]
}

/**
 * Whether a job may start: it must not have ended for good, and every job that it waits for must have ended as asked.
 * A failed job does not satisfy `ok` (as Slurm's afterok, which then never starts): only when somebody takes it up again
 * does the answer change, and the reason says so.
 */
export function readiness(job: Pick<Job, 'status'>, upstreams: readonly Upstream[]): Readiness {
  const after = upstreams.map((one): Awaited => ({ ...one, met: isMet(one) }))
  if (job.status === 'completed' || job.status === 'cancelled')
    return { state: 'never', reason: `it is ${job.status}: that is final`, after }
  const lost = after.filter(({ met }) => met === false)
  if (lost.length > 0) return { state: 'never', reason: lost.map(lostText).join('; '), after }
  const open = after.filter(({ met }) => met === null)
  if (open.length > 0) return { state: 'waiting', reason: open.map(openText).join('; '), after }
  const reason = after.length === 0 ? 'it waits for no job' : 'all that it waits for has ended as asked'
  return { state: 'ready', reason, after }
}

function isMet({ condition, status }: Upstream): boolean | null {
  if (status === null) return false
  if (status === 'queued' || status === 'running') return null
  switch (condition) {
    case 'any':
      return true
    case 'ok':
      return status === 'completed'
    case 'failed':
      return status !== 'completed'
  }
}

function lostText(upstream: Awaited): string {
  const who = nameOf(upstream)
  if (upstream.status === null) return `${who} is not there`
  if (upstream.condition === 'failed') return `${who} completed, and was to fail`
  if (upstream.status === 'cancelled') return `${who} was cancelled`
  return `${who} failed; ready if it is taken up again and completes`
}

const openText = (upstream: Awaited): string =>
  `${nameOf(upstream)} is ${upstream.status ?? 'gone'}: waits for it to ${ends[upstream.condition]}`

const ends: Record<DependencyCondition, string> = { ok: 'complete', any: 'end', failed: 'fail' }

/** `3f2a1b2c (gpio)`; a job that is gone has no name. */
const nameOf = ({ job_id, name }: Upstream): string =>
  name === null ? job_id.slice(0, 8) : `${job_id.slice(0, 8)} (${name})`

/**
 * The way on which a job would wait for itself if it waited for `afterJobId`: ids from the job to itself, or null.
 * `edges` hold at least everything that `afterJobId` waits for, directly or not.
 */
export function findCycle(edges: readonly Edge[], jobId: string, afterJobId: string): string[] | null {
  const next = new Map<string, string[]>()
  for (const { job_id, after_job_id } of edges) {
    const known = next.get(job_id)
    if (known === undefined) next.set(job_id, [after_job_id])
    else known.push(after_job_id)
  }
  /** From where each job was reached first: the shortest way. */
  const from = new Map<string, string>([[afterJobId, jobId]])
  for (const id of from.keys()) {
    if (id === jobId) return wayTo(jobId, from)
    for (const other of next.get(id) ?? []) if (!from.has(other)) from.set(other, id)
  }
  return null
}

function wayTo(jobId: string, from: ReadonlyMap<string, string>): string[] {
  const way = [jobId]
  let id = jobId
  do {
    id = from.get(id)!
    way.unshift(id)
  } while (id !== jobId)
  return way
}
