import type { PvtPoint } from '../domain/point.ts'
import type { Problem } from '../domain/problem.ts'
import { quoted, splitLines } from './text.ts'

/** A simulation's number on the farm, as text: farms count past 2^31. */
export interface FarmId {
  id: string
  line: number
}

export interface JobLog {
  /** In the order of the flow's loops. */
  ids: FarmId[]
  problems: Problem[]
}

/**
 * Reads job_log.txt: what the farm answered to each submission, `… (JobID 1485860309, Class …)`. A last line without
 * newline is left out unless the file is `final`. Source: formats.md, section 8.
 */
export function parseJobLog(text: string, { final = false } = {}): JobLog {
  const ids: FarmId[] = []
  const problems: Problem[] = []
  for (const line of splitLines(text)) {
    if (!line.terminated && !final) continue
    const found = /\(\s*JobID\s+([^\s,)]+)/i.exec(line.text)?.[1]
    if (found === undefined) continue
    if (/^\d{1,20}$/.test(found)) ids.push({ id: found, line: line.number })
    else {
      const message = `expected the digits of a farm's job id, found ${quoted(found)}: the line is left out`
      problems.push({ line: line.number, level: 'warning', message })
    }
  }
  return { ids, problems }
}

/** The points that one submission of the flow sends to the farm, in loop order, and the ids that they got so far. */
export interface FarmBatch {
  points: readonly PvtPoint[]
  ids: string[]
}

/**
 * The batch of points that the flow submits with its stage `run`: in mode polo those of the one extraction, else all.
 */
export const farmBatch = (points: readonly PvtPoint[], extraction: string | null): FarmBatch => ({
  points: extraction === null ? points : points.filter((point) => point.extraction === extraction),
  ids: [],
})

/**
 * Hands out new ids, in file order, to the points of the open batches: the first that still lacks some is filled before
 * the next. Gives the ids with their points, and those for which no point is left. Nothing in the file says which id is
 * whose, so a submission that the farm refused moves all behind it, up to the end of its batch.
 */
export function assignFarmIds(
  ids: readonly string[],
  batches: readonly FarmBatch[],
): { matched: { point: PvtPoint; id: string }[]; unmatched: string[] } {
  const matched: { point: PvtPoint; id: string }[] = []
  const unmatched: string[] = []
  for (const id of ids) {
    const batch = batches.find((open) => open.ids.length < open.points.length)
    if (batch === undefined) {
      unmatched.push(id)
      continue
    }
    matched.push({ point: batch.points[batch.ids.length]!, id })
    batch.ids.push(id)
  }
  return { matched, unmatched }
}
