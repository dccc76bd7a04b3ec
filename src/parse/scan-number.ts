import { parseNumber } from './number.ts'

/** Where a scan ended: behind the last byte that belongs to the number. */
export interface ScanEnd {
  at: number
}

/**
 * The number that the bytes from `start` to `end` are, exactly as `parseNumber` reads their text; NaN for what it
 * refuses.
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number): number {
  const value = scanPrefix(bytes, start, end, wholeEnd)
  return wholeEnd.at === end ? value : NaN
}

const wholeEnd: ScanEnd = { at: 0 }

/**
 * The number with which the bytes from `start` to at most `limit` begin; NaN where they begin with none. What stands
 * behind it, from `scanEnd.at`, is for the caller to judge.
 *
 * Bytes need no string: 15 digits fit a double, and so do the powers of ten up to 22, so that one multiplication or
 * division of the two is rounded once, as the exact value would be (Clinger, "How to read floating point numbers
 * accurately", 1990). Small numbers of many digits (1.23456789e-15) have a division of their own; anything else takes
 * the way over text, which is ten times slower.
 */
export function scanPrefix(bytes: Uint8Array, start: number, limit: number, scanEnd: ScanEnd): number {
  let at = start
  const sign = at < limit ? bytes[at] : 0
  if (sign === minus || sign === plus) at += 1
  let mantissa = 0
  const firstDigit = at
  for (; at < limit; at += 1) {
    const digit = bytes[at]! - zero
    if (digit < 0 || digit > 9) break
    mantissa = mantissa * 10 + digit
  }
  let digits = at - firstDigit
  let exponent = 0
  if (at < limit && bytes[at] === point) {
    at += 1
    const firstDecimal = at
    for (; at < limit; at += 1) {
      const digit = bytes[at]! - zero
      if (digit < 0 || digit > 9) break
      mantissa = mantissa * 10 + digit
    }
    digits += at - firstDecimal
    exponent = firstDecimal - at
  }
  scanEnd.at = at
  if (digits === 0) return NaN
  if (at < limit && (bytes[at]! | 0x20) === letterE) exponent += scanPower(bytes, at, limit, scanEnd)
  // Digits were added without rounding as long as the sum is small; leading zeros add nothing.
  if (mantissa < 1e15) {
    if (exponent === 0) return sign === minus ? -mantissa : mantissa
    if (exponent < 0 && exponent >= -22) {
      const value = mantissa / powersOfTen[-exponent]!
      return sign === minus ? -value : value
    }
    if (exponent < 0 && exponent >= -smallestPower) {
      const value = divideExactly(mantissa, -exponent)
      if (!Number.isNaN(value)) return sign === minus ? -value : value
    }
    if (exponent > 0 && exponent <= 22) {
      const value = mantissa * powersOfTen[exponent]!
      return sign === minus ? -value : value
    }
  }
  return parseNumber(asciiText(bytes, start, scanEnd.at)) ?? NaN
}

/** The power behind the `e` at `at`; 0 and no byte taken where no digit follows, so that the number ends before it. */
function scanPower(bytes: Uint8Array, at: number, limit: number, scanEnd: ScanEnd): number {
  let next = at + 1
  const sign = next < limit ? bytes[next] : 0
  if (sign === minus || sign === plus) next += 1
  const firstPower = next
  let power = 0
  for (; next < limit; next += 1) {
    const digit = bytes[next]! - zero
    if (digit < 0 || digit > 9) break
    // More than any number of digits can make up for.
    if (power < 1e9) power = power * 10 + digit
  }
  if (next === firstPower) return 0
  scanEnd.at = next
  return sign === minus ? -power : power
}

/**
 * `mantissa / 10 ** power`, rounded once, for powers of 23 to 44; NaN where the exact quotient lies too near the middle
 * of two doubles to be sure. Ten to such a power is the exact sum of two doubles; what the division by the larger one
 * leaves is found exactly (Dekker, "A floating-point technique for extending the available precision", 1971) and
 * divided again.
 */
function divideExactly(mantissa: number, power: number): number {
  if (highParts[power] === 0) partPower(power)
  const high = highParts[power]!
  const quotient = mantissa / high
  // The halves of both factors multiply without rounding.
  const product = quotient * high
  const a = quotient * splitter
  const quotientTop = a - (a - quotient)
  const quotientRest = quotient - quotientTop
  const b = high * splitter
  const highTop = b - (b - high)
  const highRest = high - highTop
  const lost =
    quotientRest * highRest -
    (product - quotientTop * highTop - quotientRest * highTop - quotientTop * highRest)
  const rest = (mantissa - product - lost - quotient * lowParts[power]!) / high
  const value = quotient + rest
  const below = quotient - value + rest
  return value + below * 1.000_000_1 === value ? value : NaN
}

function partPower(power: number): void {
  const exact = 10n ** BigInt(power)
  highParts[power] = Number(exact)
  lowParts[power] = Number(exact - BigInt(Number(exact)))
}

/** Bytes that were seen to be ASCII, as text: short ones faster than a decoder makes them. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 100) return new TextDecoder('latin1').decode(bytes.subarray(start, end))
  let text = ''
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at]!)
  return text
}

const powersOfTen = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

/** Ten to more than this is no sum of two doubles. */
const smallestPower = 44
const highParts = new Float64Array(smallestPower + 1)
const lowParts = new Float64Array(smallestPower + 1)
/** 2 ** 27 + 1 parts a double into two of 26 bits. */
const splitter = 134_217_729

const zero = 0x30
const plus = 0x2b
const minus = 0x2d
const point = 0x2e
const letterE = 0x65
