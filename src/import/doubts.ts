import type { PvtPoint } from '../domain/point.ts'
import { type CreportDoubt, isInDoubt } from '../parse/creport-doubt.ts'
import type { Sources } from './read-sources.ts'

/**
 * Whether a file may tell a row of a point that was not read from it; with `isRead`, a measurement of a row that was.
 * What may merely be unreadable has not vanished.
 */
export type IsDoubtful = (file: string, point: PvtPoint, isRead: boolean) => boolean

/** The doubts of what was read. A creport.txt tells of many points: there only those of damaged rows are in doubt. */
export function doubtsOf({ doubtful, doubtfulCreport: creport }: Doubtful): IsDoubtful {
  const isOfPaths = doubtfulFiles(doubtful)
  if (creport === undefined) return isOfPaths
  return (file, point, isRead) =>
    isOfPaths(file) || (file === creport.file && isInDoubt(creport.doubt, point, isRead))
}

type Doubtful = Pick<Sources, 'doubtful' | 'doubtfulCreport'>

/** Whether a file was read and does not tell a row of a point that it may have told before. */
export type TellsNoMore = (file: string, point: PvtPoint) => boolean

/** `files` may grow while large ones are read. */
export function goneFrom(files: readonly { path: string }[], isDoubtful: IsDoubtful): TellsNoMore {
  const places = new Set<string>()
  let known = 0
  return (file, point) => {
    for (; known < files.length; known += 1) places.add(withoutResult(files[known]!.path))
    return places.has(withoutResult(file)) && !isDoubtful(file, point, false)
  }
}

/** Whether two paths are those of one file, before and after the flow has moved it to `result/`. */
export const isSameFile = (one: string, other: string): boolean =>
  one === other || withoutResult(one) === withoutResult(other)

export interface DoubtfulCreport {
  file: string
  doubt: CreportDoubt
}

/** Whether a file that was read once is one of these paths, or lies below one of them. */
function doubtfulFiles(paths: readonly string[]): (file: string) => boolean {
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
