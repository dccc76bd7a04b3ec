import { type CornerReport, parseCornerReport } from '../parse/corner-report.ts'
import { type Creport, parseCreport } from '../parse/creport.ts'
import { reportsBeside } from './find-files.ts'
import { readTextFile, type TextFile } from './read-file.ts'

/** Reads a creport.txt; the names that its header may lack come from a report, given or beside it. */
export function readCreport(
  { path, text }: Pick<TextFile, 'path' | 'text'>,
  names?: readonly string[],
): Creport {
  const creport = parseCreport(text, names)
  if (creport.namesInHeader || names !== undefined) return creport
  for (const report of reportsBeside(path)) {
    const found = columnsOf(parseCornerReport(readTextFile(report).text))
    if (found !== undefined) return parseCreport(text, found)
  }
  return creport
}

/** The columns of a report as creport.txt repeats them, the sweep first; undefined for a failed simulation. */
export function columnsOf({ names, rows }: CornerReport): string[] | undefined {
  return names.length === 0 ? undefined : [...Object.keys(rows[0]?.sweep ?? {}), ...names]
}

/** The second field of every line of values. A field that is none does no harm: no report's name holds it. */
export function extractionsIn(creport: string): string[] {
  const names = new Set<string>()
  for (const line of creport.split('\n')) {
    const [corner, extraction, temperature] = line.split('\t', 3)
    if (corner !== 'process' && extraction !== undefined && temperature !== undefined) names.add(extraction)
  }
  return [...names]
}
