import { describe, expect, it } from 'vitest'
import {
  canMove,
  endedStatuses,
  hasEnded,
  type Job,
  type JobStatus,
  jobStatuses,
  move,
  movesFrom,
  secondsBetween,
} from '../../src/domain/job.ts'
import { newJob } from '../../src/import/describe-job.ts'

const created = '2026-01-01T00:00:00.000Z'
const noon = '2026-01-01T12:00:00.000Z'
const job = (fields: Partial<Job> = {}): Job => ({
  ...newJob(null, { name: 'job', domain: '/domain', user: 'eva', now: created }),
  ...{ job_id: 'a-job', updated_at: created },
  ...fields,
})

const allowed: Record<JobStatus, JobStatus[]> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['completed', 'failed', 'cancelled'],
  failed: ['running'],
  completed: [],
  cancelled: [],
}

describe('the state table', () => {
  it.each(jobStatuses.flatMap((from) => jobStatuses.map((to) => [from, to] as const)))(
    'from %s to %s is as written in architecture.md',
    (from, to) => {
      expect(canMove(from, to)).toBe(allowed[from].includes(to))
      expect(movesFrom(from).includes(to)).toBe(allowed[from].includes(to))
    },
  )

  it('has three states in which a job has ended', () => {
    expect(endedStatuses).toEqual(['completed', 'failed', 'cancelled'])
    expect(jobStatuses.filter((status) => !hasEnded(status))).toEqual(['queued', 'running'])
  })
})

describe('a move', () => {
  it('to running sets the start, and nothing of an end', () => {
    expect(move(job(), 'running', noon)).toEqual({
      status: 'running',
      started_at: noon,
      completed_at: null,
      elapsed_seconds: null,
      error_message: null,
      error_stage: null,
    })
  })

  it('to running again keeps the first start and takes the error away', () => {
    const failed = job({
      ...{ status: 'failed', started_at: created, completed_at: created, elapsed_seconds: 0 },
      ...{ error_message: 'no license', error_stage: 'run' },
    })
    expect(move(failed, 'running', noon)).toMatchObject({
      ...{ started_at: created, completed_at: null, elapsed_seconds: null },
      ...{ error_message: null, error_stage: null },
    })
  })

  it.each(['completed', 'failed', 'cancelled'] as const)(
    'from running to %s sets the end and the time',
    (to) => {
      const running = job({ status: 'running', started_at: created, current_stage: 'run' })
      const end = { status: to, started_at: created, completed_at: noon, elapsed_seconds: 43_200 }
      expect(move(running, to, noon)).toEqual(to === 'completed' ? { ...end, current_stage: null } : end)
    },
  )

  it.each(['failed', 'cancelled'] as const)('from queued to %s has no start and no time', (to) => {
    expect(move(job(), to, noon)).toEqual({
      status: to,
      started_at: null,
      completed_at: noon,
      elapsed_seconds: null,
    })
  })

  it('takes no negative time when the clock stepped back', () => {
    const running = job({ status: 'running', started_at: noon })
    expect(move(running, 'completed', created).elapsed_seconds).toBe(0)
  })
})

describe('seconds between two instants', () => {
  it.each([
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.500Z', 1.5],
    ['2026-03-29T00:59:59.000Z', '2026-03-29T01:00:00.000Z', 1],
    ['2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', 31_536_000],
    ['2026-01-02T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0],
  ])('from %s to %s are %f', (from, to, seconds) => {
    expect(secondsBetween(from, to)).toBe(seconds)
  })
})
