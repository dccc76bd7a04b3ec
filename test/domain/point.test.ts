import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  folderTemperature,
  parseTemperature,
  pointFolder,
  pointName,
  toPoint,
} from '../../src/domain/point.ts'

describe('a temperature', () => {
  it.each([
    ['m40', -40],
    ['-40', -40],
    ['125', 125],
    ['0', 0],
    ['m12.5', -12.5],
    ['85.5', 85.5],
  ])('%s is %f degrees', (text, celsius) => {
    expect(parseTemperature(text)).toBe(celsius)
  })

  it.each(['', 'm', 'x40', '40C', 'm-40', '--40', '+40', ' 40', '40 ', '4e1', '.5', '5.', 'typical', 'M40'])(
    'cannot be read from %j',
    (text) => {
      expect(parseTemperature(text)).toBeNull()
      expect(toPoint('TT', 'typical', text, 'v1min')).toBeNull()
    },
  )

  it('keeps its value on the way through the folder name', () => {
    const degrees = fc.integer({ min: -273_000, max: 1_000_000 }).map((thousandths) => thousandths / 1000)
    fc.assert(
      fc.property(degrees, (celsius) => {
        expect(parseTemperature(folderTemperature(celsius))).toBe(celsius)
      }),
    )
  })
})

describe('a point', () => {
  const point = {
    corner: 'FFG_SSG',
    extraction: 'cworst_CCworst_T',
    temperature: 'm40',
    temperature_c: -40,
    voltage_combo: 'v1max_v2min',
  }

  it.each(['m40', '-40'])('spells its temperature %s as the folders do', (temperature) => {
    expect(toPoint('FFG_SSG', 'cworst_CCworst_T', temperature, 'v1max_v2min')).toEqual(point)
  })

  it('has a name and a folder', () => {
    expect(pointName(point)).toBe('FFG_SSG/cworst_CCworst_T/m40/v1max_v2min')
    expect(pointFolder(point)).toBe('FFG_SSG/cworst_CCworst_T/cworst_CCworst_T_m40/v1max_v2min')
  })
})
