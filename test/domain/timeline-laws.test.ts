import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canMove, hasEnded, type JobStatus, jobStatuses } from '../../src/domain/job.ts'
import { stageNames } from '../../src/domain/stage.ts'
import {
  type Change,
  failStage,
  finishStage,
  moveJob,
  type Present,
  startStage,
} from '../../src/domain/timeline.ts'
import { PvtError } from '../../src/errors.ts'
import { newJob } from '../../src/import/describe-job.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

/** One mark or move at an instant; null when there is nothing to do. */
type Step = (present: Present, now: string) => Change | null

const stage = fc.constantFrom(...stageNames)
const step: fc.Arbitrary<Step> = fc.oneof(
  stage.map(
    (name): Step =>
      (present, now) =>
        startStage(present, name, now),
  ),
  stage.map(
    (name): Step =>
      (present, now) =>
        finishStage(present, name, now),
  ),
  stage.map(
    (name): Step =>
      (present, now) =>
        failStage(present, name, { message: null, exitCode: 1 }, now),
  ),
  fc.constantFrom(...jobStatuses).map(
    (to): Step =>
      (present, now) =>
        moveJob(present, to, {}, now),
  ),
)
const steps = fc.array(step, { maxLength: 25 })

const fresh = (): Present => ({
  job: {
    ...newJob(null, { name: 'job', domain: '/domain', user: 'eva', now: at(0) }),
    ...{ job_id: 'a-job', updated_at: at(0) },
  },
  stages: [],
})

/** What the store does with a change. */
function apply({ job, stages }: Present, change: Change): Present {
  const key = (attempt: Present['stages'][number]): string => `${attempt.stage} ${attempt.attempt}`
  const written = new Map([...stages, ...change.stages].map((attempt) => [key(attempt), attempt]))
  return { job: { ...job, ...change.job }, stages: [...written.values()] }
}

/** Runs the steps, and shows each state before and after; a refusal changes nothing. */
function follow(list: readonly Step[], look: (before: Present, after: Present) => void): Present {
  let present = fresh()
  for (const [index, decide] of list.entries()) {
    let change: Change | null
    try {
      change = decide(present, at(index + 1))
    } catch (error) {
      expect(error).toBeInstanceOf(PvtError)
      continue
    }
    const after = change === null ? present : apply(present, change)
    look(present, after)
    present = after
  }
  return present
}

describe('whatever marks and moves come, in whatever order', () => {
  it('the job never leaves the state table, and a final state stays', () => {
    const reachable = (from: JobStatus, to: JobStatus): boolean =>
      from === to ||
      canMove(from, to) ||
      // A mark takes a queued or failed job up and completes it in one step.
      (to === 'completed' && canMove(from, 'running'))
    fc.assert(
      fc.property(steps, (list) => {
        follow(list, (before, after) => {
          expect(reachable(before.job.status, after.job.status)).toBe(true)
          if (before.job.status === 'cancelled') expect(after).toBe(before)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('the start is set once, and an end stands exactly as long as the job has ended', () => {
    fc.assert(
      fc.property(steps, (list) => {
        follow(list, (before, { job }) => {
          if (before.job.started_at !== null) expect(job.started_at).toBe(before.job.started_at)
          expect(job.completed_at !== null).toBe(hasEnded(job.status))
          if (job.status === 'running' || job.status === 'completed') expect(job.started_at).not.toBeNull()
          expect(job.elapsed_seconds !== null).toBe(hasEnded(job.status) && job.started_at !== null)
          expect(job.elapsed_seconds ?? 0).toBeGreaterThanOrEqual(0)
          if (job.status === 'running' || job.status === 'queued') expect(job.error_message).toBeNull()
        })
      }),
      { numRuns: 500 },
    )
  })

  it('attempts are numbered without gaps, and an ended attempt is never changed', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const last = follow(list, (before, after) => {
          for (const attempt of before.stages) {
            if (attempt.status !== 'running') expect(after.stages).toContain(attempt)
          }
        })
        for (const name of stageNames) {
          const numbers = last.stages.filter((found) => found.stage === name).map(({ attempt }) => attempt)
          expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('the same mark or move a second time changes nothing', () => {
    fc.assert(
      fc.property(steps, step, (list, again) => {
        const present = follow(list, () => undefined)
        let change: Change | null = null
        try {
          change = again(present, at(50))
        } catch {
          return
        }
        if (change !== null) expect(again(apply(present, change), at(51))).toBeNull()
      }),
      { numRuns: 500 },
    )
  })
})
