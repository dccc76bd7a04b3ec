import { describe, expect, test } from 'vitest'
import { type Configuration, defaultConfiguration } from '../../src/domain/configuration.ts'
import { differenceText, fittingConfiguration, impliesAll } from '../../src/domain/fitting-configuration.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName, toPoint } from '../../src/domain/point.ts'

const of = (fields: Partial<Configuration> = {}): Configuration => ({ ...defaultConfiguration(), ...fields })
const two = { supply_2nd: 'vccn' }
const three = { ...two, supply_3rd: 'vccn_vcctx' }

const kinds = ['prelay', 'default', 'full', 'custom'].flatMap((cross) =>
  ['No', 'Yes'].flatMap((gs_gf_corner) =>
    [{}, two, three].flatMap((supplies) =>
      ['perf', 'hvqk'].map((condition): Partial<Configuration> => ({
        ...{ ...supplies, gs_gf_corner, condition, mode: cross === 'prelay' ? 'prelay' : 'polo' },
        ...(cross === 'prelay' ? {} : { postlay_cross_cornerlist: cross }),
        ...(cross === 'custom' ? { postlay_custom_corners: 'TT SSG' } : {}),
      })),
    ),
  ),
)

describe('the points of any configuration', () => {
  test.each(kinds)('%j are found again, from the defaults', (fields) => {
    const points = impliedPoints(of(fields))
    const fit = fittingConfiguration(of(), points)!
    expect(fit.points.map(pointName)).toEqual(points.map(pointName))
    expect(fit.present).toBe(points.length)
    expect(impliedPoints(fit.configuration)).toEqual(points)
  })

  test.each(kinds)('%j fit that configuration, and nothing is different', (fields) => {
    const fit = fittingConfiguration(of(fields), impliedPoints(of(fields)))!
    expect(differenceText(of(fields), fit.configuration)).toBe('')
  })
})

test.each<[Partial<Configuration>, Partial<Configuration>, string]>([
  [{ ...two }, { ...two, gs_gf_corner: 'Yes' }, 'gs/gf_corner:Yes'],
  [{ ...two, gs_gf_corner: 'Yes' }, { ...two }, 'gs/gf_corner:No'],
  [{ mode: 'polo' }, {}, 'mode:prelay'],
  [{}, { mode: 'polo' }, 'mode:polo'],
  [{}, { condition: 'htol' }, 'condition:hvqk'],
  [{ condition: 'htol' }, { condition: 'func' }, 'condition:perf'],
  [{ ...two }, {}, '2nd_supply_swp:NA'],
  [{ mode: 'polo' }, { mode: 'polo', postlay_cross_cornerlist: 'full' }, 'postlay_cross_cornerlist:full'],
  [
    { mode: 'polo' },
    { mode: 'polo', postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'TT SSAG' },
    'postlay_cross_cornerlist:custom:TT SSAG',
  ],
  [{}, { mode: 'polo', gs_gf_corner: 'Yes' }, 'mode:polo, gs/gf_corner:Yes'],
])('a job of %j whose run was %j: %s', (job, run, expected) => {
  const fit = fittingConfiguration(of(job), impliedPoints(of(run)))!
  expect(differenceText(of(job), fit.configuration).split(', ').sort()).toEqual(expected.split(', ').sort())
})

test('failed simulations may be missing: the whole is still told', () => {
  const points = impliedPoints(of({ ...two, gs_gf_corner: 'Yes' }))
  const fit = fittingConfiguration(of(), points.slice(3, -2))!
  expect([fit.present, fit.points.length]).toEqual([87, 92])
})

test("a job's own list of cross corners stays, also where the flow's would fit as well", () => {
  const own = { mode: 'polo', postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'SSG FFG' }
  const points = impliedPoints(of({ ...own, gs_gf_corner: 'Yes' }))
  const fit = fittingConfiguration(of(own), points.slice(3))!
  expect(differenceText(of(own), fit.configuration)).toBe('gs/gf_corner:Yes')
})

test('the rails that creport.txt names are those of the configuration', () => {
  const points = impliedPoints(of(two))
  const { configuration } = fittingConfiguration(of(), points, { v1: 'vc', v2: 'vcctx', v3: 'NA' })!
  expect(configuration).toMatchObject({ supply_1st: 'vc', supply_2nd: 'vcctx', supply_3rd: 'NA' })
})

test('older names of the extractions fit as well, and stay', () => {
  const polo = of({ mode: 'polo' })
  const older = impliedPoints(polo, ['rcworst_CCworst_T', 'rcbest_CCbest_T'])
  expect(impliesAll(polo, older)).toBe(true)
  expect(fittingConfiguration(of(), older)!.points.map(pointName)).toEqual(older.map(pointName))
})

test.each([
  ['no points', []],
  ['a corner that the flow does not have', [toPoint('XX', 'typical', 'm40', 'v1min')!]],
  ['a temperature that it does not have', [toPoint('TT', 'typical', '60', 'v1min')!]],
  ['combinations of several numbers of supplies', impliedPoints(of()).concat(impliedPoints(of(two)))],
])('nothing fits %s', (_, points) => {
  expect(fittingConfiguration(of(), points)).toBeNull()
})
