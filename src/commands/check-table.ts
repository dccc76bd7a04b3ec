import type { CheckedValue, LimitCheck, Verdict } from '../domain/check-limits.ts'
import type { Waiver } from '../domain/waiver.ts'
import {
  type Column,
  commonScale,
  fullPrecision,
  localTime,
  renderFolded,
  type Scale,
  type Style,
} from '../render/index.ts'
import { fieldColumns } from './shared.ts'
import { verdictPaint, verdictSign } from './verdict-columns.ts'

/** A row of `results check`; the keys are those of its JSON. */
export interface CheckRow {
  measurement: string
  min: number | null
  max: number | null
  worst: number | null
  worst_point: string | null
  margin: number | null
  margin_percent: number | null
  failing: number
  count: number
  expected: number | null
  verdict: Verdict
  typ: number | null
  unit: string | null
  point: string | null
  near: number
  near_count: number
  missing: number
  waived: number
  waivers: Pick<Waiver, 'waiver_id' | 'point' | 'reason' | 'until' | 'waived_by'>[]
  /** Null for limits of a file that is no version of the domain's. */
  limits_version: number | null
}

export function toCheckRow(check: LimitCheck, limitsVersion: number | null): CheckRow {
  const { limit, worst } = check
  return {
    measurement: limit.measurement,
    min: limit.min,
    max: limit.max,
    worst: worst?.value ?? null,
    worst_point: worst?.point ?? null,
    margin: worst?.margin ?? null,
    margin_percent: worst?.margin_percent ?? null,
    failing: check.failing,
    count: check.count,
    expected: check.expected,
    verdict: check.verdict,
    typ: limit.typ,
    unit: limit.unit,
    point: limit.point,
    near: limit.near,
    near_count: check.near,
    missing: check.missing,
    waived: check.waived,
    waivers: check.waivers.map(({ waiver_id, point, reason, until, waived_by }) => ({
      ...{ waiver_id, point, reason, until, waived_by },
    })),
    limits_version: limitsVersion,
  }
}

export const checkColumns = fieldColumns<CheckRow>([
  ...['measurement', 'min', 'max', 'worst', 'worst_point', 'margin', 'margin_percent', 'failing', 'count'],
  ...['expected', 'verdict', 'typ', 'unit', 'point', 'near', 'near_count', 'missing', 'waived', 'waivers'],
  'limits_version',
])

/** The numbers of a row stand in one unit, which a column of its own names. */
export function checkTable(rows: readonly CheckRow[], raw: boolean): Column<CheckRow>[] {
  const scaleOf = (row: CheckRow): Scale =>
    raw ? { prefix: '', text: fullPrecision } : commonScale([row.min, row.max, row.worst])
  const quantity = (key: 'min' | 'max' | 'margin'): Column<CheckRow> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    text: (row) => scaleOf(row).text(row[key]),
    paint: (row) => (key === 'margin' ? worstPaint(row) : null),
  })
  return [
    { key: 'measurement', value: (row) => row.measurement },
    { key: 'verdict', value: (row) => row.verdict, paint: (row) => verdictPaint(row.verdict) },
    ...(rows.some(({ point }) => point !== null) ? [forColumn] : []),
    quantity('min'),
    quantity('max'),
    {
      key: 'worst',
      align: 'right',
      value: (row) => row.worst,
      text: (row) => `${scaleOf(row).text(row.worst)} ${worstSign(row)}`,
      paint: worstPaint,
    },
    { key: 'unit', value: (row) => `${scaleOf(row).prefix}${row.unit ?? ''}` },
    { key: 'worst_point', title: 'AT', value: (row) => row.worst_point },
    quantity('margin'),
    {
      key: 'margin_percent',
      title: 'MARGIN %',
      align: 'right',
      value: (row) => row.margin_percent,
      text: (row) => row.margin_percent?.toFixed(1) ?? '-',
    },
    { key: 'failing', align: 'right', value: (row) => row.failing },
    {
      key: 'count',
      title: 'VALUES',
      align: 'right',
      value: (row) => row.count,
      text: (row) => (row.expected === null ? String(row.count) : `${row.count} of ${row.expected}`),
      paint: (row) => (row.missing > 0 ? 'red' : null),
    },
  ]
}

const forColumn = {
  key: 'point',
  title: 'FOR',
  value: (row: { point: string | null }) => row.point ?? 'all',
}

/** Of the worst value itself: it may be fine while others are missing. */
function worstVerdict({ margin, margin_percent, near }: CheckRow): CheckedValue['verdict'] {
  if (margin === null) return 'missing'
  if (margin < 0) return 'fail'
  return margin_percent !== null && margin_percent < near ? 'near' : 'pass'
}

const worstPaint = (row: CheckRow) => {
  const verdict = worstVerdict(row)
  return verdict === 'pass' ? null : verdictPaint(verdict)
}

/** One character, so that the numbers above each other end alike. */
const worstSign = (row: CheckRow): string => verdictSign(worstVerdict(row)).padEnd(1)

/** Each waiver that accepts something once, whatever number of limits it is for. */
export const waiversOf = (checks: readonly LimitCheck[]): Waiver[] => [
  ...new Set(checks.flatMap(({ waivers }) => waivers)),
]

/** What is accepted, until when, by whom and why. */
export const waivedTable = (waived: readonly Waiver[], style: Style): Promise<string> =>
  renderFolded(waiverTable, 2, waived, style)

export const waiverTable: Column<Waiver>[] = [
  { key: 'waiver', value: (row) => row.waiver_id.slice(0, 8) },
  { key: 'measurement', title: 'WAIVED', value: (row) => row.measurement },
  forColumn,
  { key: 'until', value: (row) => localTime(row.until) },
  { key: 'by', value: (row) => row.waived_by },
  { key: 'reason', value: (row) => row.reason },
]
