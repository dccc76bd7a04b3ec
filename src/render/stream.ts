import type { Column } from './column.ts'
import { renderCsv } from './csv.ts'
import { renderJson, renderNdjson } from './json.ts'

/** A list that is written as it comes, never held whole: the same text as the list rendered at once. */
export interface ListRenderer<Row> {
  add(row: Row): Promise<string>
  end(): Promise<string>
}

export function renderList<Row>(
  format: 'table' | 'json' | 'ndjson' | 'csv',
  columns: readonly Column<Row>[],
  /** The form for people of one element, with its newline. */
  toText: (row: Row) => string,
): ListRenderer<Row> {
  let count = 0
  const isFirst = (): boolean => (count += 1) === 1
  switch (format) {
    case 'json':
      return {
        add: async (row) => `${isFirst() ? '[\n' : ',\n'}${indented(renderJson(row))}`,
        end: async () => (count === 0 ? '[]\n' : '\n]\n'),
      }
    case 'ndjson':
      return { add: async (row) => renderNdjson([row]), end: async () => '' }
    case 'csv':
      return {
        add: (row) => renderCsv(columns, [row], { header: isFirst() }),
        end: () => renderCsv(columns, [], { header: count === 0 }),
      }
    case 'table':
      return { add: async (row) => toText(row), end: async () => '' }
  }
}

/** Strings in JSON hold no line breaks, so every line may be moved. */
const indented = (json: string): string => json.trimEnd().replace(/^/gm, '  ')
