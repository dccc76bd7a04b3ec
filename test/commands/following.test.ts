import { describe, expect, test } from 'vitest'
import { LookPace } from '../../src/commands/following.ts'

/** A process that has run for some seconds; its looks, and whatever else it does, cost what a test says. */
function aProcess(interval?: number) {
  const meter = { cpu: 0.08, elapsed: 0.2 }
  const pace = new LookPace(interval, () => ({ ...meter }))
  return {
    pace,
    /** Lets seconds pass and looks; gives how long it is to the next look. */
    look: (passed: number, cost: number): Promise<number> => {
      meter.elapsed += passed
      return pace.after(() => {
        meter.cpu += cost
        return Promise.resolve()
      })
    },
    busy: (cost: number) => void (meter.cpu += cost),
  }
}

describe('the wait between two looks', () => {
  test('is five seconds where they cost little; the start of the program does not count', async () => {
    const { look, pace } = aProcess()
    expect(pace.seconds).toBe(5)
    expect(await look(1, 0.001)).toBe(5)
    for (let n = 0; n < 100; n += 1) expect(await look(5, 0.04)).toBe(5)
  })

  test('is longer until all that was spent, and one more look, is a hundredth of the time', async () => {
    const { look } = aProcess()
    expect(await look(1, 0.1)).toBeCloseTo(19)
    expect(await look(19, 0.1)).toBeCloseTo(10)
    expect(await look(10, 0.2)).toBeCloseTo(30)
    expect(await look(30, 0.01)).toBe(5)
  })

  test('counts what the process does between the looks, too', async () => {
    const { look, busy } = aProcess()
    busy(0.15)
    expect(await look(1, 0.05)).toBeCloseTo(24)
  })

  test('lets what was not spent be spent later', async () => {
    const { look } = aProcess()
    for (let n = 0; n < 100; n += 1) await look(5, 0)
    expect(await look(5, 2)).toBe(5)
    expect(await look(5, 3)).toBeGreaterThan(30)
  })

  test('is never longer than what shows that pvt lives', async () => {
    const { look } = aProcess()
    expect(await look(1, 30)).toBe(60)
  })

  test('is what the user has said, whatever it costs', async () => {
    const { look, pace } = aProcess(0.2)
    expect(pace.seconds).toBe(0.2)
    expect(await look(1, 30)).toBe(0.2)
  })
})
