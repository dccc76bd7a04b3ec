/**
 * A measured value for people: four significant digits with an SI prefix, `3.124e-11` → `31.24p`. Outside the
 * prefixes (below an atto, from 1000 tera) exponent notation, `1.000e+15`; null and what is no number: `-`.
 */
export function engineering(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  if (value === 0) return '0'
  // toExponential rounds the exact value, so that 999.96 has become 1.000e+3 before the prefix is chosen.
  const rounded = Math.abs(value).toExponential(3)
  const exponent = exponentOf(value)
  const group = Math.floor(exponent / 3)
  const prefix = prefixes[group + unitPrefix]
  if (prefix === undefined) return value.toExponential(3)
  // The point moves in the text: a division would bring back digits that the rounding took away.
  const digits = rounded.slice(0, 5).replace('.', '')
  const whole = 1 + exponent - 3 * group
  return `${value < 0 ? '-' : ''}${digits.slice(0, whole)}.${digits.slice(whole)}${prefix}`
}

/** Quantities in one unit: what stands before all of them, and how each is written. */
export interface Scale {
  /** The SI prefix, `p`; empty for none. */
  prefix: string
  /** A value without the prefix, `31.24`. */
  text: (value: number | null) => string
}

/**
 * The unit in which values stand one below the other: the prefix of the largest, with the decimals that give it four
 * digits. A value so small that it would keep less than two of them is written with a prefix of its own, `38.00f` in a
 * column of `p`, so that nothing but 0 looks like 0; and so is every value where no prefix fits the largest.
 */
export function commonScale(values: readonly (number | null)[]): Scale {
  const largest = values.reduce<number>(
    (most, value) => (value !== null && Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  )
  const exponent = largest === 0 ? 0 : exponentOf(largest)
  const group = Math.floor(exponent / 3)
  const prefix = prefixes[group + unitPrefix]
  if (prefix === undefined) return { prefix: '', text: engineering }
  const decimals = 3 - (exponent - 3 * group)
  const unit = 10 ** (3 * group)
  // What rounds to 9 in the last digit, or to less.
  const smallest = 9.5 * 10 ** (3 * group - decimals)
  const text = (value: number | null): string => {
    if (value === null || !Number.isFinite(value)) return absent
    if (value === 0) return '0'
    if (Math.abs(value) >= smallest) return (value / unit).toFixed(decimals)
    const own = engineering(value)
    // A number without a prefix, in a column of `k`, would be read as thousands.
    return prefix !== '' && /\d$/.test(own) ? value.toExponential(3) : own
  }
  return { prefix, text }
}

/** A value in the common scale of the values beside it, with the prefix: `0.31p` beside `31.24p`. */
export function inUnitOf(values: readonly (number | null)[], value: number | null): string {
  const { prefix, text } = commonScale(values)
  const shown = text(value)
  // Some values carry a prefix of their own already.
  return value !== null && value !== 0 && /\d$/.test(shown) ? shown + prefix : shown
}

/** The power of ten of the first of four digits. */
function exponentOf(value: number): number {
  const rounded = Math.abs(value).toExponential(3)
  return Number(rounded.slice(rounded.indexOf('e') + 1))
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
