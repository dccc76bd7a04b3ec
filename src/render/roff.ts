/**
 * Manual pages: text as roff with the man macros, for groff and mandoc alike (man(7), groff_char(7)). Everything but
 * ASCII is written as \[uXXXX], which both know whatever the encoding.
 */

/** A piece of a manual page's body. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'subheading'; text: string }
  | { kind: 'paragraph'; spans: Spans }
  | { kind: 'item'; term: Spans; spans: Spans }
  | { kind: 'example'; lines: readonly string[] }

export type Span = string | { bold: string } | { italic: string }
export type Spans = readonly Span[]

export interface ManualPage {
  title: string
  section: number
  /** YYYY-MM-DD */
  date: string
  source: string
  manual: string
  blocks: readonly Block[]
}

export function renderManualPage({ title, section, date, source, manual, blocks }: ManualPage): string {
  const head = [title.toUpperCase(), String(section), date, source, manual].map((text) => `"${inline(text)}"`)
  return `.TH ${head.join(' ')}\n${blocks.map((block, index) => renderBlock(block, blocks[index - 1])).join('')}`
}

function renderBlock(block: Block, before: Block | undefined): string {
  // A heading begins a paragraph already.
  const begin = before?.kind === 'heading' || before?.kind === 'subheading' ? '' : '.PP\n'
  switch (block.kind) {
    case 'heading':
      return `.SH ${inline(block.text)}\n`
    case 'subheading':
      return `.SS ${inline(block.text)}\n`
    case 'paragraph':
      return `${begin}${renderSpans(block.spans)}\n`
    case 'item':
      return `.TP\n${renderSpans(block.term)}\n${renderSpans(block.spans)}\n`
    case 'example':
      return `${begin}.RS 4\n.nf\n${block.lines.map((line) => `${guarded(escape(line, '\\-'))}\n`).join('')}.fi\n.RE\n`
  }
}

/** Prose in lines of at most 78 characters, which roff fills anew; options and file names keep their hyphens. */
function renderSpans(spans: Spans): string {
  const words = spans
    .map((span) => {
      if (typeof span === 'string') return inline(span)
      return 'bold' in span ? `\\fB${escape(span.bold, '\\-')}\\fR` : `\\fI${escape(span.italic, '\\-')}\\fR`
    })
    .join('')
    .split(/\s+/)
    .filter((word) => word !== '')
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > 77) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map(guarded).join('\n')
}

/** A hyphen within a word may be a plain one; at the beginning of a word, or beside another, it is a minus. */
const inline = (text: string): string =>
  escape(text, '-').replace(
    /(^|[\s(,;='[])(-+)/g,
    (_, before: string, hyphens: string) => before + hyphens.replaceAll('-', '\\-'),
  )

/** A line that begins with a dot or an apostrophe would be taken for a request. */
const guarded = (line: string): string => (/^(\\f[BIR])*[.']/.test(line) ? `\\&${line}` : line)

function escape(text: string, hyphen: string): string {
  return text.replace(/[\\\-'`^~"]|[^\x20-\x7e]/gu, (character) => {
    const known = escapes[character]
    if (known !== undefined) return known
    if (character === '-') return hyphen
    return `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`
  })
}

/** Typographers' marks are what these characters become otherwise. */
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
  // A terminal without it would show nothing.
  '…': '...',
}
