import { describe, expect, test } from 'vitest'
import { type Column, render, renderList, renderPages } from '../../src/render/index.ts'

interface Row {
  name: string
  count: number | null
}

const columns: Column<Row>[] = [
  { key: 'name', value: ({ name }) => name },
  { key: 'count', value: ({ count }) => count },
]
const rows: Row[] = [
  { name: '[\n', count: 1 },
  { name: '\n]\n', count: null },
  { name: '=1+1,"x"', count: 3 },
  { name: '', count: 4 },
  { name: '\u202e', count: 5 },
]

async function* pagesOf(all: readonly Row[], size: number): AsyncGenerator<Row[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
  // What a list gives when its last page was full.
  yield []
}

describe.each(['json', 'ndjson', 'csv'] as const)('pages as %s', (format) => {
  test.each([0, 1, 2, 3, 4, 5])('of %d rows are the text of all of them at once', async (count) => {
    const all = rows.slice(0, count)
    const whole = await render(format, { value: all, columns, rows: all }, { colour: false })
    let text = ''
    for await (const part of renderPages(format, columns, pagesOf(all, 2))) text += part
    expect(text).toBe(whole)
  })

  test('come one at a time', async () => {
    const texts = renderPages(format, columns, pagesOf(rows, 2))
    const first = await texts.next()
    expect(first.value).toContain('[')
    expect(first.value).not.toContain('1+1')
  })
})

test('pages of CSV disarm formulas where they are asked to', async () => {
  let text = ''
  for await (const part of renderPages('csv', columns, pagesOf(rows, 2), { guard: true })) text += part
  expect(text).toContain(`"'=1+1,""x"""`)
})

describe('elements one by one', () => {
  interface Item {
    name: string
    problems: { line: number }[]
  }
  const ofItem: Column<Item>[] = [
    { key: 'name', value: (item) => item.name },
    { key: 'problems', value: (item) => JSON.stringify(item.problems) },
  ]
  const items: Item[] = [
    { name: 'one', problems: [{ line: 1 }, { line: 2 }] },
    { name: 'two,\n"x"', problems: [] },
  ]
  const formats = ['json', 'ndjson', 'csv', 'table'] as const

  test.each(formats.flatMap((format) => [0, 1, 2].map((count) => [format, count] as const)))(
    '%s of %i elements is the same text as at once',
    async (format, count) => {
      const some = items.slice(0, count)
      const list = renderList(format, ofItem, (item) => `${item.name}\n`)
      let text = ''
      for (const item of some) text += await list.add(item)
      text += await list.end()
      const table = (): string => some.map((item) => `${item.name}\n`).join('')
      const document = { value: some, columns: ofItem, rows: some, table }
      expect(text).toBe(await render(format, document, { colour: false }))
    },
  )
})
