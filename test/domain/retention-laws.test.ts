import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRetention } from '../../src/domain/retention.ts'
import { days, ended, idsOf, keptOf, policy } from './finished.ts'

describe('retention', () => {
  const domains = ['/a', '/b', '/c']
  const someJobs = fc
    .array(
      fc.record({
        hour: fc.integer({ min: 0, max: 24 * 800 }),
        domain_path: fc.constantFrom(...domains),
        tags: fc.subarray(['x', 'y']),
        pinned: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
      }),
      { maxLength: 40 },
    )
    .map((list) =>
      list.map(({ hour, ...fields }, index) =>
        ended(new Date(Date.UTC(2024, 11, 1, hour)).toISOString().slice(0, 16).replace('T', ' '), {
          ...fields,
          job_id: `job-${index}`,
        }),
      ),
    )
  const counts = ['keepLast', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'] as const
  const aCount = fc.integer({ min: 0, max: 8 })
  const someRules = fc.record({
    olderThan: fc.option(fc.integer({ min: 1, max: 700 }).map(days)),
    keepWithin: fc.option(fc.integer({ min: 1, max: 700 }).map(days)),
    keepTags: fc.subarray(['x', 'y']),
    ...{ keepLast: aCount, keepDaily: aCount, keepWeekly: aCount, keepMonthly: aCount, keepYearly: aCount },
  })

  it('every job is judged once, in the order given, with a reason, and the list stays as it was', () => {
    fc.assert(
      fc.property(someJobs, someRules, (jobs, rules) => {
        const before = structuredClone(jobs)
        const verdicts = applyRetention(jobs, policy(rules))
        expect(verdicts.map(({ job }) => job)).toEqual(before)
        expect(jobs).toEqual(before)
        expect(verdicts.every(({ reasons }) => reasons.length > 0)).toBe(true)
      }),
    )
  })

  it('a larger n keeps all that a smaller one does', () => {
    fc.assert(
      fc.property(someJobs, someRules, fc.constantFrom(...counts), (jobs, rules, rule) => {
        const more = keptOf(jobs, { ...rules, [rule]: rules[rule] + 1 })
        expect(more).toEqual(expect.arrayContaining(keptOf(jobs, rules)))
      }),
    )
  })

  it('one more rule, and a greater age, keep all that was kept', () => {
    fc.assert(
      fc.property(someJobs, someRules, fc.integer({ min: 1, max: 400 }), (jobs, rules, more) => {
        const kept = keptOf(jobs, { ...rules, keepWithin: null, keepTags: [] })
        expect(keptOf(jobs, rules)).toEqual(expect.arrayContaining(kept))
        const older = days((rules.olderThan?.seconds ?? 86_400) / 86_400 + more)
        expect(keptOf(jobs, { ...rules, olderThan: older })).toEqual(
          expect.arrayContaining(keptOf(jobs, rules)),
        )
      }),
    )
  })

  it('any count of at least 1 keeps the newest of every domain', () => {
    fc.assert(
      fc.property(someJobs, someRules, fc.constantFrom(...counts), (jobs, rules, rule) => {
        const kept = keptOf(jobs, { ...rules, [rule]: rules[rule] + 1 })
        for (const domain of domains) {
          const times = jobs.filter((job) => job.domain_path === domain).map((job) => job.completed_at)
          const newest = times.sort().at(-1)
          const found = jobs.some(
            (job) => job.domain_path === domain && job.completed_at === newest && kept.includes(job.job_id),
          )
          expect(found).toBe(newest !== undefined)
        }
      }),
    )
  })

  it('pinned and young jobs never go, and what goes has no tag that is kept', () => {
    fc.assert(
      fc.property(someJobs, someRules, (jobs, rules) => {
        const cutoff = Date.parse(policy().now) - (rules.olderThan ?? days(1)).seconds * 1000
        const gone = idsOf(jobs, rules, 'remove')
        for (const job of jobs.filter(({ job_id }) => gone.includes(job_id))) {
          expect(job.pinned || job.tags.some((tag) => rules.keepTags.includes(tag))).toBe(false)
          expect(Date.parse(job.completed_at)).toBeLessThan(cutoff)
        }
      }),
    )
  })

  it('domains do not touch each other', () => {
    fc.assert(
      fc.property(someJobs, someRules, (jobs, rules) => {
        const apart = domains.flatMap((domain) =>
          keptOf(
            jobs.filter(({ domain_path }) => domain_path === domain),
            rules,
          ),
        )
        expect(apart.sort()).toEqual(keptOf(jobs, rules).sort())
      }),
    )
  })

  it('doing it again removes nothing more', () => {
    fc.assert(
      fc.property(someJobs, someRules, (jobs, rules) => {
        const kept = keptOf(jobs, rules)
        const rest = jobs.filter(({ job_id }) => kept.includes(job_id))
        expect(idsOf(rest, rules, 'remove')).toEqual([])
      }),
    )
  })

  it('without a rule, what is old enough goes, all of it but the pinned', () => {
    fc.assert(
      fc.property(someJobs, fc.integer({ min: 1, max: 700 }), (jobs, age) => {
        const cutoff = Date.parse(policy().now) - age * 86_400_000
        const old = jobs.filter((job) => Date.parse(job.completed_at) < cutoff && !job.pinned)
        expect(idsOf(jobs, { olderThan: days(age) }, 'remove')).toEqual(old.map(({ job_id }) => job_id))
      }),
    )
  })
})
