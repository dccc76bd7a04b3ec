import type { MeasuredRow, ResultSource } from '../domain/measurement.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem, Problem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import { cornerReportNames, parseCornerReport } from '../parse/corner-report.ts'
import { KnownHeads } from '../parse/known-heads.ts'
import type { ReadFile } from '../store/imports.ts'
import { type FoundFiles, type FoundMeasure, stillThere } from './find-files.ts'
import type { DoubtfulCreport } from './doubts.ts'
import type { LargePoint } from './large-points.ts'
import { measureRows, unreadLines } from './measure-rows.ts'
import { columnsOf, extractionsIn, readCreport } from './read-creport.ts'
import { readSmallFile, readTextFile, smallFile, smallFiles, type TextFile, toTextFile } from './read-file.ts'
import type { UnreadRow } from './row-numbers.ts'
import {
  anotherVersion,
  refuseLongName,
  refuseLongNames,
  TemperCheck,
  unknownPoint,
  withoutPath,
} from './row-problems.ts'
import { type SourceRow, toSourceRow } from './source-row.ts'
import { type Fetched, nothingFetched } from './together.ts'
import { Progress, type Watch } from './watch.ts'

export type { SourceRow } from './source-row.ts'

/** Everything that the files say, and what could not be read. */
export interface Sources {
  rows: SourceRow[]
  files: ReadFile[]
  /** When a measure file was last written, milliseconds since 1970, by its path; the files of the rows only. */
  writtenMs: Map<string, number>
  /** The same of netlists, as far as it is known already. */
  netlistsMs: ReadonlyMap<string, number>
  /** Points that a report or a measure file was written for, with values or without. */
  attempted: PvtPoint[]
  /** Rows that could not be read though it is known where they belong. */
  unread: UnreadRow[]
  /** Points with measure files that are too large to be held; they are read when they are stored. */
  large: LargePoint[]
  problems: FileProblem[]
  /** Files and folders that could not be read, or perhaps not all of them: nothing of them is known to have vanished. */
  doubtful: string[]
  doubtfulCreport?: DoubtfulCreport
  progress: Progress
}

/**
 * Reads all found files but large ones. A file that cannot be read is a problem in the answer, never the end of the
 * others. `point` is the point of a single measure file whose path does not tell it; `fetched` what of the files is
 * there already.
 *
 * @throws the reason of the watch's signal.
 */
export function readSources(
  found: FoundFiles,
  point: PvtPoint | null,
  watch: Watch = {},
  fetched: Fetched = nothingFetched,
): Sources {
  const filesTotal = found.measures.length + found.reports.length + (found.creport === null ? 0 : 1)
  const reader = new Reader(found, fetched, fetched.progress ?? new Progress(watch, filesTotal))
  for (const measure of found.measures) reader.measureFile({ ...measure, point: measure.point ?? point })
  // creport.txt spells the extractions out, which the reports' names run together with the corner: it is read first.
  const creport = found.creport === null ? null : reader.open(found.creport)
  const pointOf = cornerReportNames(creport === null ? [] : extractionsIn(creport.text))
  for (const report of found.reports) reader.cornerReport(report, pointOf)
  if (creport !== null) reader.creport(creport)
  return reader.withLargePoints()
}

class Reader {
  readonly sources: Sources
  #namesOfReports: string[] | undefined
  /** The first file of each point and name: the same one in another folder is a copy. */
  readonly #measured = new Map<string, { path: string; sha256: string | null }>()
  #bytesLeft = smallFiles
  readonly #heads = new KnownHeads()
  readonly #large = new Map<string, LargePoint>()
  #checkedNames: readonly string[] | null = null
  readonly #fetched: Fetched['files']

  constructor(found: FoundFiles, { files, netlistsMs }: Fetched, progress: Progress) {
    const { problems } = found
    this.#fetched = files
    this.sources = {
      ...{ rows: [], files: [], writtenMs: new Map(), netlistsMs, attempted: [], unread: [], large: [] },
      ...{ problems: [...problems], progress },
      doubtful: [...problems.map(({ file }) => file), ...stillThere(found)],
    }
  }

  open(path: string): TextFile | null {
    return this.#tried(path, () => {
      const fetched = this.#fetched.get(path)
      const file = fetched === undefined ? readTextFile(path) : toTextFile(fetched)
      this.#done(file)
      return file
    })
  }

  measureFile(measure: FoundMeasure): void {
    this.#tried(measure.path, () => {
      this.#readMeasure(measure)
    })
  }

  #readMeasure({ path, point, netlist }: FoundMeasure): void {
    const most = Math.min(smallFile, this.#bytesLeft)
    const fetched = this.#fetched.get(path)
    const file = fetched !== undefined && fetched.size <= most ? fetched : readSmallFile(path, most)
    if (file === null) {
      this.#largeFile({ path, point, netlist })
      return
    }
    const { rows, problems } = measureRows(file.bytes, this.#heads)
    refuseLongNames(rows)
    this.#done(file)
    this.#bytesLeft -= file.size
    this.#problems(path, problems)
    if (point === null) this.#problem(path, { line: null, level: 'error', message: unknownPoint })
    if (point === null || this.#isCopy(file, point)) return
    this.sources.attempted.push(point)
    this.sources.writtenMs.set(path, file.writtenMs)
    this.#unread('measure', path, point, unreadLines(problems))
    this.#rows('measure', path, netlist, point, rows)
  }

  /** A large file keeps its place among the files of its point: rows are numbered in the order of the files. */
  #largeFile({ path, point, netlist }: FoundMeasure): void {
    if (point === null) {
      this.#problem(path, { line: null, level: 'error', message: unknownPoint })
      return
    }
    this.sources.attempted.push(point)
    const name = pointName(point)
    const large = this.#large.get(name) ?? { point, files: [], rows: [] }
    this.#large.set(name, large)
    const first = this.#measured.get(`${name} ${fileNameOf(path)}`)
    if (first === undefined) this.#measured.set(`${name} ${fileNameOf(path)}`, { path, sha256: null })
    large.files.push({ path, netlist, copyOf: first ?? null, rowsBefore: this.sources.rows.length })
  }

  /** Files of other names beside each other are other rows of the point (alters); the same name elsewhere is not. */
  #isCopy(file: ReadFile, point: PvtPoint): boolean {
    const key = `${pointName(point)} ${fileNameOf(file.path)}`
    const first = this.#measured.get(key)
    if (first === undefined) {
      this.#measured.set(key, file)
      return false
    }
    if (first.sha256 !== file.sha256) this.#problem(file.path, anotherVersion(first.path))
    return true
  }

  /** Everything that was read; the rows of points with a large file are kept apart, in the order of their files. */
  withLargePoints(): Sources {
    const { sources } = this
    if (this.#large.size === 0) return sources
    sources.large = [...this.#large.values()]
    const rest: SourceRow[] = []
    for (const [index, row] of sources.rows.entries()) {
      const large = this.#large.get(pointName(row.point))
      if (large === undefined) rest.push(row)
      else large.rows.push({ row, place: index })
    }
    sources.rows = rest
    return sources
  }

  cornerReport(path: string, pointOf: (fileName: string) => PvtPoint | null): void {
    const file = this.open(path)
    if (file === null) return
    const point = pointOf(fileNameOf(path))
    if (point === null) {
      const message =
        'its name does not tell its PVT point: expected report_<corner>_<extraction>_<temperature>_<voltage>.txt'
      this.#problem(path, { line: null, level: 'error', message })
      return
    }
    const report = parseCornerReport(file.text)
    const rows = this.#shortNames(path, report.names) ? report.rows : []
    this.#problems(path, report.problems)
    this.sources.attempted.push(point)
    this.#unread('report', path, point, report.unreadLines)
    this.#namesOfReports ??= columnsOf(report)
    this.#rows('report', path, null, point, rows)
  }

  creport(file: TextFile): void {
    const creport = readCreport(file, this.#namesOfReports)
    const { path } = file
    this.sources.problems.push(...creport.problems.map((problem) => ({ file: path, ...problem })))
    this.sources.doubtfulCreport = { file: path, doubt: creport.doubt }
    for (const { point, line } of creport.unread) this.#unread('creport', path, point, [line])
    for (const row of this.#shortNames(path, creport.names) ? creport.rows : [])
      this.sources.rows.push(
        toSourceRow(row, { point: row.point, source: 'creport', file: path, netlist: null }),
      )
  }

  /** Whether no name is too long; the reports of a run share their names. */
  #shortNames(path: string, names: readonly string[]): boolean {
    if (names === this.#checkedNames) return true
    const isFine = this.#tried(path, () => (names.forEach(refuseLongName), true)) ?? false
    if (isFine) this.#checkedNames = names
    return isFine
  }

  #unread(source: ResultSource, file: string, point: PvtPoint, lines: readonly number[]): void {
    for (const line of lines) this.sources.unread.push({ source, file, point, line })
  }

  #rows(
    source: ResultSource,
    file: string,
    netlist: string | null,
    point: PvtPoint,
    rows: readonly MeasuredRow[],
  ): void {
    for (const row of rows) this.sources.rows.push(toSourceRow(row, { point, source, file, netlist }))
    const temper = new TemperCheck(point)
    temper.look(rows)
    // Its values may be of another simulation, but all of them were read.
    if (temper.problem !== null) this.sources.problems.push({ file, ...temper.problem })
  }

  /** What `read` gives; a failure of the file is a problem, and null. */
  #tried<T>(path: string, read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof PvtError)) throw error
      this.#problem(path, { line: null, level: 'error', message: withoutPath(error.message, path) })
      return null
    }
  }

  #done({ path, size, sha256 }: ReadFile): void {
    this.sources.files.push({ path, size, sha256 })
    if (!this.#fetched.has(path)) this.sources.progress.add(1, size)
  }

  #problems(file: string, problems: readonly Problem[]): void {
    for (const problem of problems) this.#problem(file, problem)
  }

  #problem(file: string, problem: Problem): void {
    this.sources.problems.push({ file, ...problem })
    if (this.sources.doubtful.at(-1) !== file) this.sources.doubtful.push(file)
  }
}

/** What `basename` gives for a file; it looks at each character, which takes longer than reading the report. */
const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
