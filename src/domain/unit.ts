/** A unit as people write it: `ps` is 10^-12 of the base unit `s`. */
export interface Unit {
  base: string
  /** The power of ten that turns a number in this unit into one in the base unit. */
  exponent: number
}

const prefixes: Readonly<Record<string, number>> = {
  ...{ a: -18, f: -15, p: -12, n: -9, u: -6, µ: -6, μ: -6, m: -3 },
  ...{ k: 3, M: 6, G: 9, T: 12 },
}

/** Units that take SI prefixes. No metre: an `m` would be taken for milli by half of its readers. */
const scaled = ['s', 'V', 'A', 'W', 'Hz', 'F', 'H', 'ohm', 'Ohm', 'Ω', 'Ω', 'S', 'J', 'C', 'K', 'Wb']

/** Units without prefixes; a number is taken as it stands. */
const plain = ['%', 'dB', 'dBm', 'dBc', 'deg', 'rad', 'degC', '°C', 'UI', 'bit', '1']

/**
 * The unit that a text names: a base unit with or without an SI prefix (`ps`, `uA`, `MHz`), a unit without prefixes
 * (`dB`, `%`), or a quotient of two (`V/ns`). Capitals count. Null when it is none of these, also for a bare prefix.
 */
export function parseUnit(text: string): Unit | null {
  const [above = '', below, ...rest] = text.split('/')
  const numerator = parseFactor(above.trim())
  if (below === undefined || numerator === null) return numerator
  const denominator = parseFactor(below.trim())
  if (denominator === null || rest.length > 0) return null
  return {
    base: `${numerator.base}/${denominator.base}`,
    exponent: numerator.exponent - denominator.exponent,
  }
}

function parseFactor(text: string): Unit | null {
  if (scaled.includes(text) || plain.includes(text)) return { base: text, exponent: 0 }
  const base = text.slice(1)
  const exponent = Object.hasOwn(prefixes, text[0] ?? '') ? prefixes[text[0]!]! : null
  return exponent !== null && scaled.includes(base) ? { base, exponent } : null
}

/**
 * The number that a decimal text in this unit is in the base unit. The point moves in the text: 31 × 1e-12 is not
 * 3.1e-11, which is what the simulator's own text reads as.
 */
export function toBaseUnit(text: string, exponent: number): number {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  return Number(`${mantissa}e${Number(power) + exponent}`)
}
