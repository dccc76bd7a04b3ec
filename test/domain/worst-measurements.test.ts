import { expect, test } from 'vitest'
import type { LimitCheck } from '../../src/domain/check-limits.ts'
import type { Limit } from '../../src/domain/limit.ts'
import { worstFirst } from '../../src/domain/worst-measurements.ts'

type Check = Pick<LimitCheck, 'limit' | 'verdict' | 'worst'>

const check = (measurement: string, verdict: Check['verdict'], percent: number | null): Check => {
  const limit: Limit = {
    ...{ measurement, min: null, typ: null, max: 1, unit: null },
    ...{ point: null, near: 5, line: 2 },
  }
  const worst: LimitCheck['worst'] = {
    ...{ point: 'p', alter_number: 1, row_number: 1, value: 1, margin: 1, margin_percent: percent },
    ...{ verdict: 'pass', waiver: null },
  }
  return { limit, verdict, worst: percent === null ? null : worst }
}

const failed = (...names: string[]) => ({
  failed: Object.fromEntries(names.map((name) => [name, 'error'])),
})

test.each([
  [
    'by verdict, those without a limit last',
    ['none', 'pass', 'near', 'waived', 'gap', 'fail'],
    [],
    [
      check('pass', 'pass', 50),
      check('near', 'near', 1),
      check('waived', 'waived', -3),
      check('gap', 'incomplete', null),
      check('fail', 'fail', -1),
    ],
    ['fail', 'gap', 'waived', 'near', 'pass', 'none'],
  ],
  [
    'of one verdict by margin, without a percentage last',
    ['a', 'b', 'c', 'd'],
    [],
    [check('a', 'pass', null), check('b', 'pass', 9), check('c', 'pass', 3), check('d', 'pass', null)],
    ['c', 'b', 'a', 'd'],
  ],
  [
    'the worst of several limits counts',
    ['a', 'b'],
    [],
    [check('a', 'pass', 1), check('b', 'pass', 90), check('b', 'fail', -2)],
    ['b', 'a'],
  ],
  [
    'without limits those with the most failed values, then the order of the names',
    ['a', 'b', 'c', 'd'],
    [failed('c'), failed('c', 'd')],
    [],
    ['c', 'd', 'a', 'b'],
  ],
] as const)('%s', (_, names, rows, checks, expected) => {
  expect(worstFirst(names, rows, checks)).toEqual(expected)
})
