import Table from 'cli-table3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Column, engineering, renderFields, renderTable } from '../../src/render/index.ts'

interface Row {
  point: string
  del_rr: number | null
  status: string
}

const columns: Column<Row>[] = [
  { key: 'point', value: (row) => row.point },
  {
    key: 'del_rr',
    title: 'del_rr',
    align: 'right',
    value: (row) => row.del_rr,
    text: (row) => engineering(row.del_rr),
  },
  { key: 'status', value: (row) => row.status, paint: (row) => (row.status === 'ok' ? null : 'red') },
]
const rows: Row[] = [
  { point: 'TT/typical/m40/v1min', del_rr: 3.40366256e-11, status: 'ok' },
  { point: 'SSG/typical/125/v1min', del_rr: null, status: 'failed' },
]
const plain = { colour: false }

test('a table has aligned columns two blanks apart, no borders, and no blanks at the ends of lines', async () => {
  expect(await renderTable(columns, rows, plain)).toBe(
    [
      'POINT                  del_rr  STATUS',
      'TT/typical/m40/v1min   34.04p  ok',
      'SSG/typical/125/v1min       -  failed',
      '',
    ].join('\n'),
  )
})

test('a table without rows is its headings', async () => {
  expect(await renderTable(columns, [], plain)).toBe('POINT  del_rr  STATUS\n')
})

test('an absent value is a dash, and true is true', async () => {
  const table = await renderTable<{ a: null | boolean }>(
    [{ key: 'a', value: (row) => row.a }],
    [{ a: null }, { a: true }],
    plain,
  )
  expect(table).toBe('A\n-\ntrue\n')
})

test('with colour the headings are bold and a painted cell has its colour, blanks outside', async () => {
  const [heading, first, second] = (await renderTable(columns, rows, { colour: true })).split('\n')
  expect(heading).toBe('\x1b[1mPOINT\x1b[22m                  \x1b[1mdel_rr\x1b[22m  \x1b[1mSTATUS\x1b[22m')
  expect(first).toBe('TT/typical/m40/v1min   34.04p  ok')
  expect(second).toBe('SSG/typical/125/v1min       -  \x1b[31mfailed\x1b[39m')
})

test('colour changes nothing but colour, in wide characters too', async () => {
  for (const point of ['plain', '漢字']) {
    const coloured = await renderTable(columns, [{ ...rows[1]!, point }], { colour: true })
    const bare = await renderTable(columns, [{ ...rows[1]!, point }], plain)
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(bare)
  }
})

test('characters two places wide keep the columns aligned', async () => {
  const wide = { point: '漢字 😀', del_rr: 1, status: 'ok' }
  expect(await renderTable(columns, [wide, rows[1]!], plain)).toBe(
    [
      'POINT                  del_rr  STATUS',
      '漢字 😀                 1.000  ok',
      'SSG/typical/125/v1min       -  failed',
      '',
    ].join('\n'),
  )
})

test('a long table with wide characters keeps one width over all its rows, and its order', async () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({
    ...rows[0]!,
    point: `${'漢'.repeat(index % 40)}${index}`,
  }))
  const lines = (await renderTable(columns, many, plain)).trimEnd().split('\n')
  expect(lines).toHaveLength(1001)
  expect(lines.slice(1).map((line) => /\d+/.exec(line)![0])).toEqual(many.map((_, index) => String(index)))
  const placesOf = (line: string): number => line.length + (line.match(/漢/g)?.length ?? 0)
  expect(new Set(lines.slice(1).map(placesOf))).toEqual(new Set([placesOf(lines[1]!)]))
})

test('control characters in cells, headings and fields become visible', async () => {
  const evil: Column<string>[] = [{ key: 'a', title: 'a\x1b[2J', value: (row) => row }]
  expect(await renderTable(evil, ['x\ny\x9b', 'r\u202el'], plain)).toBe('a\\x1b[2J\nx\\ny\\x9b\nr\\u202el\n')
  expect(await renderFields([['na\tme', 'a\x07']], plain)).toBe('na\\tme  a\\x07\n')
})

test('text is neither wrapped nor cut', async () => {
  const long = `${'word '.repeat(200)}end`
  const table = await renderTable<string>([{ key: 'text', value: (row) => row }], [long], plain)
  expect(table).toBe(`TEXT\n${long}\n`)
})

test('plain padding gives what cli-table3 gives', async () => {
  const text = fc
    .string({ unit: 'grapheme-ascii', maxLength: 12 })
    .map((value) => value.replace(/[^\x20-\x7e]/g, '?'))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 12 }), async (cells) => {
      const three = (['left', 'right', 'left'] as const).map(
        (align, index): Column<[string, string, string]> => ({
          key: `c${index}`,
          align,
          value: (row) => row[index]!,
        }),
      )
      const empty = ['top', 'bottom', 'left', 'right'].flatMap((side) => [
        side,
        `${side}-mid`,
        `${side}-left`,
        `${side}-right`,
      ])
      const table = new Table({
        chars: {
          ...Object.fromEntries([...empty, 'mid', 'mid-mid'].map((name) => [name, ''])),
          middle: '  ',
        },
        style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
        colAligns: ['left', 'right', 'left'],
      })
      table.push(['C0', 'C1', 'C2'], ...cells)
      const expected = table
        .toString()
        .split('\n')
        .map((line) => `${line.trimEnd()}\n`)
      expect(await renderTable(three, cells, plain)).toBe(expected.join(''))
    }),
  )
})

test('fields are labels in one column and text in the next', async () => {
  const fields = [
    ['job', '1f0c'],
    ['started', '-'],
    ['tags', ''],
  ] as const
  expect(await renderFields(fields, plain)).toBe('job      1f0c\nstarted  -\ntags\n')
  expect(await renderFields(fields.slice(0, 1), { colour: true })).toBe('\x1b[1mjob\x1b[22m  1f0c\n')
  expect(await renderFields([], plain)).toBe('')
})
