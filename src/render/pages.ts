import type { Column } from './column.ts'
import { type CsvStyle, renderCsv } from './csv.ts'
import { renderJson, renderNdjson } from './json.ts'

/** A list that is written as it comes, never held whole: the same text as `render` gives for it at once. */
export interface ListRenderer<Item> {
  add(item: Item): Promise<string>
  /** Without it JSON is cut, and CSV without rows has no header. */
  end(): Promise<string>
}

/** Of pages, each the rows that come next; the rows are the values of the JSON. */
function openPages<Row>(
  format: 'json' | 'ndjson' | 'csv',
  columns: readonly Column<Row>[],
  csv: CsvStyle = {},
): ListRenderer<readonly Row[]> {
  let isFirst = true
  const toText = async (rows: readonly Row[]): Promise<string> => {
    if (format === 'ndjson') return renderNdjson(rows)
    if (format === 'csv') return renderCsv(columns, rows, { ...csv, header: isFirst })
    return (isFirst ? '[\n' : ',\n') + insideOf(renderJson(rows))
  }
  return {
    add: async (rows) => {
      if (rows.length === 0) return ''
      const text = await toText(rows)
      isFirst = false
      return text
    },
    end: async () => {
      if (format === 'json') return isFirst ? renderJson([]) : '\n]\n'
      return format === 'csv' && isFirst ? renderCsv(columns, [], csv) : ''
    },
  }
}

/** The elements of an array that is not empty, as they stand in the text of it. */
const insideOf = (array: string): string => array.slice('[\n'.length, -'\n]\n'.length)

/** The document of a long list, page by page: only a page of it is held at a time. */
export async function* renderPages<Row>(
  format: 'json' | 'ndjson' | 'csv',
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
  csv: CsvStyle = {},
): AsyncGenerator<string> {
  const list = openPages(format, columns, csv)
  for await (const rows of pages) {
    const text = await list.add(rows)
    if (text !== '') yield text
  }
  const end = await list.end()
  if (end !== '') yield end
}

/** A list whose elements come one by one. */
export function renderList<Row>(
  format: 'table' | 'json' | 'ndjson' | 'csv',
  columns: readonly Column<Row>[],
  /** The form for people of one element, with its newline. */
  toText: (row: Row) => string,
): ListRenderer<Row> {
  if (format === 'table') return { add: async (row) => toText(row), end: async () => '' }
  const pages = openPages(format, columns)
  return { add: (row) => pages.add([row]), end: () => pages.end() }
}
