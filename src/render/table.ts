import type { Column, Paint, Style } from './column.ts'
import { openPainter, type Painter } from './paint.ts'
import { visible } from './visible.ts'

/**
 * Rows as a table: a line of headings, then a line a row, columns two blanks apart, no borders. Nothing is wrapped
 * or cut and no line ends in blanks, so that a pipe gets what a terminal gets. Ends with a newline; without rows only
 * the headings.
 */
export async function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: Style,
): Promise<string> {
  if (columns.length === 0) return ''
  const cells = [columns.map(headingOf), ...rows.map((row) => columns.map((column) => cellOf(column, row)))]
  const aligns = columns.map((column) => column.align ?? 'left')
  const paint = await openPainter(style)
  const lines = cells.every((line) => line.every(isPlain))
    ? padPlainCells(cells, aligns, paint)
    : await drawWideCells(cells, aligns, paint)
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** One thing as a line a field: labels in a column of their own, then the text. Ends with a newline. */
export async function renderFields(
  fields: readonly (readonly [label: string, text: string])[],
  style: Style,
): Promise<string> {
  const paint = await openPainter(style)
  const shown = fields.map(([label, text]) => [visible(label), visible(text)] as const)
  const width = Math.max(0, ...shown.map(([label]) => label.length))
  return shown
    .map(([label, text]) => `${paint(label, 'bold')}${' '.repeat(width - label.length)}  ${text}`)
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

interface TableCell {
  text: string
  paint: Paint | 'bold' | null
}

type Align = 'left' | 'right'

function headingOf<Row>({ key, title }: Column<Row>): TableCell {
  return { text: visible(title ?? key.toUpperCase()), paint: 'bold' }
}

function cellOf<Row>(column: Column<Row>, row: Row): TableCell {
  const text = column.text === undefined ? String(column.value(row) ?? '-') : column.text(row)
  return { text: visible(text), paint: column.paint?.(row) ?? null }
}

/** ASCII, and the lines of a strip chart. */
const isPlain = (cell: TableCell): boolean => /^[\x20-\x7e\u2500\u251c\u2524\u25cf]*$/.test(cell.text)

/** How many characters a column takes, for deciding which ones fit beside each other. */
export function columnWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce(
    (width, row) => Math.max(width, cellOf(column, row).text.length),
    headingOf(column).text.length,
  )
}

/**
 * Where every character is one place wide, padding is all there is to do. cli-table3 gives the same text (a test
 * compares them), but measures each cell with a dozen regular expressions: 28 ms for 100 rows of 8 columns, more
 * than Node takes to start, and 2.3 s for 2,000 of 16; with this the whole table takes 1.2 ms and 30 ms.
 */
function padPlainCells(cells: TableCell[][], aligns: Align[], paint: Painter): string[] {
  const widths = aligns.map((_, index) =>
    cells.reduce((width, line) => Math.max(width, line[index]!.text.length), 0),
  )
  return cells.map((line) =>
    line
      .map((cell, index) => {
        const blanks = ' '.repeat(widths[index]! - cell.text.length)
        const text = paint(cell.text, cell.paint)
        return aligns[index] === 'right' ? blanks + text : text + blanks
      })
      .join('  '),
  )
}

/**
 * cli-table3 knows how many places a character takes on a terminal (CJK and emoji two, combining marks none). Its
 * time grows with the square of the rows, so it draws a few at a time; the first round finds the widths.
 */
async function drawWideCells(cells: TableCell[][], aligns: Align[], paint: Painter): Promise<string[]> {
  const { default: Table } = await import('cli-table3')
  const painted = cells.map((line) => line.map((cell) => paint(cell.text, cell.paint)))
  const draw = (rows: string[][], colWidths: number[]): { lines: string[]; widths: number[] } => {
    const table = new Table({
      chars: withoutBorders,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
      colAligns: aligns,
      colWidths,
    })
    table.push(...rows)
    const lines = table.toString().split('\n')
    // Drawing fills in the widths that it found.
    return { lines, widths: table.options.colWidths.map((width) => width ?? 0) }
  }
  const batches = Array.from({ length: Math.ceil(painted.length / batchRows) }, (_, index) =>
    painted.slice(index * batchRows, (index + 1) * batchRows),
  )
  const found = batches.map((rows) => draw(rows, []).widths)
  const widths = aligns.map((_, index) => Math.max(...found.map((batch) => batch[index]!)))
  return batches.flatMap((rows) => draw(rows, widths).lines)
}

const batchRows = 16

const withoutBorders = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: '  ',
}
