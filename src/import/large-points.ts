import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem, Problem } from '../domain/problem.ts'
import { rankWith } from '../domain/provenance.ts'
import type { ResultSource } from '../domain/measurement.ts'
import type { Result } from '../domain/result.ts'
import { PvtError } from '../errors.ts'
import { ProblemList } from '../parse/problem-list.ts'
import type { ReadFile } from '../store/imports.ts'
import type { ImportSession } from './import-session.ts'
import { MeasureRows, unreadLines } from './measure-rows.ts'
import { groupByKey, measuredResult, mergeRow, type Merged, toResult } from './merge-sources.ts'
import { readPieces } from './read-file.ts'
import type { SourceRow, Sources } from './read-sources.ts'
import { anotherVersion, refuseLongNames, TemperCheck, withoutPath } from './row-problems.ts'
import { RowNumbers } from './row-numbers.ts'

/** A point with a measure file that is too large to be held. */
export interface LargePoint {
  point: PvtPoint
  files: LargeFile[]
  /** The rows of its other files, with their places among all rows that were read. */
  rows: { row: SourceRow; place: number }[]
}

export interface LargeFile {
  path: string
  netlist: string | null
  /** The file of the same name and point that was found before it: then this one is only compared. */
  copyOf: { path: string; sha256: string | null } | null
  /** How many rows were read from the files before it. */
  rowsBefore: number
}

/** What one large file was, as its reading told; the file is null when it could not be read to its end. */
export interface LargeFileRead {
  file: ReadFile | null
  problems: FileProblem[]
  /** Its path, when not all of it is known to have been read. */
  doubtful: string[]
}

/**
 * Reads the points with large files, portion by portion, into the session; each row meets what other sources tell of
 * it. Memory: one portion, and the rows of the other sources.
 *
 * @throws the reason of the watch's signal, between two portions.
 */
export async function* storeLargePoints(
  session: Pick<ImportSession, 'store'>,
  { large, unread, progress }: Pick<Sources, 'large' | 'unread' | 'progress'>,
  { prefer = null }: { prefer?: ResultSource | null },
): AsyncGenerator<LargeFileRead> {
  const rank = rankWith(prefer)
  const digests = new Map<string, string>()
  for (const { point, files, rows } of large) {
    const name = pointName(point)
    const numbers = new RowNumbers(unread.filter((row) => pointName(row.point) === name))
    const isMeasured = ({ row }: { row: SourceRow }): boolean => row.source === 'measure'
    const beside = groupByKey(
      rows.filter((one) => !isMeasured(one)).map(({ row }) => row),
      numbers,
    )
    const store = async (results: Result[]): Promise<void> => {
      const merged: Merged = { results, disagreements: [] }
      if (beside.size > 0) {
        merged.results = []
        merged.tellings = []
        for (const result of results) {
          const key = `${name} ${result.alter_number} ${result.row_number}`
          const others = beside.get(key) ?? []
          beside.delete(key)
          mergeRow([result, ...others], rank, merged)
        }
      }
      await session.store(merged)
    }
    const storeSmall = (few: readonly { row: SourceRow }[]): Promise<void> =>
      store(few.map(({ row }) => toResult(row, numbers.next(row, row))))
    const small = rows.filter(isMeasured)
    for (const file of files) {
      while (small[0] !== undefined && small[0].place < file.rowsBefore) await storeSmall([small.shift()!])
      yield await readLargeFile(file, point, { numbers, store, digests, progress })
    }
    await storeSmall(small)
    const merged: Merged = { results: [], disagreements: [], tellings: [] }
    for (const group of beside.values()) mergeRow(group, rank, merged)
    await session.store(merged)
  }
}

interface Reading {
  numbers: RowNumbers
  store: (results: Result[]) => Promise<void>
  /** By path, of the large files that were read. */
  digests: Map<string, string>
  progress: Sources['progress']
}

async function readLargeFile(
  { path, netlist, copyOf }: LargeFile,
  point: PvtPoint,
  { numbers, store, digests, progress }: Reading,
): Promise<LargeFileRead> {
  const problems = new ProblemList()
  const parser = copyOf === null ? new MeasureRows() : null
  const place = { source: 'measure', point, file: path, netlist } as const
  const temper = new TemperCheck(point)
  let numbered = 0
  /** A record that could not be read keeps its number: it must be known before the rows behind it. */
  const skip = (lines: readonly number[]): void => {
    for (const line of lines) {
      numbers.skip({ ...place, line })
      numbered = line
    }
  }
  const take = async (rows: ReturnType<MeasureRows['push']>): Promise<void> => {
    skip(parser?.unread() ?? [])
    if (rows.length === 0) return
    numbered = Math.max(numbered, rows.at(-1)!.line)
    temper.look(rows)
    await store(rows.map((row) => measuredResult(row, place, numbers.next(place, row))))
  }
  let file: ReadFile | null = null
  let stored = false
  try {
    const pieces = readPieces(path)
    for (;;) {
      const piece = pieces.next()
      if (piece.done === true) {
        file = piece.value
        break
      }
      const rows = parser?.push(piece.value) ?? []
      if (rows.length > 0) {
        refuseLongNames(rows)
        stored = true
      }
      await take(rows)
      progress.add(0, piece.value.length)
      await letOthersRun()
    }
    const end = parser?.end() ?? { rows: [], problems: [] }
    // The forms that are read at the end tell it in their problems alone.
    if (numbered === 0) skip(unreadLines(end.problems))
    await take(end.rows)
    for (const problem of end.problems) problems.tell(problem)
    digests.set(path, file.sha256)
    const first = copyOf && (digests.get(copyOf.path) ?? copyOf.sha256)
    if (copyOf !== null && first !== file.sha256) problems.tell(anotherVersion(copyOf.path))
  } catch (error) {
    if (!(error instanceof PvtError) || error.exitCode === 5) throw error
    if (stored) throw damagedBehind(path, error)
    problems.tell({ line: null, level: 'error', message: withoutPath(error.message, path) })
  }
  const doubtful = problems.length > 0 ? [path] : []
  if (temper.problem !== null) problems.tell(temper.problem)
  progress.add(1, 0)
  return {
    file,
    doubtful,
    problems: problems.list().map((problem: Problem): FileProblem => ({ file: path, ...problem })),
  }
}

/** The rows that were given before are void: something else wrote into the file, or the disk failed. */
const damagedBehind = (path: string, error: PvtError): PvtError =>
  new PvtError(
    'bad_input',
    `${path}: ${withoutPath(error.message, path)}: what was read of it before cannot be trusted`,
    'nothing was stored: copy the file again, or move it away and import the others',
  )

/** Signals are delivered between two portions only. */
const letOthersRun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
