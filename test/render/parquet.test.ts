import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { type ParquetColumn, renderParquet, renderParquetPages } from '../../src/render/parquet.ts'

type Row = Record<string, string | number | boolean | null>

const column = (key: string, type: ParquetColumn<Row>['type'], from = key): ParquetColumn<Row> => ({
  ...{ key, type },
  value: (row) => row[from] ?? null,
})

async function written(columns: ParquetColumn<Row>[], rows: Row[]) {
  const bytes = await renderParquet(columns, rows)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const types = parquetSchema(parquetMetadata(file)).children.map(({ element }) => [
    element.name,
    element.type,
    element.repetition_type,
  ])
  return { types, rows: await parquetReadObjects({ file }) }
}

describe('a Parquet file', () => {
  test('gives back every number to the bit, texts to the character, and nulls', async () => {
    const rows: Row[] = [
      { d: 3.124e-11, n: 1, t: 'TT' },
      { d: null, n: null, t: null },
      { d: -0.1 - 0.2, n: 2147483647, t: '测试 "x", \n\t🎛 é' },
      { d: 5e-324, n: -1, t: '' },
    ]
    const file = await written([column('d', 'DOUBLE'), column('n', 'INT32'), column('t', 'STRING')], rows)
    expect(file.rows).toEqual(rows)
    expect(file.types).toEqual([
      ['d', 'DOUBLE', 'OPTIONAL'],
      ['n', 'INT32', 'OPTIONAL'],
      ['t', 'BYTE_ARRAY', 'OPTIONAL'],
    ])
  })

  test('has the same types without rows, and where all is null', async () => {
    const columns = [column('d', 'DOUBLE'), column('t', 'STRING')]
    const [none, nulls] = [await written(columns, []), await written(columns, [{ d: null, t: null }])]
    expect(none.rows).toEqual([])
    expect(nulls.rows).toEqual([{ d: null, t: null }])
    expect(none.types).toEqual(nulls.types)
  })

  test('has columns of any name, each once', async () => {
    const names = ['a.b', 'wire[15]', 'a b', '__proto__x', '"', "'", '测试', '<script>', 'x', 'x', 'x_2', 'x']
    const columns = names.map((name) => column(name, 'DOUBLE', 'v'))
    const file = await written(columns, [{ v: 1 }])
    const expected = [...names.slice(0, 9), 'x_3', 'x_2', 'x_4']
    expect(file.types.map(([name]) => name)).toEqual(expected)
    expect(Object.keys(file.rows[0]!)).toEqual(expected)
  })

  test('has more rows than a page', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ v: index % 7 === 0 ? null : index / 3 }))
    expect((await written([column('v', 'DOUBLE')], rows)).rows).toEqual(rows)
  })

  test('of rows that come page by page is what it is of all at once, and is given a row group at a time', async () => {
    const rows = Array.from({ length: 45_000 }, (_, index) => ({
      v: index / 3,
      t: index % 5 === 0 ? null : `${index}`,
    }))
    const columns = [column('v', 'DOUBLE'), column('t', 'STRING')]
    const pages = [rows.slice(0, 7), [], rows.slice(7, 30_000), rows.slice(30_000)]
    const pieces: Uint8Array[] = []
    for await (const piece of renderParquetPages(columns, pages)) pieces.push(piece)
    expect(pieces).toHaveLength(4)
    const file = new Uint8Array(Buffer.concat(pieces)).buffer
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([
      20_000, 20_000, 5_000,
    ])
    expect(await parquetReadObjects({ file })).toEqual(rows)
    expect(new Uint8Array(file)).toEqual(new Uint8Array(await renderParquet(columns, rows)))
  })
})
