/**
 * Orders texts as people count: `_a2` before `_a10`, `a` before `B`; for `sort`. The order is that of
 * `localeCompare(…, 'en', { numeric: true })`, whose tables take 9 to 19 ms to load, a tenth of an import of a small
 * tree; texts of other characters than those of ASCII are left to it.
 */
export function compareNaturally(a: string, b: string): number {
  const start = firstDifference(a, b)
  let caseOrder = 0
  let at = start
  let other = start
  while (at < a.length && other < b.length) {
    const rank = rankAt(a, at)
    const otherRank = rankAt(b, other)
    if (rank === 0 || otherRank === 0) return withTables(a, b)
    if (isDigit(rank) && isDigit(otherRank)) {
      const end = numberEnd(a, at)
      const otherEnd = numberEnd(b, other)
      const order = compareNumbers(a.slice(at, end), b.slice(other, otherEnd))
      if (order !== 0) return restIsPlain(a, end) && restIsPlain(b, otherEnd) ? order : withTables(a, b)
      at = end
      other = otherEnd
      continue
    }
    if (rank !== otherRank) {
      return restIsPlain(a, at) && restIsPlain(b, other) ? rank - otherRank : withTables(a, b)
    }
    // Large and small letters differ only where all else is the same: the small one comes first.
    if (caseOrder === 0) caseOrder = b.charCodeAt(other) - a.charCodeAt(at)
    at += 1
    other += 1
  }
  if (!restIsPlain(a, at) || !restIsPlain(b, other)) return withTables(a, b)
  return a.length - at - (b.length - other) || caseOrder
}

/** Where two texts begin to differ; the number that they differ in counts as a whole. Paths have long beginnings alike. */
function firstDifference(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1
  while (at > 0 && isDigit(rankAt(a, at - 1))) at -= 1
  // What stands before may join with what is behind it, but for characters of ASCII.
  return at > 0 && rankAt(a, at - 1) === 0 ? 0 : at
}

/** The order of the Unicode Collation Algorithm for what can be printed; letters without their size. */
const order = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz'

/** By character code: the place in `order`, from 1; 0 for what has none. */
const ranks = Uint8Array.from({ length: 128 }, (_, code) => {
  return order.indexOf(String.fromCharCode(code).toLowerCase()) + 1
})

const rankAt = (text: string, index: number): number => ranks[text.charCodeAt(index)] ?? 0

const firstDigit = ranks['0'.charCodeAt(0)]!
const isDigit = (rank: number): boolean => rank >= firstDigit && rank < firstDigit + 10

function numberEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && isDigit(rankAt(text, end))) end += 1
  return end
}

/** Two numbers of any length by their digits. */
function compareNumbers(a: string, b: string): number {
  const digits = a.replace(/^0+/, '')
  const others = b.replace(/^0+/, '')
  return digits.length - others.length || (digits < others ? -1 : digits > others ? 1 : 0)
}

/** A mark on a letter further on belongs to no letter here, but one that joins letters may. */
function restIsPlain(text: string, from: number): boolean {
  for (let index = from; index < text.length; index += 1) if (rankAt(text, index) === 0) return false
  return true
}

let collator: Intl.Collator | undefined

function withTables(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true })
  return collator.compare(a, b)
}
