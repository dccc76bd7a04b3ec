import type { Column, Paint } from '../column.ts'
import { Html, markup } from './html.ts'

/** A column of a page's table: as a terminal shows it, or with markup of its own. */
export type HtmlColumn<Row> = Column<Row> & { html?: (row: Row) => Html }

export interface HtmlTable<Row> {
  /** What the table is, for readers that do not see its heading. */
  caption: string
  columns: readonly HtmlColumn<Row>[]
  rows: readonly Row[]
  /** The page's script puts a field above the table that leaves out rows. */
  filter?: boolean
  /** As high as the window at most, with its heading in place. */
  tall?: boolean
}

/**
 * A table in a box that scrolls by itself, with keys too. The first column heads its row. Numbers carry their full
 * value in `data-v`, by which the page's script sorts.
 */
export function htmlTable<Row>({ caption, columns, rows, filter, tall }: HtmlTable<Row>): Html {
  const heads = columns.map(
    (column) => markup`<th scope="col"${classes(alignOf(column))}>${headingOf(column)}</th>`,
  )
  const lines = rows.map(
    (row) =>
      // A line a row: a page may have some thousands of them.
      markup`<tr>${columns.map((column, index) => cell(column, row, index === 0))}</tr>\n`,
  )
  return markup`<div class="scroll${tall === true && ' tall'}" tabindex="0" role="region" aria-label="${caption}">
    <table class="list"${filter === true ? attribute('data-filter', '') : null}>
      <caption class="unseen">${caption}</caption>
      <thead><tr>${heads}</tr></thead>
      <tbody>\n${lines}</tbody>
    </table>
  </div> `
}

function cell<Row>(column: HtmlColumn<Row>, row: Row, isHead: boolean): Html {
  const value = column.value(row)
  const text = column.html?.(row) ?? column.text?.(row) ?? (value === null ? '-' : String(value))
  const sortBy =
    typeof value === 'number' && Number.isFinite(value) ? attribute('data-v', String(value)) : null
  const look = classes(alignOf(column), paintClass(column.paint?.(row) ?? null))
  return isHead
    ? markup`<th scope="row"${look}${sortBy}>${typeof text === 'string' ? breakable(text) : text}</th>`
    : markup`<td${look}${sortBy}>${text}</td>`
}

/** The name of a point is broken, where a phone has no room for it, between its parts. */
function breakable(text: string): Html {
  const html = markup`${text}`
  return text.includes('/') ? new Html(html.text.replace(/[/_](?=.)/g, '$&<wbr>')) : html
}

/** A terminal's headings are capitals; names of measurements stay as they are. */
function headingOf<Row>({ key, title }: Column<Row>): string {
  if (title === undefined) return key.replaceAll('_', ' ')
  return title.startsWith(key) ? title : title.toLowerCase()
}

const alignOf = <Row>({ align }: Column<Row>): string => (align === 'right' ? 'n' : '')

export function paintClass(paint: Paint | null): string {
  switch (paint) {
    case 'red':
      return 'bad'
    case 'yellow':
      return 'warn'
    case 'green':
      return 'good'
    case 'dim':
      return 'dim'
    case null:
      return ''
  }
}

/** An attribute `class` of the names that are not empty, or nothing. */
export function classes(...names: readonly string[]): Html | null {
  const given = names.filter((name) => name !== '').join(' ')
  return given === '' ? null : attribute('class', given)
}

const attribute = (name: string, value: string): Html => markup` ${new Html(name)}="${value}"`

/** What a thing is and what it is like, as a list of pairs. */
export function htmlFields(fields: readonly (readonly [label: string, text: string])[]): Html {
  return markup`<dl>
    ${fields.map(
      ([label, text]) =>
        markup`<div>
          <dt>${label}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl> `
}

/** A quiet paragraph that explains what comes below it. */
export const htmlNote = (text: string): Html => markup`<p class="note">${text}</p> `
