import type { Cell, Column } from './column.ts'
import { visible } from './visible.ts'

export interface CsvStyle {
  /**
   * Put a `'` before text that a spreadsheet would run as a formula, in cells and headers; numbers never. Off by
   * default: it changes the text for every other reader, and a reader cannot tell it from a `'` that stood there.
   */
  guard?: boolean
  /** With the line of the columns' names; the default. */
  header?: boolean
}

/**
 * Rows as CSV (RFC 4180 quoting, `\n` line ends): a header of the columns' keys, then a line a row. Numbers at full
 * precision, null as an empty cell, control characters in text made visible.
 */
export async function renderCsv<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { guard = false, header = true }: CsvStyle = {},
): Promise<string> {
  // Loaded here so that no other format pays for it.
  const { stringify } = await import('csv-stringify/sync')
  const names = header ? [columns.map((column) => textOf(column.key, guard))] : []
  const lines = rows.map((row) => columns.map((column) => textOf(column.value(row), guard)))
  return stringify([...names, ...lines], { record_delimiter: 'unix' })
}

/** Everything is made text here: csv-stringify would write true as `1` and false as nothing. */
function textOf(cell: Cell, guard: boolean): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  if (typeof cell === 'boolean') return String(cell)
  const text = visible(cell)
  return guard && isFormula(cell) ? `'${text}` : text
}

/**
 * Text that a spreadsheet would take for a formula (OWASP, "CSV Injection"): it begins with = + - @, also as the full
 * width characters that some take for them, after blanks too, or with a control character. `-40` is a number and stays.
 */
function isFormula(text: string): boolean {
  return (
    /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/u.test(text) &&
    !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
  )
}
