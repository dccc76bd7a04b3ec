import { basename, dirname } from 'node:path'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import { parseMeasureFileName } from '../parse/measure-file-name.ts'

/**
 * The point that the folders of a measure file tell: `<corner>/<extraction>/<extraction>_<temperature>/<voltage>` in a
 * live tree, with `result/` below during the stage `ext`; `tb_bkp/[<corner>/]<extraction>_<temperature>/<voltage>` in a
 * backup, where a corner that is left out is TT. Else what its own name tells.
 */
export const pointOfPath = (path: string): PvtPoint | null =>
  pointOfFolder(dirname(path)) ?? pointOfFileName(basename(path))

/** What the folder of a measure file tells alone. */
export function pointOfFolder(folder: string): PvtPoint | null {
  const folders = folder.split('/')
  if (folders.at(-1) === 'result') folders.pop()
  const last = folders.length - 1
  return pointOfFolders(
    folders[last - 3] ?? '',
    folders[last - 2] ?? '',
    folders[last - 1] ?? '',
    folders[last]!,
  )
}

/** What its name tells alone. */
export const pointOfFileName = parseMeasureFileName

function pointOfFolders(corner: string, extraction: string, both: string, voltage: string): PvtPoint | null {
  const parts = /^([^]+)_([^_]+)$/.exec(both)
  if (parts === null || !/^v1[a-z]/i.test(voltage)) return null
  const [, named, temperature] = parts as unknown as [string, string, string]
  if (extraction === named) return corner === '' ? null : toPoint(corner, named, temperature, voltage)
  if (extraction === 'tb_bkp') return toPoint('TT', named, temperature, voltage)
  if (corner === 'tb_bkp') return toPoint(extraction, named, temperature, voltage)
  return null
}
