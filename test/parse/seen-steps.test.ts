import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeenSteps } from '../../src/parse/seen-steps.ts'

const row = (line: number, values: (number | string | null)[]) => ({
  line,
  values: values.map((value) => (typeof value === 'number' ? value : null)),
  texts: values.map((value) => (typeof value === 'string' ? value : null)),
})

it('finds the line of a step that stood before, by its columns only', () => {
  const value = fc.oneof(
    fc.constantFrom(0, -0, 1, 2, 1e-12, 'failed', 'a', ''),
    fc.integer({ max: 9, min: 0 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 200 }), (rows) => {
      const steps = new SeenSteps([0, 2])
      const lines = new Map<string, number>()
      for (const [index, [a, ignored, b]] of rows.entries()) {
        const key = JSON.stringify([a, b])
        expect(steps.find(row(index + 1, [a, ignored, b]))).toBe(lines.get(key) ?? null)
        if (!lines.has(key)) lines.set(key, index + 1)
      }
    }),
  )
})

it('keeps hundreds of thousands of steps apart', () => {
  const steps = new SeenSteps([0, 1])
  const count = 300_000
  for (let line = 1; line <= count; line += 1) {
    if (steps.find(row(line, [line % 1000, Math.floor(line / 1000)])) !== null)
      throw new Error(`line ${line}`)
  }
  for (const line of [1, 1000, count]) {
    expect(steps.find(row(count + 1, [line % 1000, Math.floor(line / 1000)]))).toBe(line)
  }
})
