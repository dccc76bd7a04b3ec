/**
 * The value below which a share of the values lies, by linear interpolation between the two nearest (as
 * percentile_cont in SQL); null without values. `share` is 0.5 for the median.
 */
export function percentile(values: readonly number[], share: number): number | null {
  // Sorts by size by itself, without calling a comparison: 400,000 numbers in a tenth of the time.
  const sorted = Float64Array.from(values).sort()
  const place = percentilePlace(sorted.length, share)
  return between([...sorted.subarray(place.below, place.below + 2)], place)
}

/** Where a percentile lies among sorted values: `part` of the way from the one at index `below` to the next. */
export interface PercentilePlace {
  below: number
  part: number
}

/** The place of the percentile among `count` sorted values; `share` as above. */
export function percentilePlace(count: number, share: number): PercentilePlace {
  const place = Math.max(0, count - 1) * share
  const below = Math.floor(place)
  return { below, part: place - below }
}

/** The percentile at a place, from the value there and, where there is one, the next. */
export function between([value, next = value]: readonly number[], { part }: PercentilePlace): number | null {
  return value === undefined || next === undefined ? null : value + (next - value) * part
}
