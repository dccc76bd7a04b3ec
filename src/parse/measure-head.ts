import { isHeadLine, titleOf } from './measure-dialect.ts'
import type { MeasureTable } from './measure-table.ts'
import type { Line } from './text.ts'

export type HeadFields = Pick<MeasureTable, 'title' | 'source' | 'version' | 'paramCount'>

export interface MeasureHead {
  fields: HeadFields
  /** Index of the first line behind the head. */
  end: number
}

/**
 * The lines above the names: `$DATA1 SOURCE='…' VERSION='…' PARAM_COUNT=n` of HSPICE and PrimeSim, `$
 * Simulator: spectre (ver. …)` of Spectre, other `$` lines in any number, and `.TITLE '…'`. A file may have
 * none.
 */
export function readMeasureHead(lines: readonly Line[]): MeasureHead {
  const fields: HeadFields = { title: null, source: null, version: null, paramCount: null }
  let end = 0
  for (const { text, terminated } of lines) {
    if (text.trim() !== '' && !isHeadLine(text)) break
    end += 1
    // A head that the end of the file cut may have lost digits.
    if (!terminated) break
    if (text.startsWith('$DATA1')) Object.assign(fields, readData1(text))
    const spectre = /^\$\s*Simulator:\s*(\S+)(?:\s*\(ver\.\s*([^)]*)\))?/i.exec(text)
    if (spectre !== null) Object.assign(fields, { source: spectre[1]!, version: spectre[2]?.trim() ?? null })
    fields.title ??= titleOf(text)
  }
  return { fields, end }
}

function readData1(text: string): Omit<HeadFields, 'title'> {
  const count = /\bPARAM_COUNT=(\d+)/.exec(text)?.[1]
  return {
    source: /\bSOURCE='([^']*)'/.exec(text)?.[1] ?? null,
    version: /\bVERSION='([^']*)'/.exec(text)?.[1] ?? null,
    paramCount: count === undefined ? null : Number(count),
  }
}
