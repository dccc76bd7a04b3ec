import type { MeasuredRow } from '../domain/measurement.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { Problem } from '../domain/problem.ts'
import { longest } from '../domain/size-limits.ts'
import { PvtError } from '../errors.ts'
import { quoted } from '../parse/text.ts'

/** What an import says of the rows and names of a file that was read. */

export const unknownPoint =
  'its folders do not tell its PVT point: name it with --corner --extraction --temperature --voltage'

export const anotherVersion = (first: string): Problem => ({
  line: null,
  level: 'warning',
  message: `another version of ${first}, of the same point: not read`,
})

/**
 * All rows of a file have the names of its head.
 *
 * @throws `bad_input` for a name beyond all measure.
 */
export function refuseLongNames([row]: readonly MeasuredRow[]): void {
  if (row === undefined) return
  for (const name in row.measurements) refuseLongName(name)
  for (const name in row.sweep) refuseLongName(name)
}

/** @throws `bad_input` for a name beyond all measure. */
export function refuseLongName(name: string): void {
  if (name.length <= longest.measurement) return
  const what = `the name ${quoted(name)} has ${name.length} characters, that of a measurement at most ${longest.measurement}`
  throw new PvtError('bad_input', what, 'give the measurement a shorter name')
}

/** Looks for simulations at another temperature than their folder says, among the rows of a file in any portions. */
export class TemperCheck {
  readonly #point: PvtPoint
  #first: Problem | null = null
  #others = 0

  constructor(point: PvtPoint) {
    this.#point = point
  }

  look(rows: readonly MeasuredRow[]): void {
    for (const { temper, line } of rows) {
      if (temper === null || Math.abs(temper - this.#point.temperature_c) < 1e-6) continue
      if (this.#first === null) this.#first = elsewhere(this.#point, temper, line)
      else this.#others += 1
    }
  }

  /** A sweep of a thousand rows is at one temperature: one line says it. */
  get problem(): Problem | null {
    if (this.#first === null || this.#others === 0) return this.#first
    return { ...this.#first, message: `${this.#first.message}; so in ${this.#others} more of its rows` }
  }
}

const elsewhere = (point: PvtPoint, temper: number, line: number): Problem => ({
  line,
  level: 'warning',
  message: `temper is ${temper}, but the point ${pointName(point)} has ${point.temperature_c} °C`,
})

export const withoutPath = (message: string, path: string): string =>
  message.startsWith(path) ? message.slice(path.length).replace(/^:? /, '') : message
