import type { SqlValue } from './database.ts'

/** At most 65,535 parameters a statement (the protocol's 16 bits), and about 8 MB of text. */
export function chunksOf(rows: readonly (readonly SqlValue[])[], width: number): (readonly SqlValue[])[][] {
  const chunks: (readonly SqlValue[])[][] = []
  const most = Math.min(1000, Math.max(1, Math.floor(65_535 / width)))
  let characters = Infinity
  for (const row of rows) {
    const chunk = chunks.at(-1)
    const length = row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
    if (chunk === undefined || chunk.length === most || characters + length > 8e6) {
      chunks.push([row])
      characters = length
    } else {
      chunk.push(row)
      characters += length
    }
  }
  return chunks
}

export function insertStatement(table: string, columns: readonly string[], rows: number): string {
  const row = (index: number): string =>
    `(${columns.map((_, column) => `$${index * columns.length + column + 1}`).join(',')})`
  const values = Array.from({ length: rows }, (_, index) => row(index)).join(',')
  return `insert into ${table} (${columns.join(', ')}) values ${values}`
}
