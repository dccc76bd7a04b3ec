/**
 * The number that a text is: plain decimal or exponent floats (`4.991e-05`, `0.`, `.5`, `+2.5E+01`), as the
 * simulators write them. Null for everything else: `nan`, `inf`, hex, `12abc`, empty text, blanks around it, and
 * for what is too large for a double, because an infinity would pass for a measured value.
 */
export function parseNumber(text: string): number | null {
  if (!isPlainFloat.test(text)) return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** What such a text looks like, for expressions of whole lines. */
export const plainFloat = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`
const isPlainFloat = new RegExp(`^${plainFloat}$`)
