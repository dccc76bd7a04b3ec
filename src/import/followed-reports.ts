import { join } from 'node:path'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { parseCornerReport, parseCornerReportName } from '../parse/corner-report.ts'
import { parseCreportKey } from '../parse/creport.ts'
import { type FileMark, GrowingFile, isSameMark } from './growing-file.ts'
import type { ReportVerdict } from './followed-point.ts'
import type { ExpectedPoints } from './point-folders.ts'
import { readTextFile } from './read-file.ts'
import { type FolderEntry, lstatOf, type OncePerPath } from './watched-folder.ts'

/** Whether a version of a file is of interest. */
export type Counts = (mark: FileMark) => boolean

/** The reports of the stage ext, wherever they lie, and what the stage srt put into creport.txt. */
export class FollowedReports {
  readonly #reports = new Map<string, Report>()
  readonly #creports = new Map<string, GrowingFile>()
  readonly #sorted = new Set<string>()

  constructor(
    readonly expected: ExpectedPoints,
    readonly problems: OncePerPath,
  ) {}

  /** The points with a row in creport.txt. */
  get sorted(): number {
    return this.#sorted.size
  }

  /** How many points have a report of this kind. */
  count(verdict: ReportVerdict): number {
    let count = 0
    for (const report of this.#reports.values()) if (report.verdict === verdict) count += 1
    return count
  }

  /** The points that have a report with values, or an empty one. */
  *judged(): Generator<PvtPoint> {
    for (const { point, verdict } of this.#reports.values()) if (verdict !== null) yield point
  }

  verdictOn(name: string): ReportVerdict | null {
    return this.#reports.get(name)?.verdict ?? null
  }

  /** Takes in what lies in a folder that may hold reports, and gives the points that they are of. */
  add(entries: readonly FolderEntry[]): PvtPoint[] {
    return entries.flatMap(({ name, path, isFolder }) => {
      const point = isFolder ? null : parseCornerReportName(name, this.expected.extractions)
      if (point === null || !this.expected.has(point)) return []
      const key = pointName(point)
      const known = this.#reports.get(key)
      if (known === undefined) this.#reports.set(key, { point, path, verdict: null, read: null })
      else known.path = path
      return [known?.point ?? point]
    })
  }

  /**
   * Reads the reports that were not complete yet; one with values is not read again. `isOver`: the stage ext has ended,
   * and what has no values by now never will.
   */
  look(counts: Counts, isOver: boolean): void {
    for (const report of this.#reports.values())
      if (report.verdict !== 'done') this.#read(report, counts, isOver)
  }

  #read(report: Report, counts: Counts, isOver: boolean): void {
    const mark = lstatOf(report.path, this.problems)
    if (mark === null || !counts(mark)) return
    const isSettled = isSameMark(mark, report.read)
    if (isSettled && report.verdict !== null) return
    report.read = mark
    const text =
      mark.size === 0 ? '' : (this.problems.guard(report.path, () => readTextFile(report.path).text) ?? '')
    const { rows, simulationFailed } = parseCornerReport(text)
    const isComplete = text.endsWith('\n') || isSettled
    if (rows.length > 0 && isComplete) report.verdict = 'done'
    else if ((simulationFailed && isComplete) || isOver) report.verdict = 'failed'
    else report.verdict = null
  }

  /** Reads on in the creport.txt of a folder of reports. */
  lookAtCreport(folder: string, counts: Counts): void {
    const path = join(folder, 'creport.txt')
    const mark = lstatOf(path, this.problems)
    if (mark === null || !counts(mark)) return
    const file = this.#creports.get(path) ?? new GrowingFile(path)
    this.#creports.set(path, file)
    if (!file.wants(mark)) return
    const take = (lines: string): void => {
      for (const line of lines.split('\n')) {
        const point = parseCreportKey(line)
        if (point !== null && this.expected.has(point)) this.#sorted.add(pointName(point))
      }
    }
    this.problems.guard(path, () => file.look({ restart: () => undefined, take }))
  }
}

interface Report {
  point: PvtPoint
  path: string
  verdict: ReportVerdict | null
  /** The version that was read last. */
  read: FileMark | null
}
