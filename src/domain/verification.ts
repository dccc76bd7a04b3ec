import type { Disagreement } from './combine-results.ts'
import { inFlowOrder } from './flow-order.ts'
import type { ResultSource } from './measurement.ts'
import { pointName, type PvtPoint } from './point.ts'
import type { Result } from './result.ts'
import { otherTelling, ownTelling } from './telling.ts'

/** What can be wrong with the files of a point, before the flow deletes the raw ones. */
export const fileProblems = [
  'no_report',
  'empty_report',
  'not_in_creport',
  'no_measure_file',
  'disagrees',
] as const
export type FileProblemKind = (typeof fileProblems)[number]

/** One thing that is wrong; the keys are those of `results verify --json`. */
export interface Finding {
  point: string
  problem: FileProblemKind
  /** Of a disagreement, else null. */
  measurement: string | null
  /** The row, or the first of several; null where it is all of the point. */
  alter_number: number | null
  row_number: number | null
  /** How many rows it is about; null where it is all of the point. */
  rows: number | null
  /** What each source tells, of a disagreement; else null. */
  sources: Disagreement['sources'] | null
}

/** What lies at a point's places, whatever is in it. */
export interface Places {
  hasReport: (point: PvtPoint) => boolean
  /** Whether a measure file is due: the point's folder is there, and others like it have theirs. */
  isMeasureDue: (point: PvtPoint) => boolean
}

interface Row {
  alter_number: number
  row_number: number
}

/** What is known of one point. */
interface Tally {
  point: PvtPoint
  rows: number
  /** How many rows each source tells, and the first one that it does not. */
  told: Record<ResultSource, number>
  lacking: Partial<Record<ResultSource, Row>>
  /** Whether a row of a report has a number. */
  hasValue: boolean
  disagreements: Disagreement[]
}

/** Gathers what the merged sources of a run tell, in any number of portions; memory for the points, not for the rows. */
export class Verification {
  readonly #tallies = new Map<string, Tally>()

  add(results: readonly Result[], disagreements: readonly Disagreement[]): void {
    for (const result of results) this.#count(result)
    for (const one of disagreements) this.#tallies.get(one.point)?.disagreements.push(one)
  }

  /** The points that are not among the expected ones. */
  unexpected(expected: readonly PvtPoint[]): PvtPoint[] {
    const names = new Set(expected.map(pointName))
    return [...this.#tallies.values()]
      .map(({ point }) => point)
      .filter((point) => !names.has(pointName(point)))
  }

  /** Everything that is wrong, in flow order. A point that nobody expects can only disagree. */
  findings(expected: readonly PvtPoint[], places: Places): Finding[] {
    const absent = expected.flatMap((point) => findAbsent(point, this.#tallies.get(pointName(point)), places))
    const different = [...this.#tallies.values()].flatMap(({ point, disagreements }) =>
      disagreements.map((one) => ({ point, finding: toFinding(one) })),
    )
    return inFlowOrder([...absent, ...different], ({ point }) => point, expected).map(
      ({ finding }) => finding,
    )
  }

  #count(result: Result): void {
    const name = pointName(result)
    let tally = this.#tallies.get(name)
    if (tally === undefined) {
      tally = {
        point: result,
        rows: 0,
        told: { measure: 0, report: 0, creport: 0 },
        lacking: {},
        hasValue: false,
        disagreements: [],
      }
      this.#tallies.set(name, tally)
    }
    tally.rows += 1
    const sources = [result.source, ...result.other_sources.map(({ source }) => source)]
    for (const source of ['measure', 'report', 'creport'] as const) {
      if (sources.includes(source)) tally.told[source] += 1
      else tally.lacking[source] ??= { alter_number: result.alter_number, row_number: result.row_number }
    }
    tally.hasValue ||= sources.includes('report') && hasReportedValue(result)
  }
}

/** The row itself holds what its measure file tells, where there is one. */
function hasReportedValue(result: Result): boolean {
  const row = { ...result, import_id: null }
  const others = result.other_sources.filter(({ source }) => source === 'report')
  const tellings =
    result.source === 'report' ? [ownTelling(row)] : others.map((other) => otherTelling(row, other))
  return tellings.some(
    (telling) => telling !== null && Object.values(telling.measurements).some((value) => value !== null),
  )
}

interface Placed {
  point: PvtPoint
  finding: Finding
}

/**
 * What a point lacks. One whose report is missing or empty is told once: its simulation has failed, or creport.txt, which
 * is made of the reports, cannot have it.
 */
function findAbsent(point: PvtPoint, tally: Tally | undefined, places: Places): Placed[] {
  const found: Placed[] = []
  const add = (problem: FileProblemKind, source: ResultSource | null): void => {
    found.push({ point, finding: absence(point, problem, tally, source) })
  }
  if (tally === undefined || tally.told.report === 0) {
    add(places.hasReport(point) ? 'empty_report' : 'no_report', null)
    return found
  }
  const { told, rows } = tally
  if (!tally.hasValue) add('empty_report', null)
  if (told.report < rows) add('no_report', 'report')
  if (told.creport < rows) add('not_in_creport', 'creport')
  if (told.measure === 0 ? places.isMeasureDue(point) : told.measure < rows) add('no_measure_file', 'measure')
  return found
}

/** Of some rows, when the source tells others. */
function absence(
  point: PvtPoint,
  problem: FileProblemKind,
  tally: Tally | undefined,
  source: ResultSource | null,
): Finding {
  const some = source !== null && tally !== undefined && tally.told[source] > 0
  const first = some ? tally.lacking[source]! : null
  return {
    point: pointName(point),
    problem,
    measurement: null,
    alter_number: first?.alter_number ?? null,
    row_number: first?.row_number ?? null,
    rows: some ? tally.rows - tally.told[source] : null,
    sources: null,
  }
}

const toFinding = (one: Disagreement): Finding => ({
  point: one.point,
  problem: 'disagrees',
  measurement: one.measurement,
  alter_number: one.alter_number,
  row_number: one.row_number,
  rows: 1,
  sources: one.sources,
})
