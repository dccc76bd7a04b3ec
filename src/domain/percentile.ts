/**
 * The value below which a share of the values lies, by linear interpolation between the two nearest (as
 * percentile_cont in SQL); null without values. `share` is 0.5 for the median.
 */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]!
  const above = sorted[Math.ceil(place)]!
  return below + (above - below) * (place - Math.floor(place))
}
