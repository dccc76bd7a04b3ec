import { agree, combine, ownValueOf } from './combine-results.ts'
import {
  noMeasurementSources,
  noOtherSources,
  type Origin,
  type OtherSource,
  type Rank,
  rankOf,
} from './provenance.ts'
import { type Result, resultStatus } from './result.ts'

/** What one file tells of a row. */
export interface Telling extends Origin {
  /** The import that brought it. */
  import_id: string | null
  measurements: Readonly<Record<string, number | null>>
  failed: Readonly<Record<string, string>>
  /** Set where the file has fewer values than names. */
  doubtful?: true
}

/** A row of a file, or of the database, with its import. */
type BroughtRow = Result & { import_id: string | null }

/** A row that was read from one file. */
export const tellingOf = (row: Result, import_id: string | null): Telling => ({
  ...{ source: row.source, file: row.mt0_file_path, line: row.source_line, import_id },
  ...{ measurements: row.measurements, failed: row.failed },
  ...(row.doubtful === true ? { doubtful: true } : {}),
})

/** What the file of a stored row tells of it: not what an earlier import read in it, which was kept when it vanished. */
export function ownTelling(row: BroughtRow): Telling {
  const telling = tellingOf(row, row.import_id)
  if (row.measurement_sources === noMeasurementSources) return telling
  const own = Object.keys(row.measurements).flatMap((name): [string, number | null][] => {
    const value = ownValueOf(row, name)
    return value === undefined ? [] : [[name, value]]
  })
  return withFailures(telling, Object.fromEntries(own), row)
}

/** What the file of a stored row tells of it as a row: as if it had been read again. */
export function ownRow(row: BroughtRow): Result {
  const { measurements, failed } = ownTelling(row)
  return {
    ...row,
    ...{ measurements, failed, status: resultStatus(failed) },
    ...{ other_sources: noOtherSources, measurement_sources: noMeasurementSources },
  }
}

/** The texts of what failed are kept of the row's values alone. */
function withFailures(
  telling: Omit<Telling, 'measurements' | 'failed'>,
  measurements: Telling['measurements'],
  row: BroughtRow,
): Telling {
  const failed = Object.keys(measurements).filter((name) => measurements[name] === null)
  return {
    ...telling,
    measurements,
    failed: Object.fromEntries(
      failed.map((name) => [name, Object.hasOwn(row.failed, name) ? row.failed[name]! : 'failed']),
    ),
  }
}

/**
 * What another source of a stored row tells of its measurements; null where that is not known, as an earlier version
 * stored of a source only that it does not agree.
 */
export function otherTelling(row: BroughtRow, other: OtherSource): Telling | null {
  const { source, file, line, agrees, differs = {}, lacks = [], import_id = row.import_id } = other
  const doubtful = other.doubtful === true ? ({ doubtful: true } as const) : {}
  if (!agrees && other.differs === undefined) return null
  const told = Object.entries(row.measurements).filter(([name]) => !lacks.includes(name))
  const measurements = Object.fromEntries([...told, ...Object.entries(differs)])
  return withFailures({ source, file, line, import_id, ...doubtful }, measurements, row)
}

/** A source of a row that was not taken, with all that tells it from the row; names are sorted, to be compared. */
export function toOtherSource(
  { source, file, line, import_id, measurements, doubtful }: Telling,
  row: Pick<BroughtRow, 'measurements' | 'import_id'>,
): OtherSource {
  const lacks = lackingIn(measurements, row)
  const differs = Object.keys(measurements)
    .filter((name) =>
      Object.hasOwn(row.measurements, name)
        ? row.measurements[name] !== measurements[name]
        : measurements[name] === null,
    )
    .sort()
  return {
    ...{ source, file, line, agrees: agree(row, { measurements }) },
    ...(differs.length > 0
      ? { differs: Object.fromEntries(differs.map((name) => [name, measurements[name]!])) }
      : {}),
    ...(doubtful === true ? { doubtful } : {}),
    ...(lacks.length > 0 ? { lacks } : {}),
    ...(import_id === row.import_id ? {} : { import_id }),
  }
}

/** The measurements of a row that a source does not tell. */
export const lackingIn = (
  measurements: Readonly<Record<string, unknown>>,
  row: Pick<Result, 'measurements'>,
): string[] =>
  Object.keys(row.measurements)
    .filter((name) => !Object.hasOwn(measurements, name))
    .sort()

/**
 * Adds to a row the measurements that it does not have and other sources tell: a number may stand behind a source where
 * it failed, and that source gave way since.
 */
export const filledFrom = (row: BroughtRow, tellings: readonly Telling[], rank: Rank): Result =>
  [...tellings]
    .sort((a, b) => rankOf(a, rank) - rankOf(b, rank))
    .reduce<Result>((filled, { import_id, measurements, failed, doubtful, ...origin }) => {
      const more = Object.entries(measurements).filter(([name]) => !Object.hasOwn(filled.measurements, name))
      if (more.length === 0) return filled
      if (doubtful === true && filled.doubtful !== true) return filled
      const teller: Result = {
        ...row,
        ...{ source: origin.source, mt0_file_path: origin.file, source_line: origin.line },
        ...{ measurements: Object.fromEntries(more), failed: { ...failed }, status: resultStatus(failed) },
        ...{ other_sources: noOtherSources, measurement_sources: noMeasurementSources },
      }
      const loserImport = import_id === row.import_id ? null : import_id
      const combined = combine(filled, teller, { rank, newer: 'winner', loserImport })
      return origin.file === row.mt0_file_path ? asOwn(combined, teller) : combined
    }, row)

/** A row to which these values of its own file were added. */
function asOwn(row: Result, { measurements }: Pick<Result, 'measurements'>): Result {
  const isTaken = ([name]: [string, unknown]): boolean => !Object.hasOwn(measurements, name)
  const taken = Object.entries(row.measurement_sources).filter(isTaken)
  return {
    ...row,
    measurement_sources: taken.length === 0 ? noMeasurementSources : Object.fromEntries(taken),
  }
}
