import type { Cell, Column } from './column.ts'

/** A column of a Parquet file: all of them may have nulls. */
export type ParquetColumn<Row> = Column<Row> & { type: 'DOUBLE' | 'INT32' | 'STRING' }

/**
 * Rows as a Parquet file (snappy). Two columns of one name would make it unreadable for most programs: the later one
 * gets a number, `corner_2`.
 */
export async function renderParquet<Row>(
  columns: readonly ParquetColumn<Row>[],
  rows: readonly Row[],
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of renderParquetPages(columns, [rows])) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** So many rows are a row group: enough to be packed well and read fast, few enough to be held. */
const groupRows = 20_000

/** The file of rows that come page by page: only a row group of it is held at a time. */
export async function* renderParquetPages<Row>(
  columns: readonly ParquetColumn<Row>[],
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): AsyncGenerator<Uint8Array> {
  // Loaded here so that no other format pays for it.
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer')
  const names = distinctNames(columns.map(({ key }) => key))
  const group = columns.map(({ type }, index) => {
    return { name: names[index]!, type, nullable: true, data: [] as (string | number | null)[] }
  })
  const writer = new ByteWriter()
  const file = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData: group }) })
  const written = (): Uint8Array => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }
  let held = 0
  const endGroup = async (): Promise<Uint8Array> => {
    await file.write({
      columnData: group.map(({ name, data }) => ({ name, data })),
      rowGroupSize: groupRows,
    })
    for (const column of group) column.data = []
    held = 0
    return written()
  }
  for await (const rows of pages) {
    for (const row of rows) {
      for (const [index, { data }] of group.entries()) {
        data.push(toValue(columns[index]!.value(row), columns[index]!.type))
      }
      held += 1
      if (held === groupRows) yield await endGroup()
    }
  }
  if (held > 0) yield await endGroup()
  await file.finish()
  yield written()
}

function toValue(cell: Cell, type: ParquetColumn<never>['type']): string | number | null {
  if (cell === null) return null
  if (type === 'STRING') return String(cell)
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null
}

function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const used = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let number = 2; used.has(free); number += 1) {
      const next = `${name}_${number}`
      if (!taken.has(next)) free = next
    }
    used.add(free)
    return free
  })
}
