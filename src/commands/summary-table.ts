import type { CheckedJob } from '../domain/check-limits.ts'
import { judgeValue, type Limit } from '../domain/limit.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { Result } from '../domain/result.ts'
import { spreadPercent, summarise, type Summary } from '../domain/summary.ts'
import { judgeOf, worstExtreme } from '../domain/worst-value.ts'
import { type Column, fullPrecision, inUnitOf, type Paint } from '../render/index.ts'
import { verdictPaint, verdictSign } from './verdict-columns.ts'

/** A row of `results summary`; the keys are those of its JSON. */
export interface SummaryRow extends Omit<Summary, 'count'> {
  count: number
  /** Values that should be there: a value per expected point, or per stored row where there are more. */
  expected: number | null
  spread_percent: number | null
}

/** A row per measurement; `expected` is the values that there should be, null where the points are not known. */
export function summaryRows({ results, expected: points }: CheckedJob): SummaryRow[] {
  return summarise(results).map((summary) => {
    const { measurement, count, failed, ...extremes } = summary
    const expected = points === null ? null : countExpected(points, results)
    return { measurement, count, expected, failed, ...extremes, spread_percent: spreadPercent(summary) }
  })
}

/** Every stored row should have a value, and every expected point at least one row. */
function countExpected(points: readonly PvtPoint[], results: readonly Result[]): number {
  const delivered = new Set(results.map(pointName))
  return results.length + points.filter((point) => !delivered.has(pointName(point))).length
}

/** `!` for an extreme that violates a limit of its point, `~` for one near it, `*` for the worse of the two otherwise. */
function markOf(
  row: SummaryRow,
  key: 'min' | 'max',
  limits: readonly Limit[],
): { sign: string; paint: Paint | null } {
  const value = row[key]
  if (value === null) return { sign: '', paint: null }
  const judge = judgeOf(row.measurement, limits)
  const point = key === 'min' ? row.min_point! : row.max_point!
  const judged = judge.limitsAt(point).map((limit) => judgeValue(value, limit))
  const verdict = judged.includes('fail') ? 'fail' : judged.includes('near') ? 'near' : null
  if (verdict !== null) return { sign: verdictSign(verdict), paint: verdictPaint(verdict) }
  const isWorst = row.min !== row.max && worstExtreme(row, judge)?.value === value
  return isWorst ? { sign: '*', paint: 'yellow' } : { sign: '', paint: null }
}

/** The table's columns; `limits` judge the extremes. */
export function summaryColumns(raw: boolean, limits: readonly Limit[]): Column<SummaryRow>[] {
  const quantity = (key: 'min' | 'mean' | 'max'): Column<SummaryRow> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    text: (row) => {
      const shown = raw ? fullPrecision(row[key]) : inUnitOf([row.min, row.max], row[key])
      return key === 'mean' ? shown : `${shown} ${markOf(row, key, limits).sign.padEnd(1)}`
    },
    paint: (row) => (key === 'mean' ? null : markOf(row, key, limits).paint),
  })
  const count = (key: 'count' | 'expected' | 'failed'): Column<SummaryRow> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    paint: (row) => (key === 'failed' && row.failed > 0 ? 'red' : null),
  })
  return [
    { key: 'measurement', value: (row) => row.measurement },
    count('count'),
    count('expected'),
    count('failed'),
    quantity('min'),
    { key: 'min_point', title: 'AT', value: (row) => row.min_point },
    quantity('mean'),
    quantity('max'),
    { key: 'max_point', title: 'AT', value: (row) => row.max_point },
    {
      key: 'spread_percent',
      title: 'SPREAD %',
      align: 'right',
      value: (row) => row.spread_percent,
      text: (row) => row.spread_percent?.toFixed(1) ?? '-',
    },
  ]
}
