import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dependencyConditions,
  type DependencyCondition,
  type Edge,
  findCycle,
  readiness,
  type Upstream,
} from '../../src/domain/dependency.ts'
import { type JobStatus, jobStatuses } from '../../src/domain/job.ts'

const upstream = (condition: DependencyCondition, status: JobStatus | null): Upstream => ({
  ...{ job_id: 'aaaaaaaa-1111', name: status === null ? null : 'gpio' },
  ...{ condition, status },
})

/** What each state of the other job means to each condition: + met, - never, ? not yet. */
const table: Record<JobStatus | 'removed', string> = {
  queued: 'ok? any? failed?',
  running: 'ok? any? failed?',
  completed: 'ok+ any+ failed-',
  failed: 'ok- any+ failed+',
  cancelled: 'ok- any+ failed+',
  removed: 'ok- any- failed-',
}

describe('a job that waits for another one', () => {
  it.each(Object.entries(table))('that is %s', (status, expected) => {
    const found = dependencyConditions.map((condition) => {
      const one = upstream(condition, jobStatuses.find((name) => name === status) ?? null)
      const { state, after } = readiness({ status: 'queued' }, [one])
      expect(state).toBe({ '+': 'ready', '-': 'never', '?': 'waiting' }[signOf(after[0]!.met)])
      return condition + signOf(after[0]!.met)
    })
    expect(found.join(' ')).toBe(expected)
  })

  it('is told why, and that a failed job may be taken up again', () => {
    const reason = (...ones: Upstream[]): string => readiness({ status: 'queued' }, ones).reason
    expect(reason(upstream('ok', 'failed'))).toBe(
      'aaaaaaaa (gpio) failed; ready if it is taken up again and completes',
    )
    expect(reason(upstream('ok', 'cancelled'))).toBe('aaaaaaaa (gpio) was cancelled')
    expect(reason(upstream('failed', 'completed'))).toBe('aaaaaaaa (gpio) completed, and was to fail')
    expect(reason(upstream('any', null))).toBe('aaaaaaaa is not there')
    expect(reason(upstream('failed', 'running'))).toBe('aaaaaaaa (gpio) is running: waits for it to fail')
  })

  it('never starts when one of several is lost, whatever the others do', () => {
    const all = [upstream('ok', 'completed'), upstream('any', 'running'), upstream('ok', 'cancelled')]
    expect(readiness({ status: 'queued' }, all).state).toBe('never')
    expect(readiness({ status: 'queued' }, all.slice(0, 2)).state).toBe('waiting')
  })

  it('does not start when it has ended for good itself', () => {
    for (const status of ['completed', 'cancelled'] as const)
      expect(readiness({ status }, [])).toMatchObject({
        state: 'never',
        reason: `it is ${status}: that is final`,
      })
    for (const status of ['queued', 'running', 'failed'] as const)
      expect(readiness({ status }, []).state).toBe('ready')
  })
})

const signOf = (met: boolean | null): '+' | '-' | '?' => (met === null ? '?' : met ? '+' : '-')

const edge = (text: string): Edge => ({ job_id: text[0]!, after_job_id: text[1]! })

describe('a cycle', () => {
  it.each([
    [[], 'a', 'a', 'aa'],
    [['ba'], 'a', 'b', 'aba'],
    [['bc', 'ca'], 'a', 'b', 'abca'],
    [['bc', 'bd', 'da', 'ca'], 'a', 'b', 'abca'],
    [['bc', 'cb'], 'a', 'b', null],
    [['ab', 'cd'], 'a', 'c', null],
  ])('in %j with %s after %s is %j', (edges, job, after, way) => {
    expect(findCycle(edges.map(edge), job, after)?.join('') ?? null).toBe(way)
  })

  it('is never left in a graph that was built edge by edge', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 30 }), (pairs) => {
        const edges: Edge[] = []
        for (const [job_id, after_job_id] of pairs)
          if (findCycle(edges, job_id, after_job_id) === null) edges.push({ job_id, after_job_id })
        // Every graph without a cycle can be taken apart from its ends.
        let left = edges
        for (let round = 0; round < 6; round += 1)
          left = left.filter(({ after_job_id }) => left.some(({ job_id }) => job_id === after_job_id))
        expect(left).toEqual([])
      }),
    )
  })
})
