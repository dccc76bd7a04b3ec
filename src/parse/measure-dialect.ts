import { parseNumber } from './number.ts'
import { type Line, quoted, splitLines } from './text.ts'

/**
 * The kinds of measure files, told apart by content: their names and extensions overlap (measure-files.md).
 */
export const measureDialects = [
  'hspice-default',
  'hspice-default-headerless',
  'hspice-measform1',
  'hspice-measform3-csv',
  'spectre-mt-horizontal',
  'spectre-measure-log',
  'xyce',
  'qspice-meas',
  'tspice-measure',
  'name-value',
] as const

export type MeasureDialect = (typeof measureDialects)[number]

/** The dialect of a measure file's text, or a short phrase that says what the text looks like instead. */
export function recogniseMeasureFile(text: string): MeasureDialect | { refused: string } {
  const lines = splitLines(text.slice(0, recognisedLength)).filter((line) => line.text.trim() !== '')
  const first = lines[0]
  if (first === undefined) return { refused: 'the file is empty' }
  const foreign = foreignStarts.find(({ sign }) => sign.test(first.text))
  if (foreign !== undefined) return { refused: foreign.name }
  if (text.includes('\0')) return { refused: 'binary data' }
  return (
    byFirstLine(first.text) ??
    bySpectreHead(lines) ??
    byHead(lines) ??
    byAssignments(lines) ??
    byNames(lines) ??
    (lines.slice(0, 20).every(holdsValuesOnly) ? 'hspice-default-headerless' : null) ?? {
      refused: looksLike(lines, first.text),
    }
  )
}

/** The tokens of a line: blanks and tabs separate them, nothing else does. */
export function tokensOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((token) => token !== '')
}

/** A line of the head: `$DATA1 …`, `$OPTION …`, other `$` comments, `.TITLE '…'`. */
export const isHeadLine = (text: string): boolean => text.startsWith('$') || titleLine.test(text)

/** The title of a `.TITLE '…'` line as it stands between the quotes; null for any other line. */
export function titleOf(text: string): string | null {
  if (!titleLine.test(text)) return null
  const title = text.slice('.title'.length).trim()
  return title.slice(title.startsWith("'") ? 1 : 0, title.length > 1 && title.endsWith("'") ? -1 : undefined)
}

/** A comment above `name = value` lines. */
export const isComment = (text: string): boolean => /^\*(?:[\s*]|$)/.test(text)

const titleLine = /^\.title(?:\s|$)/i

/** Enough for a head and a header of thousands of names, little enough for a file of 10 MB. */
export const recognisedLength = 262_144

const foreignStarts = [
  { sign: /^version https:\/\/git-lfs\.github\.com\/spec\//, name: 'a Git LFS pointer: run git lfs pull' },
  { sign: /^process\textract\ttemp|^supply condition\s*$/, name: 'a creport.txt' },
  { sign: /^\s*<(?:!doctype|html|\?xml)/i, name: 'an HTML or XML page' },
  { sign: /^\s*[{[]\s*["{[]/, name: 'JSON' },
  { sign: /^"\$DATA1/, name: 'a spreadsheet has quoted it: save it without quotes' },
  { sign: /^[0-9a-f]{32} [ *]\S/i, name: 'a list of MD5 sums' },
  { sign: /^LTspice \d/, name: 'an LTspice log' },
]

const semicolons = {
  sign: /;\s*alter#[;\s]*$/,
  name: 'a spreadsheet has saved it with semicolons: save it with commas and decimal points',
}

/** What one line among the first tells. */
const foreignLines = [
  {
    sign: /^\*{4,} .{0,200}\b(?:hspice|primesim|finesim)\b.{0,200} --|^Using: .*\bhspice\b/i,
    name: 'a listing of HSPICE',
  },
  { sign: /^(?:stdout )?Doing analysis at TEMP|^Measurements for \w+ Analysis/, name: 'an ngspice log' },
  { sign: /^Circuit: /, name: 'an LTspice log' },
  semicolons,
]

function byFirstLine(text: string): MeasureDialect | null {
  if (/^Exported variables from (?:PSF )?results directory/.test(text)) return 'spectre-measure-log'
  if (/^Measurement Results\s*$/.test(text)) return 'tspice-measure'
  if (/^\.meas(?:ure)?\s.*:\s*$/i.test(text)) return 'qspice-meas'
  return null
}

/** The head of a Spectre log, without the line above it: MDL's own `.measure`. */
function bySpectreHead(lines: readonly Line[]): MeasureDialect | null {
  if (!/^(?:date|design|simulator|version)\s*:/i.test(lines[0]!.text)) return null
  return lines.some(({ text }) => /^Measurement Name\s*:/.test(text)) ? 'spectre-measure-log' : null
}

/** `$` lines and a title decide by what they say, then by the line below them. */
function byHead(lines: readonly Line[]): MeasureDialect | { refused: string } | null {
  const bodyStart = lines.findIndex((line) => !isHeadLine(line.text))
  const head = (bodyStart < 0 ? lines : lines.slice(0, bodyStart)).map((line) => line.text)
  const body = bodyStart < 0 ? '' : lines[bodyStart]!.text
  if (head.some((line) => /^\$\s*Simulator:/i.test(line))) {
    return assignment.test(body) ? 'name-value' : 'spectre-mt-horizontal'
  }
  if (semicolons.sign.test(body)) return { refused: semicolons.name }
  const form = /^\$OPTION\s+MEASFORM=(\d+)/i.exec(head.find((line) => /MEASFORM=/i.test(line)) ?? '')?.[1]
  if (form === '1') return 'hspice-measform1'
  if (form === '2') return 'name-value'
  if (form === '3') return 'hspice-measform3-csv'
  if (!head.some((line) => line.startsWith('$DATA1'))) return null
  if (assignment.test(body)) return 'name-value'
  return csvNames.test(body) ? 'hspice-measform3-csv' : 'hspice-default'
}

/** Without a head: names up to `alter#` before the first line of values. */
function byNames(lines: readonly Line[]): MeasureDialect | null {
  for (const { text } of lines) {
    if (isHeadLine(text)) continue
    if (csvNames.test(text)) return 'hspice-measform3-csv'
    const tokens = tokensOf(text)
    if (parseNumber(tokens[0] ?? '') !== null || deckLine.test(text)) return null
    if (tokens.includes('alter#')) return 'hspice-default'
  }
  return null
}

/** Xyce writes its names in capitals, and no `alter#`; other `name = value` files are Spectre's and MEASFORM=2's. */
function byAssignments(lines: readonly Line[]): MeasureDialect | null {
  const text = lines.find((line) => !isHeadLine(line.text) && !isComment(line.text))?.text ?? ''
  if (/^\S+:\s+(?:No\. Harmonics:|FAILED\s*$)/.test(text)) return 'xyce'
  const name = assignment.exec(text)?.[1]
  if (name === undefined) return null
  const isXyce = name === name.toUpperCase() && !lines.some((line) => /^\s*alter#\s*=/.test(line.text))
  return isXyce ? 'xyce' : 'name-value'
}

const assignment =
  /^\s*([^\s=]+)\s*=\s*(?:[+-]?(?:[\d.]\S*|nan(?:\([a-z0-9_]*\))?|inf(?:inity)?)|failed|error)(?:\s|$)/i
const csvNames = /,\s*alter#\s*(?:,|$)/
const deckLine =
  /^\s*(?:\*|\+|\.(?:ac|data|dc|end|ends|global|inc|include|lib|meas|measure|model|op|option|options|param|print|probe|protect|subckt|temp|tran)\b)/i

function holdsValuesOnly(line: Line): boolean {
  return tokensOf(line.text).every(
    (token) => parseNumber(token) !== null || /^(?:failed|error)$/i.test(token),
  )
}

function looksLike(lines: readonly Line[], first: string): string {
  const start = lines.slice(0, 200).map(({ text }) => text.trim())
  const foreign = foreignLines.find(({ sign }) => start.some((text) => sign.test(text)))
  if (foreign !== undefined) return foreign.name
  if (lines.slice(0, 200).some((line) => deckLine.test(line.text))) return 'a netlist'
  const controls = first.replace(/[^\u0000-\u0008\u000e-\u001f\ufffd]/g, '').length
  if (controls > first.length / 5) return 'binary data'
  return `it begins ${quoted(first.trim())}`
}
