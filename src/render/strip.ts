/** What a strip draws on the scale of its chart. */
export interface Range {
  min: number
  /** Where the mark stands. */
  mark: number
  max: number
}

/**
 * A range on a scale from `low` to `high`, as text of `width` characters: `├──●────┤` with blanks around it, or in
 * ASCII `|--o----|`. A range too short for its ends shows the mark alone. No library of charts draws ranges; the
 * nearest ones draw curves.
 */
export function strip(
  range: Range,
  scale: { low: number; high: number },
  width: number,
  unicode: boolean,
): string {
  const [left, line, right, mark] = unicode ? ['├', '─', '┤', '●'] : ['|', '-', '|', 'o']
  // In halves, so that a scale over all numbers does not pass the largest one.
  const length = scale.high / 2 - scale.low / 2
  const place = (value: number): number =>
    length > 0 ? Math.round(((value / 2 - scale.low / 2) / length) * (width - 1)) : 0
  const [start, middle, end] = [place(range.min), place(range.mark), place(range.max)]
  return Array.from({ length: width }, (_, at) => {
    if (at === middle) return mark
    if (at === start) return left
    if (at === end) return right
    return at > start && at < end ? line : ' '
  }).join('')
}
