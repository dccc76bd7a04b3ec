import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
const point = 'TT/typical/m40/v1min_v2min'

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

describe('several sources of one point', () => {
  test('the rawest wins, a disagreement is named with both values, exit code 0', async () => {
    const { backupPath, folder, truth } = makeDomain(place.path('disagreeing'), {
      creportMisprints: [{ point, name: 'del_rr', text: '1.00000000e+00' }],
    })
    const id = await place.create(['-d', folder])
    const answer = await place.pvt(['results', 'import', '-j', id, backupPath, '--json'])
    expect(answer.code).toBe(0)
    const [disagreement] = (JSON.parse(answer.stdout) as { disagreements: Record<string, unknown>[] })
      .disagreements
    const { del_rr } = truth.get(point)!
    expect(disagreement).toMatchObject({
      point,
      measurement: 'del_rr',
      sources: expect.any(Object) as object,
    })
    expect(Object.values(disagreement!.sources as object)).toEqual([del_rr, 1])
    expect(answer.stderr).toMatch(
      new RegExp(
        `^pvt: warning: ${point}: del_rr is .* in .*report_.*, 1 in .*creport.txt: the first was taken\n$`,
      ),
    )
    expect(await place.json(['results', 'show', '-j', id, '--point', point])).toMatchObject([
      { source: 'report', measurements: { del_rr } },
    ])
  })

  test('an alter sweep has a row a step, with its sweep value', async () => {
    const swept = makeDomain(place.path('swept'), { alterSweep: [0.1, 0.25, 'high'] })
    const id = await place.create(['-d', swept.folder])
    expect(await place.json(['results', 'import', '-j', id])).toMatchObject({
      points: 92,
      results_new: 276,
      missing_points: 0,
    })
    const rows = await place.json<Record<string, unknown>[]>(['results', 'show', '-j', id, '--point', point])
    expect(rows.map(({ sweep, alter_number }) => [sweep, alter_number])).toEqual([
      [{ swp: 0.1 }, 1],
      [{ swp: 0.25 }, 2],
      [{ swp: 'high' }, 3],
    ])
    expect(rows.map(({ measurements }) => measurements)).toEqual(
      swept.rows.get(point)!.map((row) => row.measurements),
    )
  })
})
