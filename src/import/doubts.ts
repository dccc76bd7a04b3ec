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
  if (creport === null) return isOfPaths
  return (file, point, isRead) =>
    isOfPaths(file) || (file === creport.file && isInDoubt(creport.doubt, point, isRead))
}

type Doubtful = Pick<Sources, 'doubtful' | 'doubtfulCreport'>

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
