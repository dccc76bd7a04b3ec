import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentile } from '../../src/domain/percentile.ts'

describe('a percentile', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.5, 7],
    [[7], 0.9, 7],
    [[1, 2], 0.5, 1.5],
    [[3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[10, 9, 100], 0.5, 10],
    [[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9, 90],
    [[1, 2, 3, 4, 5], 0.9, 4.6],
    [[5, 1, 3], 0, 1],
    [[5, 1, 3], 1, 5],
  ])('of %j at %f is %f', (values, share, expected) => {
    const found = percentile(values, share)
    if (expected === null) expect(found).toBeNull()
    else expect(found).toBeCloseTo(expected, 12)
  })

  it('lies between the extremes, grows with the share, and leaves the values as they were', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(values, share, share, (list, one, other) => {
        const before = [...list]
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((part) =>
          percentile(list, part)!,
        )
        expect(list).toEqual(before)
        expect(low).toBeGreaterThanOrEqual(Math.min(...list))
        expect(high).toBeLessThanOrEqual(Math.max(...list))
        expect(low).toBeLessThanOrEqual(high! + 1e-9)
      }),
    )
  })
})
