import { baseCorners, gateSplitCorners } from '../domain/matrix.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'

/** `sim_tx.mt0`, `.ms0 .ma0 .md0`, `.mt00`, `.mt0.csv`, `_mt0.csv`, `.mt0@ra`; in capitals where Windows had them. */
const measureFileName = /\.m[tsad]\d+(@\w+)?(\.csv)?$|_m[tsad]\d+\.csv$/i

export const isMeasureFileName = (name: string): boolean => measureFileName.test(name)

/** A measure file that somebody packed: `sim_tx.mt0.gz`. */
export const isPackedMeasureName = (name: string): boolean =>
  packed.test(name) && isMeasureFileName(name.replace(packed, ''))

const packed = /\.(?:gz|z|bz2|xz|zst|zip)$/i

/** The name without its ending; and, where it is an alter's (`sim_tx#1`, `sim_tx_a1`), that of its testbench. */
export function measureStems(name: string): string[] {
  const stem = name.replace(measureFileName, '')
  return [stem, stem.replace(/(#\d+|_a\d+)$/, '')]
}

/**
 * The point that a measure file's own name tells, as in folders into which somebody gathered the files of many points:
 * `[<testbench>_]<corner>_<extraction>_<temperature>_<voltage>.mt0`. Null when the name is none, its extraction is not
 * one of the flow's, or it cannot be told where the testbench ends and the corner begins.
 */
export function parseMeasureFileName(name: string): PvtPoint | null {
  const match = gathered.exec(measureStems(name)[1]!)
  if (match === null) return null
  const [, head, extraction, temperature, voltage] = match as unknown as string[]
  const corner = knownCorners.find((known) => head === known || head!.endsWith(`_${known}`))
  if (corner === undefined && head!.includes('_')) return null
  return toPoint(corner ?? head!, extraction!, temperature!, voltage!)
}

const gathered =
  /^(.+)_(typical|r?c(?:worst|best)_CC(?:worst|best)_T)_(m?\d+(?:\.\d+)?)_(v1[a-z]+(?:_v2[a-z]+(?:_v3[a-z]+)?)?)$/

/** The gate split corners first: FFG_SSG ends with SSG. */
const knownCorners: readonly string[] = [...gateSplitCorners, ...baseCorners]
