import type { LimitCheck } from '../domain/check-limits.ts'
import type { Limit } from '../domain/limit.ts'
import type { ResultFilter } from '../domain/point-filter.ts'
import { distinctPoints, type PvtPoint, pointName } from '../domain/point.ts'
import { type ReportVerdict, reportVerdict } from '../domain/report-verdict.ts'
import type { Result } from '../domain/result.ts'
import type { ImportRecord } from '../store/imports.ts'
import type { Comparison } from './compare-table.ts'
import type { JobView } from './job-view.ts'
import type { LimitsInForce } from './limits-in-force.ts'

/** All that a report is made of. */
export interface Findings {
  job: JobView
  /** What was asked for; the rest is only that. */
  filter: ResultFilter
  /** In flow order. */
  results: readonly Result[]
  /** Null where the expected points are not known. */
  expected: readonly PvtPoint[] | null
  limits: readonly Limit[]
  /** Null without limits. */
  inForce: LimitsInForce | null
  checks: readonly LimitCheck[] | null
  comparison: Comparison | null
  imports: readonly ImportRecord[]
  made: { at: string; by: string; version: string }
}

/** The sentence at the top of the page: by the limits where there are some, else by what is complete. */
export function judgeFindings({ checks, results, expected }: Findings): ReportVerdict {
  return reportVerdict(checks, {
    expected: expected?.length ?? null,
    delivered: distinctPoints(results).length,
    missing: missingPoints({ results, expected }).length,
    failedValues: results.reduce((sum, { failed }) => sum + Object.keys(failed).length, 0),
  })
}

/** The expected points without a row; none where it is not known what is expected. */
export function missingPoints({ results, expected }: Pick<Findings, 'results' | 'expected'>): PvtPoint[] {
  const delivered = new Set(results.map(pointName))
  return (expected ?? []).filter((point) => !delivered.has(pointName(point)))
}
