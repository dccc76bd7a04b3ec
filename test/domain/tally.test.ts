import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointName, type PvtPoint, toPoint } from '../../src/domain/point.ts'
import type { ResultStatus } from '../../src/domain/result.ts'
import { tally } from '../../src/domain/tally.ts'

const at = (corner: string): PvtPoint => toPoint(corner, 'typical', 'm40', 'v1min')!
const row = (corner: string, status: ResultStatus = 'ok') => ({ ...at(corner), status })

describe('the simulation counts', () => {
  const expected = [at('TT'), at('SSG'), at('FFG')]

  it.each([
    ['nothing came', [], [0, 0, 0], 3],
    ['all came', [row('TT'), row('SSG'), row('FFG')], [3, 3, 0], 0],
    ['one failed', [row('TT'), row('SSG', 'failed')], [2, 1, 1], 1],
    ['one of the rows of a point failed', [row('TT'), row('TT', 'failed'), row('TT')], [1, 0, 1], 2],
    ['a point has several rows', [row('TT'), row('TT')], [1, 1, 0], 2],
    ['a point came that was not expected', [row('ZZ'), row('TT')], [2, 2, 0], 2],
  ] as const)('when %s', (_name, rows, [stored, successful, failed], missing) => {
    expect(tally(expected, rows, false)).toMatchObject({ stored, successful, failed })
    expect(tally(expected, rows, true)).toMatchObject({ stored, successful, failed: failed + missing })
    expect(tally(expected, rows, false).missing).toHaveLength(missing)
  })

  it('name the missing points in the order in which they are expected', () => {
    expect(tally(expected, [row('SSG', 'failed')], false).missing).toEqual([at('TT'), at('FFG')])
  })

  it('are of the stored points alone when nothing is known to be expected', () => {
    expect(tally([], [row('TT'), row('SSG', 'failed')], true)).toEqual({
      stored: 2,
      successful: 1,
      failed: 1,
      missing: [],
    })
  })

  it('add up: an ended job has every expected and every stored point as successful or failed', () => {
    const corners = fc.constantFrom('A', 'B', 'C', 'D', 'E')
    const rows = fc.array(fc.tuple(corners, fc.constantFrom<ResultStatus>('ok', 'failed')))
    fc.assert(
      fc.property(fc.uniqueArray(corners), rows, (wanted, came) => {
        const results = came.map(([corner, status]) => row(corner, status))
        const counts = tally(wanted.map(at), results, true)
        const all = new Set([...wanted.map(at), ...results].map(pointName))
        expect(counts.successful + counts.failed).toBe(all.size)
        expect(counts.stored + counts.missing.length).toBe(all.size)
      }),
    )
  })
})
