import { describe, expect, it } from 'vitest'
import { withDeliveredExtractions } from '../../src/domain/cross-extraction.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName, type PvtPoint } from '../../src/domain/point.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'

const configuration = { ...defaultConfiguration(), mode: 'polo' }
const expected = impliedPoints(configuration)
const older = impliedPoints(configuration, ['rcworst_CCworst_T', 'rcbest_CCbest_T'])
const names = (points: readonly PvtPoint[]): string[] => points.map(pointName)
const crossed = (points: readonly PvtPoint[]) => points.filter(({ extraction }) => extraction !== 'typical')

describe('the extractions of the expected points', () => {
  it.each<[string, PvtPoint[], PvtPoint[]]>([
    ['stay when all is as expected', expected, expected],
    ['stay when nothing came', [], expected],
    ['stay when only typical points came', [older[0]!], expected],
    ['are those of older scripts when all that came has their names', older, older],
    ['are those of older scripts when a part of both came', crossed(older).slice(3, 9), older],
    ['stay when one name fits', [...crossed(older), crossed(expected)[0]!], expected],
    ['stay when other corners came', crossed(older).map((point) => ({ ...point, corner: 'XX' })), expected],
    [
      'stay when the names say neither worst nor best',
      crossed(older).map((point) => ({ ...point, extraction: 'odd' })),
      expected,
    ],
  ])('%s', (_name, delivered, adapted) => {
    expect(names(withDeliveredExtractions(expected, delivered))).toEqual(names(adapted))
  })
})
