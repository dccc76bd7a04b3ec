import { isHeadLine, titleOf } from './measure-dialect.ts'
import type { MeasureTable } from './measure-table.ts'
import type { Line } from './text.ts'

export type HeadFields = Pick<MeasureTable, 'title' | 'source' | 'version' | 'paramCount'>

/**
 * The lines above the names: `$DATA1 SOURCE='…' VERSION='…' PARAM_COUNT=n` of HSPICE and PrimeSim, `$
 * Simulator: spectre (ver. …)` of Spectre, other `$` lines in any number, and `.TITLE '…'`. A file may have
 * none.
 */
export class MeasureHead {
  readonly fields: HeadFields

  constructor(known: HeadFields = { title: null, source: null, version: null, paramCount: null }) {
    this.fields = known
  }

  /** Whether the line belongs to the head. To be asked for each line until it gives false. */
  take({ text, terminated }: Line): boolean {
    if (text.trim() !== '' && !isHeadLine(text)) return false
    // A head that the end of the file cut may have lost digits.
    if (!terminated) return true
    if (text.startsWith('$DATA1')) Object.assign(this.fields, readData1(text))
    const spectre = /^\$\s*Simulator:\s*(\S+)(?:\s*\(ver\.([^)]*)\))?/i.exec(text)
    if (spectre !== null) {
      Object.assign(this.fields, { source: spectre[1]!, version: spectre[2]?.trim() ?? null })
    }
    this.fields.title ??= titleOf(text)
    return true
  }
}

function readData1(text: string): Omit<HeadFields, 'title'> {
  const count = /\bPARAM_COUNT=(\d+)/.exec(text)?.[1]
  return {
    source: /\bSOURCE='([^']*)'/.exec(text)?.[1] ?? null,
    version: /\bVERSION='([^']*)'/.exec(text)?.[1] ?? null,
    paramCount: count === undefined ? null : Number(count),
  }
}
