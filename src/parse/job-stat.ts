import { type PvtPoint, toPoint } from '../domain/point.ts'
import type { Problem } from '../domain/problem.ts'
import { quoted, splitLines } from './text.ts'

/** What the flow's own check found: `Done`, `not-complete, check if error`, `not-start`. */
export type CheckVerdict = 'done' | 'incomplete' | 'not_started'

export interface CheckedPoint {
  point: PvtPoint
  verdict: CheckVerdict
  /** As it stands in the file. */
  text: string
  line: number
}

export interface JobStat {
  /** In file order; where a point stands twice, the later line is the newer. */
  checked: CheckedPoint[]
  problems: Problem[]
}

/**
 * Reads job_stat.log: a line `TT typical m40 v1min    Done` per point below `corners   status`. Several supplies stand
 * joined (`v1min_v2max`) or apart. A last line without newline is left out unless the file is `final`. A line that
 * names a point and a verdict that is not known is a problem; what names no point means nothing. Source: formats.md,
 * section 8.
 */
export function parseJobStat(text: string, { final = false } = {}): JobStat {
  const checked: CheckedPoint[] = []
  const problems: Problem[] = []
  for (const line of splitLines(text)) {
    if (!line.terminated && !final) continue
    const read = readPoint(line.text.trim().split(/\s+/))
    if (read === null) continue
    const verdict = verdictOf(read.text)
    if (verdict === null) {
      const message = `expected Done, not-complete or not-start, found ${quoted(read.text)}: the line is left out`
      problems.push({ line: line.number, level: 'warning', message })
    } else checked.push({ ...read, verdict, line: line.number })
  }
  return { checked, problems }
}

function readPoint(words: readonly string[]): { point: PvtPoint; text: string } | null {
  const [corner = '', extraction = '', temperature = '', ...rest] = words
  const voltages = rest.findIndex((word) => !/^v[1-3][a-z]/i.test(word))
  const supplies = rest.slice(0, voltages < 0 ? rest.length : voltages)
  const point = supplies.length === 0 ? null : toPoint(corner, extraction, temperature, supplies.join('_'))
  return point && { point, text: rest.slice(supplies.length).join(' ') }
}

function verdictOf(text: string): CheckVerdict | null {
  if (/^done\b/i.test(text)) return 'done'
  if (/^not[-_ ]?complete/i.test(text)) return 'incomplete'
  return /^not[-_ ]?start/i.test(text) ? 'not_started' : null
}
