/**
 * Something that earlier imports of a path brought and that is not in the path any more: a measurement of a row, or with
 * `measurement` null a row with all its measurements.
 */
export interface Vanished {
  point: string
  alter_number: number
  row_number: number
  measurement: string | null
  /** The stored number; null for a failed measurement and for a row. */
  value: number | null
  /** The file that it came from. */
  file: string
  /** Whether it went, as was asked for. */
  removed: boolean
  /** A file of another path that tells the row, too: for its sake it stays. */
  told_by: string | null
}
