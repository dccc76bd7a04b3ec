/** A cell of a CSV text, with the place where it begins. */
export interface CsvCell {
  text: string
  /** 1-based. */
  line: number
  /** 1-based character in the line, as editors count. */
  column: number
}

/** Why a text is no CSV, and where. */
export interface CsvProblem {
  line: number
  column: number
  message: string
}

/**
 * The cells of a CSV text (RFC 4180, `\n` or `\r\n`), row by row, without the rows that are blank. A quoted cell may
 * hold separators, line ends and doubled quotes. Blanks around a cell stay. What is wrong with a quote is a problem;
 * the text before it is still read.
 *
 * Our own because no library tells the character at which a cell begins, which a message about it needs.
 */
export function readCsvCells(text: string, separator: string): { rows: CsvCell[][]; problems: CsvProblem[] } {
  const rows: CsvCell[][] = []
  const problems: CsvProblem[] = []
  let row: CsvCell[] = []
  let at = 0
  let line = 1
  let lineStart = 0
  const endRow = (): void => {
    if (row.length > 1 || row[0]?.text.trim() !== '') rows.push(row)
    row = []
  }
  while (at <= text.length) {
    const cell: CsvCell = { text: '', line, column: at - lineStart + 1 }
    if (text[at] === '"') readQuoted(cell)
    else readPlain(cell)
    row.push(cell)
    if (text[at] === separator) {
      at += 1
      continue
    }
    endRow()
    // At a line end, or at the end of the text.
    at += text.startsWith('\r\n', at) ? 2 : 1
    line += 1
    lineStart = at
  }
  return { rows, problems }

  function readPlain(cell: CsvCell): void {
    const start = at
    while (at < text.length && text[at] !== separator && !isLineEnd(text, at)) at += 1
    cell.text = text.slice(start, at)
  }

  function readQuoted(cell: CsvCell): void {
    at += 1
    for (; at < text.length; at += 1) {
      if (text[at] === '"' && text[at + 1] !== '"') break
      if (text[at] === '"') at += 1
      if (text[at] === '\n') {
        line += 1
        lineStart = at + 1
      }
      cell.text += text[at]!
    }
    if (at >= text.length) {
      problems.push({ ...place(cell), message: 'the quote that opens this cell is never closed' })
      return
    }
    at += 1
    if (at < text.length && text[at] !== separator && !isLineEnd(text, at)) {
      problems.push({ ...place(cell), message: `expected '${separator}' behind the closing quote` })
      while (at < text.length && text[at] !== separator && !isLineEnd(text, at)) at += 1
    }
  }
}

const place = ({ line, column }: CsvCell): { line: number; column: number } => ({ line, column })

const isLineEnd = (text: string, at: number): boolean => text[at] === '\n' || text.startsWith('\r\n', at)
