import type { MeasuredRow } from '../domain/measurement.ts'
import type { KnownHeads } from '../parse/known-heads.ts'
import { measureRows, MeasureRows } from './measure-rows.ts'
import { readPieces, readSmallFile } from './read-file.ts'

/** The beginning of a measure file: what tells one simulation of a point from the next. */
export interface FirstRow {
  /** Null where the file has no row yet, or none that can be read. */
  row: MeasuredRow | null
  /** The same for files of the same content. */
  content: string
  /** Whether the file ends with a newline. */
  terminated: boolean
}

/** A file that is larger is read up to its first row only, and known by that. */
const smallFile = 2 * 1024 * 1024

/**
 * Reads the first row of a measure file.
 *
 * @throws `file_not_found`, `file_error`, `bad_input` as readPieces.
 */
export function readFirstRow(path: string, heads: KnownHeads): FirstRow {
  const file = readSmallFile(path, smallFile)
  if (file !== null) {
    const row = measureRows(file.bytes, heads).rows[0] ?? null
    return { row, content: file.sha256, terminated: file.bytes.at(-1) === 0x0a }
  }
  const rows = new MeasureRows()
  for (const piece of readPieces(path)) {
    const row = rows.push(piece)[0]
    if (row !== undefined) return { row, content: JSON.stringify(row), terminated: true }
  }
  const row = rows.end().rows[0] ?? null
  return { row, content: JSON.stringify(row), terminated: true }
}
