/**
 * A measured value for people: four significant digits with an SI prefix, `3.124e-11` → `31.24p`. Outside the
 * prefixes (below an atto, from 1000 tera) exponent notation, `1.000e+15`; null and what is no number: `-`.
 */
export function engineering(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  if (value === 0) return '0'
  // toExponential rounds the exact value, so that 999.96 has become 1.000e+3 before the prefix is chosen.
  const rounded = Math.abs(value).toExponential(3)
  const exponent = Number(rounded.slice(rounded.indexOf('e') + 1))
  const group = Math.floor(exponent / 3)
  const prefix = prefixes[group + unitPrefix]
  if (prefix === undefined) return value.toExponential(3)
  // The point moves in the text: a division would bring back digits that the rounding took away.
  const digits = rounded.slice(0, 5).replace('.', '')
  const whole = 1 + exponent - 3 * group
  return `${value < 0 ? '-' : ''}${digits.slice(0, whole)}.${digits.slice(whole)}${prefix}`
}

/** The shortest text that reads back as the same number; `-` for null. What `--raw` shows. */
export function fullPrecision(value: number | null): string {
  return value === null ? absent : String(value)
}

/** A size for people, in powers of 1000: `512 B`, `4.2 MB`. */
export function bytes(size: number): string {
  let value = size
  let unit = 0
  // 999.95 and more would be shown as 1000.0 of the smaller unit.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${byteUnits[unit]!}`
}

const absent = '-'
const prefixes = ['a', 'f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G', 'T']
const unitPrefix = prefixes.indexOf('')
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
