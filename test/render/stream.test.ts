import { expect, test } from 'vitest'
import { type Column, render, renderList } from '../../src/render/index.ts'

interface Row {
  name: string
  problems: { line: number }[]
}

const columns: Column<Row>[] = [
  { key: 'name', value: (row) => row.name },
  { key: 'problems', value: (row) => JSON.stringify(row.problems) },
]
const rows: Row[] = [
  { name: 'one', problems: [{ line: 1 }, { line: 2 }] },
  { name: 'two,\n"x"', problems: [] },
]

const formats = ['json', 'ndjson', 'csv', 'table'] as const

test.each(formats.flatMap((format) => [0, 1, 2].map((count) => [format, count] as const)))(
  '%s of %i elements is the same text as at once',
  async (format, count) => {
    const some = rows.slice(0, count)
    const list = renderList(format, columns, (row) => `${row.name}\n`)
    let text = ''
    for (const row of some) text += await list.add(row)
    text += await list.end()
    const table = (): string => some.map((row) => `${row.name}\n`).join('')
    expect(text).toBe(await render(format, { value: some, columns, rows: some, table }, { colour: false }))
  },
)
