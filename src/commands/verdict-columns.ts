import type { CheckedValue, Verdict } from '../domain/check-limits.ts'
import type { Paint } from '../render/index.ts'

export function verdictPaint(verdict: Verdict | CheckedValue['verdict']): Paint | null {
  switch (verdict) {
    case 'fail':
    case 'incomplete':
    case 'missing':
      return 'red'
    case 'near':
    case 'waived':
      return 'yellow'
    case 'pass':
      return 'green'
  }
}

/** What stands behind a value, so that colour is never the only sign. */
export function verdictSign(verdict: CheckedValue['verdict']): string {
  switch (verdict) {
    case 'fail':
      return '!'
    case 'near':
      return '~'
    case 'missing':
      return '?'
    case 'pass':
      return ''
  }
}
