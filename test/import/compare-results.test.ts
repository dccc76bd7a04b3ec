import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noMeasurementSources, noOtherSources, rankWith } from '../../src/domain/provenance.ts'
import type { Result } from '../../src/domain/result.ts'
import { compareWithStored, saysWhatIsStored } from '../../src/import/compare-results.ts'
import type { StoredResult } from '../../src/store/results.ts'

const name = fc.constantFrom('a', 'b', '__proto__', 'constructor')
const values = fc.dictionary(name, fc.constantFrom(null, 0, 1, 2.5e-12), { maxKeys: 3 })

const row = fc
  .record({
    measurements: values,
    sweep: fc.dictionary(name, fc.constantFrom(1, 'high'), { maxKeys: 1 }),
    text: fc.constantFrom('failed', 'error'),
    source: fc.constantFrom('measure', 'report'),
    others: fc.constantFrom(noOtherSources, [
      { source: 'creport', file: '/c', line: 1, agrees: true } as const,
    ]),
    mt0_file_path: fc.constantFrom('/a', '/b'),
    source_line: fc.constantFrom(1, 2),
  })
  .map(({ text, others, measurements, ...rest }): Result => {
    const failed = Object.entries(measurements).filter(([, value]) => value === null)
    return {
      ...{
        corner: 'TT',
        extraction: 'typical',
        temperature: '85',
        temperature_c: 85,
        voltage_combo: 'v1nom',
      },
      ...{ alter_number: 1, row_number: 1, netlist_path: null, other_sources: others },
      ...{ measurement_sources: noMeasurementSources, status: failed.length > 0 ? 'failed' : 'ok' },
      ...{ measurements, failed: Object.fromEntries(failed.map(([key]) => [key, text])) },
      ...rest,
    }
  })

/** Two rows of one key that are alike but in some parts. */
const pair = fc
  .tuple(row, row, fc.subarray(['measurements', 'failed', 'sweep', 'source', 'other_sources'] as const))
  .map(([one, other, parts]): [Result, Result] => [
    one,
    { ...one, ...Object.fromEntries(parts.map((part) => [part, other[part]])), source_line: 3 },
  ])

test('what surely says what is stored has nothing to write and nothing to tell', () => {
  let same = 0
  fc.assert(
    fc.property(pair, fc.boolean(), fc.constantFrom(null, 'report'), ([one, other], prune, prefer) => {
      const present = { ...one, result_id: 'r', import_id: 'i1' } as StoredResult
      if (!saysWhatIsStored(present, other, new Set(['i1']))) return
      same += 1
      const comparing = { rank: rankWith(prefer), importId: 'i2', earlier: new Set(['i1']), prune }
      expect(compareWithStored(present, other, { ...comparing, isDoubtful: () => false })).toMatchObject({
        ...{ write: 'nothing', changes: [], disagreements: [], vanished: [] },
      })
    }),
    { numRuns: 5000 },
  )
  expect(same).toBeGreaterThan(100)
})

test('a row that says the same is known at once', () => {
  const [one] = fc.sample(
    row.filter(({ other_sources }) => other_sources.length === 0),
    1,
  )
  const again = JSON.parse(JSON.stringify(one)) as Result
  const present = { ...one!, result_id: 'r', import_id: 'i1' } as StoredResult
  expect(saysWhatIsStored(present, { ...again, measurement_sources: noMeasurementSources }, new Set())).toBe(
    true,
  )
})
