import { afterEach, describe, expect, test } from 'vitest'
import { namedZone, systemZone, toInstant } from '../../src/domain/local-time.ts'

const variable = process.env.TZ

afterEach(() => {
  if (variable === undefined) delete process.env.TZ
  else process.env.TZ = variable
})

/** `2026-03-29 02:30` */
function reading(text: string) {
  const [year, month, day, hour, minute] = text.split(/[- :]/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return { year, month, day, hour, minute }
}

const cases: [zone: string, local: string, instant: string, skipped: boolean][] = [
  ['UTC', '2026-01-15 10:30', '2026-01-15T10:30:00.000Z', false],
  ['Europe/Berlin', '2026-01-15 10:30', '2026-01-15T09:30:00.000Z', false],
  ['Europe/Berlin', '2026-07-15 10:30', '2026-07-15T08:30:00.000Z', false],
  // The hour that summer time skips, its edges, and the hour that it repeats.
  ['Europe/Berlin', '2026-03-29 01:59', '2026-03-29T00:59:00.000Z', false],
  ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29T01:30:00.000Z', true],
  ['Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00:00.000Z', false],
  ['Europe/Berlin', '2026-10-25 01:59', '2026-10-24T23:59:00.000Z', false],
  ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z', false],
  ['Europe/Berlin', '2026-10-25 03:00', '2026-10-25T02:00:00.000Z', false],
  ['America/New_York', '2026-03-08 02:15', '2026-03-08T07:15:00.000Z', true],
  ['America/New_York', '2026-11-01 01:15', '2026-11-01T05:15:00.000Z', false],
  // Half an hour of summer time, odd offsets, both ends of the calendar.
  ['Australia/Lord_Howe', '2026-04-05 01:45', '2026-04-04T14:45:00.000Z', false],
  ['Australia/Lord_Howe', '2026-10-04 02:15', '2026-10-03T15:45:00.000Z', true],
  ['Asia/Kathmandu', '2026-06-01 00:00', '2026-05-31T18:15:00.000Z', false],
  ['Pacific/Kiritimati', '2026-12-31 23:59', '2026-12-31T09:59:00.000Z', false],
  // A whole day that an island skipped.
  ['Pacific/Apia', '2011-12-30 12:00', '2011-12-30T22:00:00.000Z', true],
]

describe.each([
  ['by its name', (zone: string) => namedZone(zone)],
  [
    'of this machine',
    (zone: string) => {
      process.env.TZ = zone
      return systemZone
    },
  ],
])('a zone %s', (_, open) => {
  test.each(cases)('%s %s', (zone, local, instant, skipped) => {
    expect(toInstant(reading(local), open(zone))).toEqual({ instant, skipped })
  })
})

test.each(['Berlin/Europe', '', 'no zone'])('%j is no zone', (name) => {
  expect(() => namedZone(name)).toThrow(/--tz .*no such time zone/)
})
