import { visible } from '../visible.ts'

/** Text that is markup already. Everything else is escaped when it is put into markup. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | null | false | readonly Html[]

/**
 * Markup from a template. (Not called `html`: a formatter would change the blanks in every template.) What is put in is escaped, control and direction characters made visible; only other markup
 * goes in as it is, lists of it one after the other. null and false are nothing. Attributes stand in double quotes.
 */
export function markup(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(
    parts.map((part, index) => part + (index < values.length ? textOf(values[index]!) : '')).join(''),
  )
}

/** CSS and scripts of ours, which are no text of users. */
export const raw = (text: string): Html => new Html(text)

export const joinHtml = (pieces: readonly Html[], between = ''): Html =>
  new Html(pieces.map(({ text }) => text).join(between))

export function escapeHtml(text: string): string {
  const shown = visible(text)
  return special.test(shown) ? shown.replace(specialAll, (character) => entities[character]!) : shown
}

function textOf(value: Value): string {
  if (value === null || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(({ text }) => text).join('')
}

const special = /[&<>"'`]/
const specialAll = /[&<>"'`]/g
const entities: Record<string, string> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  ...{ '"': '&quot;', "'": '&#39;', '`': '&#96;' },
}
