import type { Cell, Column } from './column.ts'

/** A column of a Parquet file: all of them may have nulls. */
export type ParquetColumn<Row> = Column<Row> & { type: 'DOUBLE' | 'INT32' | 'STRING' }

/**
 * Rows as a Parquet file (snappy, one row group a few thousand rows). Two columns of one name would make it unreadable
 * for most programs: the later one gets a number, `corner_2`.
 */
export async function renderParquet<Row>(
  columns: readonly ParquetColumn<Row>[],
  rows: readonly Row[],
): Promise<Uint8Array> {
  // Loaded here so that no other format pays for it.
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const names = distinctNames(columns.map(({ key }) => key))
  const buffer = parquetWriteBuffer({
    columnData: columns.map((column, index) => ({
      name: names[index]!,
      type: column.type,
      nullable: true,
      data: rows.map((row) => toValue(column.value(row), column.type)),
    })),
  })
  return new Uint8Array(buffer)
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
