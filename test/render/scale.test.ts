import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonScale, inUnitOf, renderFolded, renderTable, strip } from '../../src/render/index.ts'
import type { Column } from '../../src/render/index.ts'

describe('values in one unit', () => {
  test.each<[(number | null)[], string, string[]]>([
    [[28.12e-12, 36.883e-12, 48.15e-12], 'p', ['28.12', '36.88', '48.15']],
    [[-261.3e-6, -13.2e-6], 'u', ['-261.3', '-13.2']],
    [[999.96e-12, 1e-12], 'n', ['1.000', '1.000p']],
    [[0, 5e-3, null], 'm', ['0', '5.000', '-']],
    [[48.15e-12, 38e-15], 'p', ['48.15', '38.00f']],
    [[48.15e-12, 0.1e-12], 'p', ['48.15', '0.10']],
    [[1.5, 20], '', ['1.50', '20.00']],
    [[4206, 6706], 'k', ['4.206', '6.706']],
    [[1e20, 1], '', ['1.000e+20', '1.000']],
    [[1e-25], '', ['1.000e-25']],
    [[0, 0], '', ['0', '0']],
    [[null], '', ['-']],
    [[], '', []],
  ])('%j', (values, prefix, texts) => {
    const scale = commonScale(values)
    expect(scale.prefix).toBe(prefix)
    expect(values.map((value) => scale.text(value))).toEqual(texts)
  })

  test('nothing but zero looks like zero, and no number is further off than its last digit', () => {
    const powers: Record<string, number> = {
      ...{ a: 1e-18, f: 1e-15, p: 1e-12, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
    }
    const number = fc.double({ noNaN: true, min: -1e14, max: 1e14 })
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 5 }), (values) => {
        const scale = commonScale(values)
        for (const value of values) {
          const text = scale.text(value)
          if (text.includes('e')) continue
          const own = powers[text.at(-1)!]
          const unit = own ?? powers[scale.prefix] ?? 1
          const shown = Number(own === undefined ? text : text.slice(0, -1))
          const decimals = (text.split('.')[1] ?? '').replace(/\D/g, '').length
          expect(shown === 0).toBe(value === 0)
          expect(Math.abs(shown * unit - value)).toBeLessThanOrEqual(0.5001 * 10 ** -decimals * unit)
        }
      }),
    )
  })

  test('a value among others has their prefix', () => {
    expect(inUnitOf([28.12e-12, 48.15e-12], 28.12e-12)).toBe('28.12p')
    expect(inUnitOf([28.12e-12, 48.15e-12], 0.3e-12)).toBe('0.30p')
    expect(inUnitOf([48.15e-12], 38e-15)).toBe('38.00f')
    expect(inUnitOf([48.15e-12], 0)).toBe('0')
    expect(inUnitOf([48.15e-12], null)).toBe('-')
    expect(inUnitOf([1e20], 1e20)).toBe('1.000e+20')
  })
})

describe('a strip', () => {
  const scale = { low: 0, high: 10 }
  test.each([
    [{ min: 0, mark: 5, max: 10 }, '|----o----|', '├────●────┤'],
    [{ min: 2, mark: 3, max: 9 }, '  |o-----| ', '  ├●─────┤ '],
    [{ min: 4, mark: 4, max: 4 }, '    o      ', '    ●      '],
    [{ min: 0, mark: 0, max: 10 }, 'o---------|', '●─────────┤'],
    [{ min: 4, mark: 4.1, max: 5 }, '    o|     ', '    ●┤     '],
  ])('%j', (range, ascii, lines) => {
    expect(strip(range, scale, 11, false)).toBe(ascii)
    expect(strip(range, scale, 11, true)).toBe(lines)
  })

  test('on a scale without length, and on one over all numbers', () => {
    expect(strip({ min: 3, mark: 3, max: 3 }, { low: 3, high: 3 }, 5, false)).toBe('o    ')
    const huge = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE }
    expect(strip({ min: huge.low, mark: 0, max: huge.high }, huge, 5, false)).toBe('|-o-|')
  })

  test('is as wide as it should be, and never leaves its scale', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 80 }),
        (found, width) => {
          const [low, min, mark, max, high] = found.sort((a, b) => a - b)
          const text = strip({ min: min!, mark: mark!, max: max! }, { low: low!, high: high! }, width, false)
          expect(text).toHaveLength(width)
          expect(text.match(/o/g)).toHaveLength(1)
        },
      ),
    )
  })
})

describe('a table that is too wide', () => {
  const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon']
  const columns: Column<Record<string, string>>[] = ['point', ...names].map((key) => ({
    key,
    value: (row) => row[key]!,
  }))
  const rows = ['TT/typical', 'SSG/typical'].map((point) => ({
    point,
    ...Object.fromEntries(names.map((name) => [name, `${name}-value`])),
  }))
  const fold = (width: number | null) => renderFolded(columns, 1, rows, { colour: false, width: () => width })
  const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length))

  test('is never folded in a pipe', async () => {
    expect(await fold(null)).toBe(await renderTable(columns, rows, { colour: false }))
    expect(await renderFolded(columns, 1, rows, { colour: false })).toBe(await fold(null))
  })

  test('is not folded where it fits', async () => {
    const whole = await fold(null)
    expect(await fold(widest(whole))).toBe(whole)
    expect((await fold(widest(whole) - 1)).split('\n\n')).toHaveLength(2)
  })

  test.each([30, 40, 50, 60, 70])('fits in %i places, with the first column in every part', async (width) => {
    const text = await fold(width)
    expect(widest(text)).toBeLessThanOrEqual(width)
    const parts = text.trimEnd().split('\n\n')
    for (const part of parts)
      expect(part.split('\n').map((line) => line.split(/ +/)[0])).toEqual([
        'POINT',
        ...rows.map(({ point }) => point),
      ])
    expect(parts.flatMap((part) => part.split('\n')[0]!.split(/ +/).slice(1))).toEqual(
      names.map((name) => name.toUpperCase()),
    )
  })

  test('has a part a column where even two do not fit', async () => {
    expect((await fold(5)).trimEnd().split('\n\n')).toHaveLength(names.length)
  })
})
