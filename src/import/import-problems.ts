import type { FileProblem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import type { ImportSession } from './import-session.ts'
import type { StoreOptions } from './record-import.ts'

/** @throws `bad_input` when nothing could be read, or with `strict` not everything. */
export function refuseUnread(
  problems: readonly FileProblem[],
  { points }: { points: { size: number } },
  { strict }: { strict?: boolean },
): void {
  const errors = problems.filter((problem) => problem.level === 'error')
  const [first] = errors
  if (first === undefined || (strict !== true && points.size > 0)) return
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new PvtError('bad_input', `${problemText(first)}${others}`, 'nothing was stored')
}

/** `report/creport.txt:14: what is wrong`. */
export const problemText = ({ file, line, message }: FileProblem): string =>
  line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`

/** With a preferred source: a warning when not all points have it. */
export function preferenceProblem(
  session: ImportSession,
  { path, prefer = null }: StoreOptions,
): FileProblem[] {
  if (prefer === null) return []
  const others = session.points.size - session.preferred.size
  if (others === 0) return []
  const message = `${others} of ${session.points.size} points have no ${prefer}: the rawest other source was taken`
  return [{ file: path, line: null, level: 'warning', message }]
}
