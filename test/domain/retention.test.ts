import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRetention, type Candidate } from '../../src/domain/retention.ts'

const day = (number: number): string => new Date(Date.UTC(2026, 0, number)).toISOString()
const ended = (job_id: string, number: number, domain_path = '/a'): Candidate => ({
  ...{ job_id, domain_path },
  completed_at: day(number),
})
const ids = (jobs: readonly Candidate[]): string[] => jobs.map(({ job_id }) => job_id)

describe('retention', () => {
  const jobs = [
    ended('old', 1),
    ended('older', 2),
    ended('edge', 10),
    ended('new', 20),
    ended('other', 1, '/b'),
  ]

  it.each([
    ['by age alone', 0, ['older', 'old', 'other']],
    ['but not the newest of each domain', 1, ['older', 'old']],
    ['but not the newest three', 3, ['old']],
    ['but none when all are kept', 5, []],
  ])('removes %s', (_name, keepLast, removed) => {
    const retention = applyRetention(jobs, { endedBefore: day(10), keepLast })
    expect(ids(retention.remove)).toEqual(removed)
    expect(ids(retention.keep.map(({ job }) => job)).sort()).toEqual(
      ids(jobs)
        .filter((id) => !removed.includes(id))
        .sort(),
    )
  })

  it('says why each job stays', () => {
    const { keep } = applyRetention(jobs, { endedBefore: day(10), keepLast: 1 })
    expect(Object.fromEntries(keep.map(({ job, reason }) => [job.job_id, reason]))).toEqual({
      new: 'newest 1 of its domain',
      other: 'newest 1 of its domain',
      edge: 'not old enough',
    })
  })

  it('leaves the list that it was given as it was', () => {
    const before = [...jobs]
    applyRetention(jobs, { endedBefore: day(30), keepLast: 2 })
    expect(jobs).toEqual(before)
  })

  const someJobs = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('/a', '/b', '/c')), { maxLength: 30 })
    .map((list) => list.map(([number, domain], index) => ended(`job-${index}`, number, domain)))

  it('never removes what ended at or after the cut-off, and keeps the newest of every domain', () => {
    fc.assert(
      fc.property(
        someJobs,
        fc.integer({ min: 1, max: 41 }),
        fc.integer({ min: 0, max: 5 }),
        (all, cut, keepLast) => {
          const { remove, keep } = applyRetention(all, { endedBefore: day(cut), keepLast })
          expect(remove.every((job) => job.completed_at < day(cut))).toBe(true)
          expect(ids([...remove, ...keep.map(({ job }) => job)]).sort()).toEqual(ids(all).sort())
          for (const domain of ['/a', '/b', '/c']) {
            const inDomain = all.filter((job) => job.domain_path === domain)
            const kept = keep.filter(({ job }) => job.domain_path === domain).map(({ job }) => job)
            expect(kept.length).toBeGreaterThanOrEqual(Math.min(keepLast, inDomain.length))
            const gone = inDomain.filter((job) => !kept.includes(job))
            const oldestKept = kept.map((job) => job.completed_at).sort()[0] ?? day(99)
            expect(gone.every((job) => job.completed_at <= oldestKept)).toBe(true)
          }
        },
      ),
    )
  })

  it('removes everything that is old enough when nothing is to be kept', () => {
    fc.assert(
      fc.property(someJobs, fc.integer({ min: 1, max: 41 }), (all, cut) => {
        const { remove } = applyRetention(all, { endedBefore: day(cut), keepLast: 0 })
        expect(ids(remove).sort()).toEqual(ids(all.filter((job) => job.completed_at < day(cut))).sort())
      }),
    )
  })
})
