import type { Change } from '../domain/change.ts'

/**
 * A spool file as a change, or why it is none. Plain sh can write it (README, "In your flow"): the line
 * `pvt-change 1`, lines of a name, a blank and a value, an empty line, then the words of the command, each ended by a
 * NUL character, which no word can hold. `job` may be left out.
 */
export function parseSpooledChange(text: string): Change | { refused: string } {
  const end = text.indexOf('\n\n')
  const [head, ...lines] = (end < 0 ? text : text.slice(0, end)).split('\n')
  if (head !== 'pvt-change 1') return { refused: "it does not begin with 'pvt-change 1'" }
  if (end < 0 || !text.endsWith('\0')) return { refused: 'it is cut off' }
  const fields = new Map(lines.map(toField))
  const missing = required.find((name) => (fields.get(name) ?? '') === '')
  if (missing !== undefined) return { refused: `its line '${missing}' is missing` }
  const at = new Date(fields.get('at')!)
  if (!instant.test(fields.get('at')!) || Number.isNaN(at.getTime())) {
    return { refused: `'${fields.get('at')!}' is no instant (2026-01-31T08:15:00Z is one)` }
  }
  const job = fields.get('job') ?? ''
  return {
    change_id: fields.get('id')!,
    at: at.toISOString(),
    database: fields.get('database')!,
    user: fields.get('user')!,
    host: fields.get('host')!,
    cwd: fields.get('cwd')!,
    job: job === '' ? null : job,
    words: text.slice(end + 2, -1).split('\0'),
  }
}

const required = ['id', 'at', 'database', 'user', 'host', 'cwd']

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

function toField(line: string): [string, string] {
  const blank = line.indexOf(' ')
  return blank < 0 ? [line, ''] : [line.slice(0, blank), line.slice(blank + 1)]
}
