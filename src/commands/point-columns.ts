import type { Attempt } from '../domain/attempt.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { PointState } from '../domain/point-state.ts'
import { bytes, type Column, duration, engineering, inUnitOf, type Paint } from '../render/index.ts'
import { counted } from './shared.ts'

/** A point as `points --json` gives it. */
export type PointRow = { point: string } & PointState

/** A simulation as `points --attempts --json` gives it. */
export type AttemptRow = { point: string } & PvtPoint & Attempt

/** The columns of the table of points; those that say nothing of any of them are left out. */
export const pointColumns = (rows: readonly PointRow[]): Column<PointRow>[] =>
  withContent(rows, [
    { key: 'point', value: (row) => row.point },
    { key: 'state', value: (row) => row.state, paint: (row) => statePaint(row.state) },
    { key: 'attempts', align: 'right', value: (row) => row.attempts || null },
    { key: 'farm_id', title: 'FARM', align: 'right', value: (row) => row.farm_id },
    { key: 'checked', value: (row) => row.checked },
    { key: 'started_at_local', title: 'STARTED', value: (row) => row.started_at_local },
    tookColumn,
    { key: 'result', value: (row) => row.result, paint: (row) => resultPaint(row.result) },
    { key: 'changed', value: (row) => changedText(row) },
    { key: 'failed', value: (row) => failedText(row), paint: () => 'red' },
  ])

/** The columns of the table of simulations. */
export const attemptColumns = (rows: readonly AttemptRow[]): Column<AttemptRow>[] =>
  withContent(rows, [
    { key: 'point', value: (row) => row.point },
    { key: 'attempt', align: 'right', value: (row) => row.attempt },
    { key: 'state', value: (row) => row.state, paint: (row) => statePaint(row.state) },
    { key: 'farm_id', title: 'FARM', align: 'right', value: (row) => row.farm_id },
    { key: 'checked', value: (row) => row.checked },
    { key: 'started_at_local', title: 'STARTED', value: (row) => row.started_at_local },
    tookColumn,
    {
      ...{ key: 'cpu_seconds', title: 'CPU', align: 'right' },
      value: (row) => row.cpu_seconds,
      text: (row) => duration(row.cpu_seconds),
    },
    {
      ...{ key: 'peak_memory_mb', title: 'MEMORY', align: 'right' },
      value: (row) => row.peak_memory_mb,
      text: ({ peak_memory_mb: peak }) => (peak === null ? '-' : bytes(peak * 1024 * 1024)),
    },
    { key: 'measurements', title: 'VALUES', value: (row) => valuesText(row) },
    { key: 'failed', value: (row) => failedText(row), paint: () => 'red' },
  ])

const tookColumn: Column<{ elapsed_seconds: number | null }> = {
  ...{ key: 'elapsed_seconds', title: 'TOOK', align: 'right' },
  value: (row) => row.elapsed_seconds,
  text: (row) => duration(row.elapsed_seconds),
}

/** The first two columns, and those of the others that say something. */
const withContent = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Column<Row>[] =>
  columns.filter((column, index) => index < 2 || rows.some((row) => column.value(row) !== null))

/** `del_rr 31.24p -> 33.10p (attempt 2)`; of several the first, and how many more there are. */
function changedText({ changed }: PointRow): string | null {
  const [first] = changed
  if (first === undefined) return null
  const { measurement, attempt, before, after } = first
  const more = changed.length > 1 ? `, ${changed.length - 1} more` : ''
  const values = [before, after]
  const [from, to] = values.map((value) => (value === null ? 'nothing' : inUnitOf(values, value)))
  return `${measurement} ${from!} -> ${to!} (attempt ${attempt})${more}`
}

/** `del_rr: no convergence`; of several the first, and how many more there are. */
function failedText({ failed }: { failed: Record<string, string> | null }): string | null {
  const texts = Object.entries(failed ?? {})
  const [first] = texts
  if (first === undefined) return null
  const [measurement, text] = first
  return `${measurement}: ${text.trim() === '' ? '(empty)' : text}${texts.length > 1 ? `, ${texts.length - 1} more` : ''}`
}

/** `del_rr 31.24p` of one, `9 values` of several. */
function valuesText({ measurements }: AttemptRow): string | null {
  if (measurements === null) return null
  const values = Object.entries(measurements)
  return values.length === 1
    ? `${values[0]![0]} ${engineering(values[0]![1])}`
    : counted(values.length, 'value')
}

function statePaint(state: PointRow['state']): Paint | null {
  switch (state) {
    case 'done':
      return 'green'
    case 'failed':
      return 'red'
    case 'running':
      return 'yellow'
    case 'expected':
      return 'dim'
    case 'submitted':
    case null:
      return null
  }
}

function resultPaint(result: PointRow['result']): Paint | null {
  if (result === null) return null
  return result === 'ok' ? 'green' : 'red'
}
