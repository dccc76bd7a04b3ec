import { expect, test } from 'vitest'
import type { LimitCheck } from '../../src/domain/check-limits.ts'
import { type Delivered, reportVerdict } from '../../src/domain/report-verdict.ts'

const whole: Delivered = { expected: 92, delivered: 92, missing: 0, failedValues: 0 }
const check = (measurement: string, verdict: LimitCheck['verdict']): LimitCheck =>
  ({ limit: { measurement }, verdict }) as LimitCheck
const checks = (text: string): LimitCheck[] =>
  text.split(' ').map((pair) => {
    const [name, verdict] = pair.split(':')
    return check(name!, verdict as LimitCheck['verdict'])
  })

test.each<[string, string | null, Partial<Delivered>, string, string]>([
  ['all there', null, {}, 'complete', 'Every value of all 92 PVT points is there. No limits'],
  ['a point missing', null, { missing: 1 }, 'incomplete', '1 of 92 PVT points is missing. No limits'],
  [
    'gaps',
    null,
    { missing: 2, failedValues: 1 },
    'incomplete',
    '2 of 92 PVT points are missing, 1 value failed.',
  ],
  ['nothing yet', null, { delivered: 0, missing: 92 }, 'incomplete', 'There is no result yet.'],
  [
    'nothing expected',
    null,
    { expected: null, delivered: 1 },
    'unknown',
    '1 PVT point with every value; how many',
  ],
  ['passes', 'a:pass b:pass', {}, 'pass', 'All 2 limits hold.'],
  ['one', 'a:pass', {}, 'pass', 'The one limit holds.'],
  ['near', 'a:pass b:near', {}, 'near', 'All 2 limits hold. 1 near: b.'],
  ['waived', 'a:waived b:pass', {}, 'waived', 'All 2 limits hold or are waived. 1 waived: a.'],
  ['fails', 'a:fail b:pass c:fail', {}, 'fail', '2 of 3 limits fail: a, c.'],
  ['one fails', 'a:fail', {}, 'fail', '1 of 1 limit fails: a.'],
  [
    'fails and lacks',
    'a:fail b:incomplete',
    { missing: 1 },
    'fail',
    '1 of 2 limits fails: a. 1 of 2 limits lacks values: b. 1 of 92',
  ],
  [
    'lacks',
    'a:incomplete b:pass',
    { failedValues: 1 },
    'incomplete',
    'No value violates a limit, but 1 of 2 limits lacks values: a. 1 value failed.',
  ],
  [
    'a gap where no limit looks',
    'a:pass',
    { missing: 1 },
    'pass',
    'The one limit holds. 1 of 92 PVT points is missing.',
  ],
  ['a name once', 'a:fail a:fail', {}, 'fail', '2 of 2 limits fail: a.'],
  [
    'many names',
    'a:fail b:fail c:fail d:fail e:fail f:fail g:fail',
    {},
    'fail',
    'a, b, c, d, e, f and 1 more.',
  ],
])('%s', (_, limits, found, word, sentence) => {
  const verdict = reportVerdict(limits === null ? null : checks(limits), { ...whole, ...found })
  expect(verdict.word).toBe(word)
  expect(verdict.sentence).toContain(sentence)
})
