import { parseNumber } from './number.ts'

/**
 * The number that the bytes from `start` to `end` are, exactly as `parseNumber` reads their text; NaN for what it
 * refuses. Bytes need no string: 15 digits fit a double, and so do the powers of ten up to 22, so that one
 * multiplication or division of the two is rounded once, as the exact value would be (Clinger, "How to read floating
 * point numbers accurately", 1990). Anything longer takes the way over text.
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const sign = bytes[at]
  if (sign === minus || sign === plus) at += 1
  let mantissa = 0
  // Counted from the first digit that is not 0.
  let significant = 0
  const firstDigit = at
  for (; at < end; at += 1) {
    const digit = bytes[at]! - zero
    if (digit < 0 || digit > 9) break
    if (significant > 0 || digit > 0) significant += 1
    if (significant <= exactDigits) mantissa = mantissa * 10 + digit
  }
  let digits = at - firstDigit
  let exponent = 0
  if (at < end && bytes[at] === point) {
    at += 1
    const firstDecimal = at
    for (; at < end; at += 1) {
      const digit = bytes[at]! - zero
      if (digit < 0 || digit > 9) break
      if (significant > 0 || digit > 0) significant += 1
      if (significant <= exactDigits) mantissa = mantissa * 10 + digit
    }
    digits += at - firstDecimal
    exponent = firstDecimal - at
  }
  if (digits === 0) return NaN
  if (at < end) {
    if ((bytes[at]! | 0x20) !== letterE) return NaN
    at += 1
    const exponentSign = bytes[at]
    if (exponentSign === minus || exponentSign === plus) at += 1
    const firstPower = at
    let power = 0
    for (; at < end; at += 1) {
      const digit = bytes[at]! - zero
      if (digit < 0 || digit > 9) return NaN
      if (power < 1e9) power = power * 10 + digit
    }
    if (at === firstPower) return NaN
    exponent += exponentSign === minus ? -power : power
  }
  if (significant > exactDigits) return textToNumber(bytes, start, end)
  if (exponent < 0) {
    if (exponent < -22) return textToNumber(bytes, start, end)
    mantissa /= powersOfTen[-exponent]!
  } else if (exponent > 0) {
    if (exponent > 22) return textToNumber(bytes, start, end)
    mantissa *= powersOfTen[exponent]!
  }
  return sign === minus ? -mantissa : mantissa
}

function textToNumber(bytes: Uint8Array, start: number, end: number): number {
  return parseNumber(asciiText(bytes, start, end)) ?? NaN
}

/** Bytes that were seen to be ASCII, as text: short ones faster than a decoder makes them. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 1000) return new TextDecoder('latin1').decode(bytes.subarray(start, end))
  let text = ''
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at]!)
  return text
}

const exactDigits = 15
const powersOfTen = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

const zero = 0x30
const plus = 0x2b
const minus = 0x2d
const point = 0x2e
const letterE = 0x65
