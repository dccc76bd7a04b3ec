import type { Column, Style } from './column.ts'
import { columnWidth, renderTable } from './table.ts'

/**
 * Rows as a table; where it is wider than the terminal, as several below each other, each with the first `fixed`
 * columns and as many of the others as fit. In a pipe it is never folded.
 */
export async function renderFolded<Row>(
  columns: readonly Column<Row>[],
  fixed: number,
  rows: readonly Row[],
  style: Style,
): Promise<string> {
  const width = style.width?.() ?? null
  if (width === null) return renderTable(columns, rows, style)
  const before = columns.slice(0, fixed)
  const taken = before.reduce((sum, column) => sum + columnWidth(column, rows) + gap, 0)
  const groups = group(
    columns.slice(fixed).map((column) => ({ column, width: columnWidth(column, rows) })),
    width - taken,
  )
  if (groups.length < 2) return renderTable(columns, rows, style)
  const tables: string[] = []
  for (const others of groups) tables.push(await renderTable([...before, ...others], rows, style))
  return tables.join('\n')
}

/** Blanks between two columns. */
const gap = 2

function group<Row>(
  columns: readonly { column: Column<Row>; width: number }[],
  room: number,
): Column<Row>[][] {
  const groups: Column<Row>[][] = []
  let left = 0
  for (const { column, width } of columns) {
    const needed = width + (left === room ? 0 : gap)
    if (groups.length === 0 || needed > left) {
      groups.push([column])
      left = room - width
    } else {
      groups.at(-1)!.push(column)
      left -= needed
    }
  }
  return groups
}
