import type { LocalReading } from '../domain/local-time.ts'
import type { Problem } from '../domain/problem.ts'
import type { StageName } from '../domain/stage.ts'
import { parseLocalStamp } from './local-stamp.ts'
import { quoted, splitLines } from './text.ts'

/** A line of script_logging.log that means something. Times are local and without a zone. */
export type ScriptLogEntry =
  /** To the minute. */
  | { kind: 'flow_start'; line: number; at: LocalReading }
  /** To the second. `extraction` is named by the runs of mode polo only. */
  | { kind: 'stage'; line: number; at: LocalReading; stage: StageName; extraction: string | null }
  /** Without a time; `hours` since the start, to the hundredth (36 s), where the line tells them. */
  | { kind: 'flow_end'; line: number; hours: number | null }

export interface ScriptLog {
  /** In file order; of several flows where several wrote into the file. */
  entries: ScriptLogEntry[]
  problems: Problem[]
}

/**
 * Reads script_logging.log, or the part of it that was added: what the flow's scripts say of their starts. A last line
 * without newline is half-written and left out, unless the file is `final`. Lines of any other kind mean nothing; times
 * that no clock shows are problems. Source: formats.md, section 8.
 */
export function parseScriptLog(text: string, { final = false } = {}): ScriptLog {
  const entries: ScriptLogEntry[] = []
  const problems: Problem[] = []
  for (const line of splitLines(text)) {
    if (!line.terminated && !final) continue
    const entry = readLine(line.text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ''), line.number)
    if (entry === null) continue
    if ('kind' in entry) entries.push(entry)
    else problems.push(entry)
  }
  return { entries, problems }
}

/** Not bound to the line's beginning: a file that ended inside a line takes the next start on the same one. */
const flowStart = /Auto_pvt script start at\s*:\s*(\d+)\s*$/i
const flowEnd = /Auto_pvt script completed(?:\s*,\s*time\s*:\s*(\d*\.?\d+))?/i
const stageStart = /^\s*(\d+)\s*::\s*(\S.*)$/

function readLine(text: string, line: number): ScriptLogEntry | Problem | null {
  const start = flowStart.exec(text)?.[1]
  if (start !== undefined) {
    const at = parseLocalStamp(start)
    return at === null ? noTime(start, line) : { kind: 'flow_start', line, at }
  }
  const end = flowEnd.exec(text)
  if (end !== null) return { kind: 'flow_end', line, hours: end[1] === undefined ? null : Number(end[1]) }
  const [, stamp = '', phrase = ''] = stageStart.exec(text) ?? []
  const stage = stageOf(phrase)
  if (stage === null) return null
  const at = parseLocalStamp(stamp)
  return at === null ? noTime(stamp, line) : { kind: 'stage', line, at, ...stage }
}

const noTime = (stamp: string, line: number): Problem => ({
  line,
  level: 'warning',
  message: `expected a time as YYYYMMDDHHmmss, found ${quoted(stamp)}: the line is left out`,
})

/** The scripts' own phrases first: a user script may be called after anything. */
const phrases: readonly { stage: StageName; pattern: RegExp }[] = [
  { stage: 'gen', pattern: /^Gen\b/i },
  { stage: 'run', pattern: /^Submit sim/i },
  { stage: 'ext', pattern: /^Data extract/i },
  { stage: 'srt', pattern: /^Data sort/i },
  { stage: 'bkp', pattern: /^Data back/i },
  { stage: 'usr', pattern: /user|\busr/i },
]

function stageOf(phrase: string): { stage: StageName; extraction: string | null } | null {
  const stage = phrases.find(({ pattern }) => pattern.test(phrase))?.stage
  if (stage === undefined) return null
  const extraction = stage === 'run' ? /\bextraction\s*:\s*([\w.+-]{1,255})/i.exec(phrase)?.[1] : undefined
  return { stage, extraction: extraction ?? null }
}
