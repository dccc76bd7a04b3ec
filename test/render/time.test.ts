import { afterEach, beforeEach, expect, test } from 'vitest'
import { age, duration, localTime, pace, roughly } from '../../src/render/index.ts'

const zone = process.env.TZ

beforeEach(() => {
  process.env.TZ = 'Asia/Kuala_Lumpur'
})

afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

test.each([
  ['2025-06-16T04:34:05.000Z', '2025-06-16 12:34:05'],
  ['2025-06-16T20:00:00.000Z', '2025-06-17 04:00:00'],
  ['2025-12-31T23:59:59.999Z', '2026-01-01 07:59:59'],
  ['no instant', 'no instant'],
  [null, '-'],
])('%s is the local time %s', (iso, text) => {
  expect(localTime(iso)).toBe(text)
})

test('local time follows the zone of the process, summer time included', () => {
  process.env.TZ = 'Europe/Berlin'
  expect(localTime('2025-01-01T12:00:00.000Z')).toBe('2025-01-01 13:00:00')
  expect(localTime('2025-07-01T12:00:00.000Z')).toBe('2025-07-01 14:00:00')
})

test.each([
  [0, '0s'],
  [0.04, '0s'],
  [0.4, '0.4s'],
  [9.94, '9.9s'],
  [9.96, '10s'],
  [12.3, '12s'],
  [59.7, '1m 00s'],
  [272, '4m 32s'],
  [3599.6, '1h 00m'],
  [7530, '2h 05m'],
  [86399, '23h 59m'],
  [86400, '1d 00h'],
  [3 * 86400 + 4 * 3600 + 59, '3d 04h'],
  [-5, '-5.0s'],
  [Number.NaN, '-'],
  [null, '-'],
])('%s seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test.each([
  ['2025-06-16T11:59:30.000Z', 'just now'],
  ['2025-06-16T12:10:00.000Z', 'just now'],
  ['2025-06-16T11:55:00.000Z', '5m ago'],
  ['2025-06-16T09:00:01.000Z', '2h ago'],
  ['2025-06-14T12:00:00.000Z', '2d ago'],
  ['no instant', 'no instant'],
  [null, '-'],
])('%s, seen at noon, is %s', (iso, text) => {
  expect(age(iso, new Date('2025-06-16T12:00:00.000Z'))).toBe(text)
})

test.each([
  [0, 0, 0, '0 s'],
  [40, 30.4, 50.6, '40 s (30-51)'],
  [89.4, 89.3, 89.4, '89 s'],
  [89.5, 60, 120, '1 min (1-2)'],
  [240, 180, 360, '4 min (3-6)'],
  [5369, 5369, 5369, '89 min'],
  [5370, 3600, 9000, '1.5 h (1.0-2.5)'],
  [47 * 3600, 40 * 3600, 60 * 3600, '47.0 h (40.0-60.0)'],
  [48 * 3600, 24 * 3600, 96 * 3600, '2.0 d (1.0-4.0)'],
])('%d s, between %d and %d, are roughly %s', (seconds, min, max, text) => {
  expect(roughly({ seconds, min, max })).toBe(text)
})

test('the dash of a range may be another', () => {
  expect(roughly({ seconds: 240, min: 180, max: 360 }, '–')).toBe('4 min (3–6)')
})

test.each([
  [12.34, '12.3/min'],
  [1, '1.0/min'],
  [0.999, '59.9/h'],
  [0.001, '0.1/h'],
])('%d a minute are %s', (perMinute, text) => {
  expect(pace(perMinute)).toBe(text)
})
