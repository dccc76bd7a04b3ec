import { parseNumber } from './number.ts'

/** The simulator's `alter#`: a whole number from 0, written `1`, `1.0000` or `1.00000000e+00`; null otherwise. */
export function parseAlterNumber(text: string): number | null {
  const value = parseNumber(text)
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/**
 * What to think of an `alter#` with which a file ends, with neither blank nor newline behind it. Editors drop the
 * last newline, so the row should be read; but `1` may be the head of `12`, and `1.00000000e+0` of ten.
 *   complete: an exponent of two digits, or the same text as in the row before
 *   doubtful: a number, perhaps cut
 *   cut: no number, or surely one that goes on
 */
export function judgeLastAlter(text: string, textBefore: string | null): 'complete' | 'doubtful' | 'cut' {
  if (parseAlterNumber(text) === null) return 'cut'
  if (text === textBefore || /e[+-]?\d{2,}$/i.test(text)) return 'complete'
  const goesOn = /e/i.test(text) || (textBefore !== null && /e/i.test(textBefore))
  return goesOn ? 'cut' : 'doubtful'
}

/** The warning for a doubtful `alter#`. */
export const doubtfulAlter = (text: string): string =>
  `the file ends in alter# ${text}, without a newline: the number may be cut`
