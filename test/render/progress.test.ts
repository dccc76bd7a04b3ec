import { describe, expect, test } from 'vitest'
import { progressLine } from '../../src/render/progress.ts'

const half = { label: 'backups', done: 50, total: 100, elapsedMs: 10_000 }

test('counts, rate and the time left', () => {
  expect(progressLine(half, 100)).toBe(
    'backups [###############---------------] 50/100  50 %  5.0/s  10s left',
  )
})

test.each([
  [{ ...half, done: 0, elapsedMs: 0 }, 'backups [------------------------------] 0/100  0 %'],
  [{ ...half, done: 100 }, 'backups [##############################] 100/100  100 %  10/s'],
  [{ ...half, done: 1, total: 0 }, 'backups [##############################] 1/0  100 %'],
])('%j', (state, beginning) => {
  expect(progressLine(state, 100).startsWith(beginning)).toBe(true)
})

describe('a terminal of any width', () => {
  test.each([120, 80, 60, 50, 40, 20, 5, 1, 0])('%i columns are never filled', (width) => {
    expect(progressLine(half, width).length).toBeLessThan(Math.max(width, 1))
  })

  test('a narrow one has no bar', () => {
    expect(progressLine(half, 44)).toBe('backups 50/100  50 %  5.0/s  10s left')
  })
})
