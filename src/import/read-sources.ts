import { basename } from 'node:path'
import type { MeasuredRow, ResultSource } from '../domain/measurement.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem, Problem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import { type CornerReport, parseCornerReport, parseCornerReportName } from '../parse/corner-report.ts'
import { type Creport, parseCreport } from '../parse/creport.ts'
import { parseMeasureFile, toMeasuredRows } from '../parse/measure-file.ts'
import type { ReadFile } from '../store/imports.ts'
import { type FoundFiles, type FoundMeasure, reportsBeside } from './find-files.ts'
import { readTextFile, type TextFile } from './read-file.ts'

/** One row as one file tells it. */
export interface SourceRow extends MeasuredRow {
  point: PvtPoint
  source: ResultSource
  file: string
  netlist: string | null
}

/** Everything that the files say, and what could not be read. */
export interface Sources {
  rows: SourceRow[]
  files: ReadFile[]
  /** Points that a report or a measure file was written for, with values or without. */
  attempted: PvtPoint[]
  problems: FileProblem[]
}

/**
 * Reads all found files. A file that cannot be read is a problem in the answer, never the end of the others.
 * `point` is the point of a single measure file whose path does not tell it; `onFile` is called at each file.
 */
export function readSources(
  found: FoundFiles,
  point: PvtPoint | null,
  onFile: () => void = () => undefined,
): Sources {
  const reader = new Reader(found.problems, onFile)
  for (const measure of found.measures) reader.measureFile({ ...measure, point: measure.point ?? point })
  // creport.txt spells the extractions out, which the reports' names run together with the corner: it is read first.
  const creport = found.creport === null ? null : reader.open(found.creport)
  const extractions = creport === null ? [] : extractionsIn(creport.text)
  for (const report of found.reports) reader.cornerReport(report, extractions)
  if (creport !== null) reader.creport(creport)
  return reader.sources
}

class Reader {
  readonly sources: Sources
  readonly #onFile: () => void
  #namesOfReports: string[] | undefined
  /** The first file of each point and name: the same one in another folder is a copy. */
  readonly #measured = new Map<string, TextFile>()

  constructor(problems: readonly FileProblem[], onFile: () => void) {
    this.#onFile = onFile
    this.sources = { rows: [], files: [], attempted: [], problems: [...problems] }
  }

  open(path: string): TextFile | null {
    this.#onFile()
    try {
      const file = readTextFile(path)
      this.sources.files.push({ path, size: file.size, sha256: file.sha256 })
      return file
    } catch (error) {
      if (!(error instanceof PvtError)) throw error
      this.#problem(path, { line: null, level: 'error', message: withoutPath(error.message, path) })
      return null
    }
  }

  measureFile({ path, point, netlist }: FoundMeasure): void {
    const file = this.open(path)
    if (file === null) return
    const parsed = parseMeasureFile(file.text)
    this.#problems(path, parsed.problems)
    if (point === null) {
      this.#problem(path, {
        line: null,
        level: 'error',
        message:
          'its folders do not tell its PVT point: name it with --corner --extraction --temperature --voltage',
      })
      return
    }
    if (this.#isCopy(file, point)) return
    this.sources.attempted.push(point)
    this.#rows('measure', path, netlist, point, toMeasuredRows(parsed))
  }

  /** Files of other names beside each other are other rows of the point (alters); the same name elsewhere is not. */
  #isCopy(file: TextFile, point: PvtPoint): boolean {
    const key = `${pointName(point)} ${basename(file.path)}`
    const first = this.#measured.get(key)
    if (first === undefined) {
      this.#measured.set(key, file)
      return false
    }
    if (first.sha256 !== file.sha256) {
      const message = `another version of ${first.path}, of the same point: not read`
      this.#problem(file.path, { line: null, level: 'warning', message })
    }
    return true
  }

  cornerReport(path: string, extractions: readonly string[]): void {
    const file = this.open(path)
    if (file === null) return
    const point = parseCornerReportName(basename(path), extractions)
    if (point === null) {
      const message =
        'its name does not tell its PVT point: expected report_<corner>_<extraction>_<temperature>_<voltage>.txt'
      this.#problem(path, { line: null, level: 'error', message })
      return
    }
    const report = parseCornerReport(file.text)
    this.#problems(path, report.problems)
    this.sources.attempted.push(point)
    this.#namesOfReports ??= columnsOf(report)
    this.#rows('report', path, null, point, report.rows)
  }

  creport(file: TextFile): void {
    const creport = readCreport(file, this.#namesOfReports)
    this.#problems(file.path, creport.problems)
    for (const { point, ...row } of creport.rows) {
      this.sources.rows.push({ ...row, point, source: 'creport', file: file.path, netlist: null })
    }
  }

  #rows(
    source: ResultSource,
    file: string,
    netlist: string | null,
    point: PvtPoint,
    rows: readonly MeasuredRow[],
  ): void {
    for (const row of rows) {
      this.sources.rows.push({ ...row, point, source, file, netlist })
      if (row.temper !== null && row.temper !== point.temperature_c) {
        const message = `temper is ${row.temper}, but the point ${pointName(point)} has ${point.temperature_c} °C`
        this.#problem(file, { line: row.line, level: 'warning', message })
      }
    }
  }

  #problems(file: string, problems: readonly Problem[]): void {
    for (const problem of problems) this.#problem(file, problem)
  }

  #problem(file: string, problem: Problem): void {
    this.sources.problems.push({ file, ...problem })
  }
}

/** Reads a creport.txt; the names that its header may lack come from a report, given or beside it. */
export function readCreport(
  { path, text }: Pick<TextFile, 'path' | 'text'>,
  names?: readonly string[],
): Creport {
  const creport = parseCreport(text, names)
  if (creport.namesInHeader || names !== undefined) return creport
  for (const report of reportsBeside(path)) {
    const found = columnsOf(parseCornerReport(readTextFile(report).text))
    if (found !== undefined) return parseCreport(text, found)
  }
  return creport
}

/** The columns of a report as creport.txt repeats them, the sweep first; undefined for a failed simulation. */
function columnsOf({ names, rows }: CornerReport): string[] | undefined {
  return names.length === 0 ? undefined : [...Object.keys(rows[0]?.sweep ?? {}), ...names]
}

const withoutPath = (message: string, path: string): string =>
  message.startsWith(path) ? message.slice(path.length).replace(/^:? /, '') : message

/** The second field of every line of values. A field that is none does no harm: no report's name holds it. */
function extractionsIn(creport: string): string[] {
  const names = new Set<string>()
  for (const line of creport.split('\n')) {
    const [corner, extraction, temperature] = line.split('\t', 3)
    if (corner !== 'process' && extraction !== undefined && temperature !== undefined) names.add(extraction)
  }
  return [...names]
}
