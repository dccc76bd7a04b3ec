import { measurementNames } from '../domain/result.ts'
import { joinHtml } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlNote, htmlTable } from '../render/html/table.ts'
import type { Findings } from './report-findings.ts'
import { tableColumns } from './result-table.ts'
import { counted } from './shared.ts'

/** What a value takes on the page with its tags, and what a row takes besides. */
const valueCharacters = 52
const rowCharacters = 165

/** All values, or the first rows that have room in so many characters, at least one; null without measurements. */
export function valueSection({ results, limits }: Findings, room: number): Section | null {
  const names = measurementNames(results)
  if (names.length === 0) return null
  const most = Math.max(1, Math.floor(room / (names.length * valueCharacters + rowCharacters)))
  const rows = results.slice(0, most)
  const left = results.length - rows.length
  return {
    id: 'values',
    title: `All values (${counted(results.length, 'row')})`,
    closed: true,
    body: joinHtml([
      ...(left === 0
        ? []
        : [htmlNote(`The first ${rows.length} rows; all of them with: pvt results export.`)]),
      htmlTable({
        ...{ caption: 'All measured values', columns: tableColumns(results, { raw: false, limits }), rows },
        ...{ filter: true, tall: true },
      }),
    ]),
  }
}
