import type { Column } from './column.ts'
import { type CsvStyle, renderCsv } from './csv.ts'
import { renderJson, renderNdjson } from './json.ts'

/**
 * The document of a long list, page by page: the same text as `render` gives for all rows at once (the rows are the
 * values of the JSON), but only a page of it is held at a time.
 */
export async function* renderPages<Row>(
  format: 'json' | 'ndjson' | 'csv',
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  csv: CsvStyle = {},
): AsyncGenerator<string> {
  let isFirst = true
  for await (const rows of pages) {
    if (rows.length === 0) continue
    if (format === 'ndjson') yield renderNdjson(rows)
    else if (format === 'csv') yield await renderCsv(columns, rows, { ...csv, header: isFirst })
    else yield (isFirst ? '[\n' : ',\n') + insideOf(renderJson(rows))
    isFirst = false
  }
  if (isFirst && format === 'csv') yield await renderCsv(columns, [], csv)
  if (format === 'json') yield isFirst ? renderJson([]) : '\n]\n'
}

/** The elements of an array that is not empty, as they stand in the text of it. */
const insideOf = (array: string): string => array.slice('[\n'.length, -'\n]\n'.length)
