import { afterEach, describe, expect, it } from 'vitest'
import { describePolicy, isEmptyPolicy, type RetentionPolicy } from '../../src/domain/retention.ts'
import { days, ended, idsOf, keptOf, policy, reasonsOf } from './finished.ts'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

describe('each rule alone', () => {
  const history = [
    '2027-01-29 20:00',
    '2027-01-29 08:00',
    '2027-01-28 08:00',
    '2027-01-25 00:30',
    '2027-01-24 23:30',
    '2027-01-03 12:00',
    '2026-12-31 12:00',
    '2026-12-30 12:00',
    '2025-06-01 12:00',
    '2025-01-15 12:00',
  ]
  const jobs = history.map((time) => ended(time))

  it.each<[string, Partial<RetentionPolicy>, string[]]>([
    ['the newest one', { keepLast: 1 }, ['2027-01-29 20:00']],
    ['the newest three', { keepLast: 3 }, history.slice(0, 3)],
    ['all, when there are fewer', { keepLast: 99 }, history],
    ['the newest job of a day', { keepDaily: 1 }, ['2027-01-29 20:00']],
    [
      'of each of four days that have one',
      { keepDaily: 4 },
      ['2027-01-29 20:00', '2027-01-28 08:00', '2027-01-25 00:30', '2027-01-24 23:30'],
    ],
    [
      'of weeks from Monday, those of two years as one',
      { keepWeekly: 4 },
      ['2027-01-29 20:00', '2027-01-24 23:30', '2027-01-03 12:00', '2025-06-01 12:00'],
    ],
    ['of months', { keepMonthly: 2 }, ['2027-01-29 20:00', '2026-12-31 12:00']],
    ['of years', { keepYearly: 2 }, ['2027-01-29 20:00', '2026-12-31 12:00']],
    [
      'the oldest too, while there are fewer years',
      { keepYearly: 4 },
      ['2027-01-29 20:00', '2026-12-31 12:00', '2025-06-01 12:00', '2025-01-15 12:00'],
    ],
    [
      'the oldest not, when there are as many',
      { keepYearly: 3 },
      ['2027-01-29 20:00', '2026-12-31 12:00', '2025-06-01 12:00'],
    ],
    [
      'what ended shortly before the newest, the exact age left out',
      { keepWithin: days(1.5) },
      ['2027-01-29 20:00', '2027-01-29 08:00'],
    ],
    ['what is young', { olderThan: days(6.5) }, history.slice(0, 4)],
  ])('keeps %s', (_name, rules, kept) => {
    process.env.TZ = 'UTC'
    expect(keptOf(jobs, rules)).toEqual(kept)
    expect(idsOf(jobs, rules, 'remove')).toEqual(history.filter((id) => !kept.includes(id)))
  })

  it('keeps jobs with one of the tags, and pinned ones', () => {
    const marked = [
      ended('2026-01-01 00:00', { tags: ['signoff', 'x'] }),
      ended('2026-01-02 00:00', { tags: ['sign'] }),
      ended('2026-01-03 00:00', { pinned: true }),
      ended('2026-01-04 00:00', { tags: ['release'] }),
    ]
    expect(keptOf(marked, { keepTags: ['signoff', 'release'] })).toEqual([
      ...['2026-01-01 00:00', '2026-01-03 00:00', '2026-01-04 00:00'],
    ])
  })
})

describe('reasons', () => {
  it('are all told, those of what goes as well', () => {
    process.env.TZ = 'UTC'
    const jobs = [
      ended('2027-01-31 08:00'),
      ended('2027-01-27 08:00', { tags: ['signoff'], pinned: true }),
      ended('2027-01-26 08:00'),
      ended('2026-01-05 08:00'),
      ended('2026-01-04 08:00', { domain_path: '/b' }),
      ended('2026-01-03 08:00', { removal_begun: true }),
    ]
    const rules = {
      olderThan: days(3),
      keepLast: 1,
      keepWeekly: 9,
      keepWithin: days(5),
      keepTags: ['signoff'],
    }
    expect(reasonsOf(jobs, rules)).toEqual({
      '2027-01-31 08:00': 'within 5d of the newest; newest 1 of its domain; weekly 2027-W04; not old enough',
      '2027-01-27 08:00': 'pinned; tag signoff; within 5d of the newest',
      '2027-01-26 08:00': 'ended more than 3d ago; no rule keeps it',
      '2026-01-05 08:00': 'weekly 2026-W02',
      '2026-01-04 08:00': 'within 5d of the newest; newest 1 of its domain; weekly 2026-W01',
      '2026-01-03 08:00': 'its removal was begun before',
    })
    expect(reasonsOf([ended('2026-01-04 08:00')], { olderThan: days(3) })).toEqual({
      '2026-01-04 08:00': 'ended more than 3d ago',
    })
    const two = [ended('2026-01-05 12:00'), ended('2026-01-05 08:00')]
    expect(reasonsOf(two, { keepDaily: 2 })).toEqual({
      '2026-01-05 12:00': 'daily 2026-01-05',
      '2026-01-05 08:00': 'oldest, daily 2026-01-05',
    })
  })

  it('a job stays for a day whatever the rules say', () => {
    const jobs = [ended('2027-01-31 11:59'), ended('2027-01-30 12:00'), ended('2027-01-30 11:59')]
    expect(reasonsOf(jobs, { keepTags: ['none'] })).toEqual({
      '2027-01-31 11:59': 'not a day old',
      '2027-01-30 12:00': 'not a day old',
      '2027-01-30 11:59': 'no rule keeps it',
    })
  })

  it('the policy in words', () => {
    expect(describePolicy(policy({ olderThan: days(90), keepLast: 3, keepDaily: 7, keepTags: ['x'] }))).toBe(
      'of each domain keep the newest 3, 7 daily, tag x, pinned jobs; remove what else ended more than 90d ago',
    )
  })
})

describe('odd histories', () => {
  it('a job that seems to end in the future does not shift what lies within', () => {
    const jobs = [ended('2031-01-01 00:00'), ended('2027-01-20 00:00'), ended('2027-01-19 00:00')]
    expect(keptOf(jobs, { keepWithin: days(2) })).toHaveLength(3)
    expect(keptOf(jobs.slice(0, 1), { keepWithin: days(2) })).toEqual(['2031-01-01 00:00'])
  })

  it('a job whose removal was begun goes, and takes no place of the newest; a pinned one stays', () => {
    const jobs = [
      ended('2026-01-03 00:00', { removal_begun: true }),
      ended('2026-01-02 00:00'),
      ended('2026-01-01 00:00', { removal_begun: true, pinned: true }),
    ]
    expect(keptOf(jobs, { keepLast: 1 })).toEqual(['2026-01-02 00:00', '2026-01-01 00:00'])
  })

  it('of jobs that ended at one instant always the same one is the newest', () => {
    const jobs = ['x', 'z', 'y'].map((job_id) => ended('2026-01-01 00:00', { job_id }))
    expect(keptOf(jobs, { keepLast: 1 })).toEqual(['z'])
    expect(keptOf(jobs.reverse(), { keepLast: 1 })).toEqual(['z'])
  })

  it('a span longer than the calendar keeps all', () => {
    expect(keptOf([ended('2026-01-01 00:00')], { olderThan: days(1e9) })).toHaveLength(1)
    expect(keptOf([ended('2026-01-01 00:00')], { keepWithin: days(1e9) })).toHaveLength(1)
  })
})

/** One job at each of two instants (UTC): whether they lie on one local day, in one week and so on. */
const twoInstants: [string, string, keyof RetentionPolicy, string, string, boolean][] = [
  [
    'a local day begins the evening before',
    'Asia/Tokyo',
    'keepDaily',
    '2026-05-01 15:00',
    '2026-05-02 14:59',
    true,
  ],
  ['and ends in the afternoon', 'Asia/Tokyo', 'keepDaily', '2026-05-01 14:59', '2026-05-01 15:00', false],
  ['the day of 25 hours', 'Europe/Berlin', 'keepDaily', '2026-10-24 22:00', '2026-10-25 22:59', true],
  ['and not one minute more', 'Europe/Berlin', 'keepDaily', '2026-10-24 22:00', '2026-10-25 23:00', false],
  ['the day of 23 hours', 'Europe/Berlin', 'keepDaily', '2026-03-28 23:00', '2026-03-29 21:59', true],
  ['and not one minute more', 'Europe/Berlin', 'keepDaily', '2026-03-28 23:00', '2026-03-29 22:00', false],
  ['the hour that comes twice', 'Europe/Berlin', 'keepDaily', '2026-10-25 00:30', '2026-10-25 01:30', true],
  [
    'a clock set back over midnight',
    'America/Sao_Paulo',
    'keepDaily',
    '2018-02-18 01:30',
    '2018-02-18 02:30',
    true,
  ],
  ['half an hour off', 'America/St_Johns', 'keepDaily', '2026-01-02 03:29', '2026-01-02 03:30', false],
  ['a day that was left out', 'Pacific/Apia', 'keepDaily', '2011-12-30 09:59', '2011-12-30 10:00', false],
  ['Sunday and Monday', 'UTC', 'keepWeekly', '2026-03-01 23:59', '2026-03-02 00:00', false],
  ['Monday and Sunday', 'UTC', 'keepWeekly', '2026-03-02 00:00', '2026-03-08 23:59', true],
  ['a local Monday', 'America/Los_Angeles', 'keepWeekly', '2026-03-02 07:59', '2026-03-02 08:00', false],
  ['the week over a new year', 'UTC', 'keepWeekly', '2026-12-28 00:00', '2027-01-03 23:59', true],
  ['week 53 and week 1', 'UTC', 'keepWeekly', '2027-01-03 23:59', '2027-01-04 00:00', false],
  ['the same week of two years', 'UTC', 'keepWeekly', '2025-06-03 00:00', '2026-06-02 00:00', false],
  [
    'a week in which the clocks change',
    'Europe/Berlin',
    'keepWeekly',
    '2026-03-22 23:00',
    '2026-03-29 21:59',
    true,
  ],
  ['a local month', 'America/New_York', 'keepMonthly', '2026-02-01 04:59', '2026-02-01 05:00', false],
  ['the same month of two years', 'UTC', 'keepMonthly', '2025-02-01 00:00', '2026-02-01 00:00', false],
  ['a local year', 'Pacific/Kiritimati', 'keepYearly', '2025-12-31 10:00', '2026-12-31 09:59', true],
]

it.each(twoInstants)('%s in %s (%s)', (_name, TZ, rule, earlier, later, together) => {
  process.env.TZ = TZ
  // A third, older job takes the place of the oldest, which is kept while periods are left.
  const jobs = [ended(later), ended(earlier), ended('2001-01-01 00:00')]
  const kept = keptOf(jobs, { now: '2031-01-01T00:00:00.000Z', [rule]: 2 })
  expect(kept).toEqual(together ? [later, '2001-01-01 00:00'] : [later, earlier])
})

it.each<[Partial<RetentionPolicy>, boolean]>([
  [{}, true],
  [{ olderThan: days(1) }, false],
  ...(['keepLast', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'] as const).map(
    (rule): [Partial<RetentionPolicy>, boolean] => [{ [rule]: 1 }, false],
  ),
  [{ keepWithin: days(1) }, false],
  [{ keepTags: ['x'] }, false],
])('the policy %j is empty: %s', (rules, empty) => {
  expect(isEmptyPolicy(policy(rules))).toBe(empty)
})
