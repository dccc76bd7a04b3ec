/** A value as CSV and JSON have it. */
export type Cell = string | number | boolean | null

export type Paint = 'red' | 'green' | 'yellow' | 'dim'

/** One column of an answer: where its values come from and how a table shows them. */
export interface Column<Row> {
  /** The name in CSV headers, which is the JSON key and the database column. */
  key: string
  /** The heading in a table; default: the key in capitals. */
  title?: string
  /** Default: left. */
  align?: 'left' | 'right'
  /** What CSV prints: numbers at full precision, null as nothing. */
  value: (row: Row) => Cell
  /** What a table prints; default: the value, null as `-`. */
  text?: (row: Row) => string
  /** The colour of the table's cell; null for none. */
  paint?: (row: Row) => Paint | null
}

export interface Style {
  colour: boolean
  /** Whether the reader's locale has more than ASCII; default: no. */
  unicode?: boolean
  /** How many characters a line of the terminal has; null in a pipe. Asked only where it matters. */
  width?: () => number | null
}
