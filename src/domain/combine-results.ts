import type { ResultSource } from './measurement.ts'
import { pointName } from './point.ts'
import { type MeasurementOrigin, noMeasurementSources, originOf, type Rank } from './provenance.ts'
import { type Result, resultStatus } from './result.ts'

/** Two sources that tell different values for one measurement of one row. */
export interface Disagreement {
  point: string
  alter_number: number
  row_number: number
  measurement: string
  sources: Partial<Record<ResultSource, number | null>>
  /** The file of each source. */
  files: Partial<Record<ResultSource, string>>
}

/** A value that an import replaced. `old` and `new` are null where no number stands: then the text tells why. */
export interface ValueChange {
  point: string
  alter_number: number
  row_number: number
  /** A measurement, or a variable of the sweep. */
  measurement: string
  old: number | string | null
  new: number | string | null
  old_file: string
  new_file: string
  /** What stood in place of the number; null for a number, and where there was nothing. */
  old_text: string | null
  new_text: string | null
}

/**
 * Adds to a row what only another row of the same key tells, with the origin of each value. A value of both is that of
 * the rawer origin; of two of one source, the newer one's. A measurement that failed in a source below the winner, and
 * that the winner's own source does not have, is left out, unless that very source told a number before: creport.txt
 * has one header for all points, and its empty fields say nothing about a point. A row with fewer values than names adds
 * nothing to a sound one.
 */
export function combine(winner: Result, loser: Result, { rank, newer, loserImport }: Combining): Result {
  if (loser.doubtful === true && winner.doubtful !== true) return winner
  const arePlain =
    winner.measurement_sources === noMeasurementSources && loser.measurement_sources === noMeasurementSources
  let taken: Taken[] | null = null
  for (const name of Object.keys(loser.measurements)) {
    const isInBoth = Object.hasOwn(winner.measurements, name)
    // Each tells its own: the winner is not below.
    if (isInBoth && arePlain) continue
    const origin = originOf(loser, name)
    const above = isInBoth ? rank(origin.source) - rank(originOf(winner, name).source) : null
    if (above !== null && (above > 0 || (above === 0 && newer === 'winner'))) continue
    const failedBelow = loser.measurements[name] === null && rank(origin.source) > rank(winner.source)
    if (failedBelow && above !== 0) continue
    taken ??= []
    taken.push({ name, origin: takenFrom(origin, loserImport, winner, name) })
  }
  return taken === null ? winner : withTaken(winner, loser, taken)
}

export interface Combining {
  rank: Rank
  newer: 'winner' | 'loser'
  /** The import that brought the loser; null for the one that brings the winner. */
  loserImport: string | null
}

interface Taken {
  name: string
  origin: MeasurementOrigin
}

/** The origin of a value that a row takes from another one, beside what the row's own file tells of it. */
function takenFrom(
  { source, file, line, import_id }: MeasurementOrigin,
  loserImport: string | null,
  winner: Result,
  name: string,
): MeasurementOrigin {
  const origin = { source, file, line, import_id: import_id ?? loserImport }
  const own = ownValueOf(winner, name)
  return own === undefined ? origin : { ...origin, own_value: own }
}

/** What a row's own file tells of a measurement, null where it failed there; undefined where it tells nothing. */
export function ownValueOf(row: Result, name: string): number | null | undefined {
  const { measurement_sources, measurements } = row
  if (Object.hasOwn(measurement_sources, name)) return measurement_sources[name]!.own_value
  return Object.hasOwn(measurements, name) ? measurements[name]! : undefined
}

/** Built from entries: a measurement may be called `__proto__`. */
function withTaken(winner: Result, loser: Result, taken: readonly Taken[]): Result {
  const names = taken.map(({ name }) => name)
  const failed = {
    ...omit(winner.failed, names),
    ...Object.fromEntries(Object.entries(loser.failed).filter(([name]) => names.includes(name))),
  }
  return {
    ...winner,
    measurements: Object.fromEntries([
      ...Object.entries(winner.measurements),
      ...names.map((name): [string, number | null] => [name, loser.measurements[name]!]),
    ]),
    failed,
    status: resultStatus(failed),
    measurement_sources: Object.fromEntries([
      ...Object.entries(winner.measurement_sources),
      ...taken.map(({ name, origin }): [string, MeasurementOrigin] => [name, origin]),
    ]),
  }
}

/** A row without some of its measurements. */
export function withoutMeasurements(result: Result, names: readonly string[]): Result {
  if (names.length === 0) return result
  const failed = omit(result.failed, names)
  return {
    ...result,
    measurements: omit(result.measurements, names),
    failed,
    status: resultStatus(failed),
    measurement_sources: omit(result.measurement_sources, names),
  }
}

const omit = <Value>(
  record: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))

/** Whether two rows tell the same for every measurement that both have; a failed value is null, whatever its text. */
export function agree(a: Pick<Result, 'measurements'>, b: Pick<Result, 'measurements'>): boolean {
  for (const name of Object.keys(b.measurements)) {
    if (Object.hasOwn(a.measurements, name) && a.measurements[name] !== b.measurements[name]) return false
  }
  return true
}

/**
 * Where sources of one row, the one whose values are stored first, tell different numbers. A measurement that a source
 * does not have is no disagreement: the flow's extraction cuts rows after 102 columns.
 */
export function disagreements(first: Result, others: readonly Result[]): Disagreement[] {
  if (others.every((other) => agree(first, other)) && others.length < 2) return []
  const all = [first, ...others]
  const found: Disagreement[] = []
  for (const measurement of new Set(all.flatMap((one) => Object.keys(one.measurements)))) {
    const told = all.filter((one) => Object.hasOwn(one.measurements, measurement))
    const value = told[0]!.measurements[measurement]
    if (told.every((one) => one.measurements[measurement] === value)) continue
    found.push({
      point: pointName(first),
      alter_number: first.alter_number,
      row_number: first.row_number,
      measurement,
      sources: Object.fromEntries(
        told.map((one) => [originOf(one, measurement).source, one.measurements[measurement]!]),
      ),
      files: Object.fromEntries(
        told.map((one) => originOf(one, measurement)).map(({ source, file }) => [source, file]),
      ),
    })
  }
  return found
}

/** Every value of a row that another telling of it replaces, adds or takes away. */
export function valueChanges(before: Result, after: Result): ValueChange[] {
  const found: ValueChange[] = []
  const add = (measurement: string, from: Told, to: Told, files: [string, string]): void => {
    if (from.value === to.value && from.text === to.text) return
    found.push({
      point: pointName(before),
      alter_number: before.alter_number,
      row_number: before.row_number,
      measurement,
      old: from.value,
      new: to.value,
      old_file: files[0],
      new_file: files[1],
      old_text: from.text,
      new_text: to.text,
    })
  }
  for (const name of namesOf(before.sweep, after.sweep)) {
    const files: [string, string] = [before.mt0_file_path, after.mt0_file_path]
    add(name, toldIn(before.sweep, {}, name), toldIn(after.sweep, {}, name), files)
  }
  for (const name of namesOf(before.measurements, after.measurements)) {
    const from = toldIn(before.measurements, before.failed, name)
    const to = toldIn(after.measurements, after.failed, name)
    add(name, from, to, [originOf(before, name).file, originOf(after, name).file])
  }
  return found
}

interface Told {
  value: number | string | null
  text: string | null
}

function toldIn(
  values: Readonly<Record<string, number | string | null>>,
  failed: Readonly<Record<string, string>>,
  name: string,
): Told {
  return {
    value: Object.hasOwn(values, name) ? values[name]! : null,
    text: Object.hasOwn(failed, name) ? failed[name]! : null,
  }
}

function namesOf(a: object, b: object): string[] {
  const names = Object.keys(a)
  return [...names, ...Object.keys(b).filter((name) => !Object.hasOwn(a, name))]
}
