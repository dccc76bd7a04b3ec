import { type LimitCheck, overallVerdict, type Verdict } from './check-limits.ts'

/** What a report says first. `complete` and `unknown` are for a job without limits. */
export interface ReportVerdict {
  word: Verdict | 'complete' | 'unknown'
  /** Whole sentences with the counts behind the word. */
  sentence: string
}

export interface Delivered {
  /** Null where the expected points are not known. */
  expected: number | null
  /** Points with a row. */
  delivered: number
  missing: number
  /** Values with a text in their place. */
  failedValues: number
}

/** The verdict on a job in words; `checks` is null without limits. */
export function reportVerdict(checks: readonly LimitCheck[] | null, found: Delivered): ReportVerdict {
  return checks === null || checks.length === 0 ? withoutLimits(found) : withLimits(checks, found)
}

function withoutLimits(found: Delivered): ReportVerdict {
  const note = 'No limits were given, so no value was judged.'
  if (found.delivered === 0) return { word: 'incomplete', sentence: `There is no result yet. ${note}` }
  const gaps = gapsText(found)
  if (gaps !== null) return { word: 'incomplete', sentence: `${gaps}. ${note}` }
  if (found.expected === null) {
    const here = `${points(found.delivered)} with every value; how many are expected is not known.`
    return { word: 'unknown', sentence: `${here} ${note}` }
  }
  return { word: 'complete', sentence: `Every value of all ${points(found.expected)} is there. ${note}` }
}

function withLimits(checks: readonly LimitCheck[], found: Delivered): ReportVerdict {
  const word = overallVerdict(checks)
  const of = (verdict: Verdict): LimitCheck[] => checks.filter((check) => check.verdict === verdict)
  const total = checks.length === 1 ? '1 limit' : `${checks.length} limits`
  const [failing, incomplete, waived, near] = [of('fail'), of('incomplete'), of('waived'), of('near')]
  const clauses = [
    failing.length > 0
      ? `${failing.length} of ${total} ${failing.length === 1 ? 'fails' : 'fail'}: ${names(failing)}`
      : null,
    incomplete.length > 0
      ? `${failing.length > 0 ? '' : `No value violates a limit, but `}${incomplete.length} of ${total} ${incomplete.length === 1 ? 'lacks' : 'lack'} values: ${names(incomplete)}`
      : null,
    failing.length === 0 && incomplete.length === 0
      ? `${checks.length === 1 ? 'The one limit holds' : `All ${total} hold`}${waived.length > 0 ? ' or are waived' : ''}`
      : null,
    waived.length > 0 ? `${waived.length} waived: ${names(waived)}` : null,
    near.length > 0 ? `${near.length} near: ${names(near)}` : null,
    gapsText(found),
  ]
  return { word, sentence: `${clauses.filter((clause) => clause !== null).join('. ')}.` }
}

/** `1 of 92 PVT points is missing, 2 values failed`; null when all is there. */
function gapsText({ expected, missing, failedValues }: Delivered): string | null {
  const gaps = [
    missing > 0
      ? `${missing} of ${points(expected ?? missing)} ${missing === 1 ? 'is' : 'are'} missing`
      : null,
    failedValues > 0 ? `${failedValues} ${failedValues === 1 ? 'value' : 'values'} failed` : null,
  ].filter((gap) => gap !== null)
  return gaps.length === 0 ? null : gaps.join(', ')
}

/** Each measurement once, the first few by name. */
function names(checks: readonly LimitCheck[]): string {
  const all = [...new Set(checks.map(({ limit }) => limit.measurement))]
  const more = all.length > mostNames ? ` and ${all.length - mostNames} more` : ''
  return all.slice(0, mostNames).join(', ') + more
}

const mostNames = 6
const points = (count: number): string => `${count} PVT ${count === 1 ? 'point' : 'points'}`
