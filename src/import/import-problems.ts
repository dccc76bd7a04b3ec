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

/** Whether a file that was read once is one of these paths, or lies below one of them. */
export function doubtfulFiles(paths: readonly string[]): (file: string) => boolean {
  if (paths.length === 0) return () => false
  const places = new Set(paths.map(withoutResult))
  return (file) => {
    let place = withoutResult(file)
    while (!places.has(place)) {
      const above = place.slice(0, place.lastIndexOf('/'))
      if (above === place || above === '') return false
      place = above
    }
    return true
  }
}

/** A row keeps the name under which its measure file was found first, and the flow moves that to `result/`. */
const withoutResult = (path: string): string => path.replace(/\/result(?=\/[^/]*$|$)/, '')

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
