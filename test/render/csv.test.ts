import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cell, type Column, renderCsv } from '../../src/render/index.ts'

const column: Column<Cell> = { key: 'cell', value: (row) => row }
const csvOf = async (cell: Cell, guard?: boolean): Promise<string> =>
  (await renderCsv([column, { key: 'end', value: () => 0 }], [cell], { guard }))
    .split('\n')
    .slice(1, -1)
    .join('\n')

test.each<[Cell, string]>([
  ['text', 'text,0'],
  ['a,b', '"a,b",0'],
  ['say "no"', '"say ""no""",0'],
  ['漢字', '漢字,0'],
  ['two\nlines\x1b', 'two\\nlines\\x1b,0'],
  [3.40366256e-11, '3.40366256e-11,0'],
  [-3.2e-5, '-0.000032,0'],
  [0, '0,0'],
  [Number.NaN, ',0'],
  [Number.NEGATIVE_INFINITY, ',0'],
  [true, 'true,0'],
  [false, 'false,0'],
  [null, ',0'],
  ['', ',0'],
])('the cell %j is written %s', async (cell, line) => {
  expect(await csvOf(cell)).toBe(line)
})

test.each<[string, string]>([
  ['=1+1', "'=1+1,0"],
  ['+cmd', "'+cmd,0"],
  ['-cmd|calc', "'-cmd|calc,0"],
  ['@sum(a1)', "'@sum(a1),0"],
  ['＝1+1', "'＝1+1,0"],
  ['＋1+1', "'＋1+1,0"],
  ['－1+1', "'－1+1,0"],
  ['＠sum(a1)', "'＠sum(a1),0"],
  ['\t=1+1', "'\\t=1+1,0"],
  ['\rtext', "'\\rtext,0"],
  [' =1+1', "' =1+1,0"],
  ['-', "'-,0"],
  ['-Infinity', "'-Infinity,0"],
  ['-1+2', "'-1+2,0"],
  ['+1e', "'+1e,0"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")",0`],
  ["'=1", "'=1,0"],
  ['a=1', 'a=1,0'],
  ['-.5', '-.5,0'],
  ['-40', '-40,0'],
  ['+1.5e-3', '+1.5e-3,0'],
  ['m40', 'm40,0'],
])('with the guard the text %s cannot run as a formula', async (cell, line) => {
  expect(await csvOf(cell, true)).toBe(line)
})

test.each<[Cell, string]>([
  [-3.2e-5, '-0.000032,0'],
  [-1e300, '-1e+300,0'],
  [true, 'true,0'],
  [null, ',0'],
])('the guard leaves %s, which is no text, as it is', async (cell, line) => {
  expect(await csvOf(cell, true)).toBe(line)
})

test('the guard disarms headers too', async () => {
  const columns: Column<number>[] = ['=cmd', '@x', 'ok'].map((key) => ({ key, value: (row) => row }))
  expect(await renderCsv(columns, [-1], { guard: true })).toBe("'=cmd,'@x,ok\n-1,-1,-1\n")
})

test('with the guard no text is left that begins as a formula does', async () => {
  const start = fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', ' ', '1', 'e', "'")
  const texts = fc.array(start, { maxLength: 6 }).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const cell = (await csvOf(text, true)).slice(0, -2)
      expect(/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(cell) || !/^\s*[=+\-@＝＋－＠\t\r]/.test(cell)).toBe(true)
    }),
  )
})

test('without the guard text is written as it is', async () => {
  expect(await csvOf('=1+1')).toBe('=1+1,0')
})

test('the header is the keys, lines end in a newline, and there is a header without rows', async () => {
  const columns: Column<number>[] = [
    { key: 'point', title: 'Point', value: () => 'TT' },
    { key: 'temperature_c', value: (row) => row },
  ]
  expect(await renderCsv(columns, [-40, 125])).toBe('point,temperature_c\nTT,-40\nTT,125\n')
  expect(await renderCsv(columns, [])).toBe('point,temperature_c\n')
})

test('numbers read back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
      expect(Number((await csvOf(value)).split(',')[0]) === value).toBe(true)
    }),
  )
})
