import type { Column, Style } from './column.ts'
import { type CsvStyle, renderCsv } from './csv.ts'
import { renderJson, renderNdjson } from './json.ts'
import { renderTable } from './table.ts'

export type { Cell, Column, Paint, Style } from './column.ts'
export { type CsvStyle, renderCsv } from './csv.ts'
export { renderJson, renderNdjson } from './json.ts'
export { type ListRenderer, renderList, renderPages } from './pages.ts'
export { openPainter, type Painter } from './paint.ts'
export { type ProgressState, progressLine } from './progress.ts'
export { bytes, commonScale, engineering, fullPrecision, inUnitOf, type Scale } from './quantity.ts'
export { renderFolded } from './fold.ts'
export { type Range, strip } from './strip.ts'
export { type Block, type ManualPage, renderManualPage, type Spans } from './roff.ts'
export { renderFields, renderTable } from './table.ts'
export { age, duration, localTime, pace, roughly } from './time.ts'
export { visible } from './visible.ts'

/** What a command answers, in every form it can be asked for. */
export interface Document<Row> {
  /** The JSON document: an object for one thing, an array for many. */
  value: unknown
  /** The lines of ndjson; default: the elements of an array, else the value alone. */
  items?: readonly unknown[]
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** The form for people, where it is not the plain table of the rows. */
  table?: (style: Style) => string | Promise<string>
}

export interface DocumentStyle extends Style {
  csv?: CsvStyle
}

/** The document as text, ready for stdout. Libraries are loaded for the format in use only. */
export async function render<Row>(
  format: 'table' | 'json' | 'ndjson' | 'csv',
  document: Document<Row>,
  style: DocumentStyle,
): Promise<string> {
  switch (format) {
    case 'json':
      return renderJson(document.value)
    case 'ndjson':
      return renderNdjson(
        document.items ?? (Array.isArray(document.value) ? document.value : [document.value]),
      )
    case 'csv':
      return renderCsv(document.columns, document.rows, style.csv)
    case 'table':
      return document.table === undefined
        ? renderTable(document.columns, document.rows, style)
        : document.table(style)
  }
}
