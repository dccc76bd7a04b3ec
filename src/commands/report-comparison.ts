import { joinHtml, markup } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlNote, htmlTable } from '../render/html/table.ts'
import { changeColumns, differenceColumns, jobText, worstColumns } from './compare-table.ts'
import type { Findings } from './report-findings.ts'
import { counted } from './shared.ts'

/** Changes that the page shows; the command `results compare` has all. */
const mostChanges = 200

/** What changed against another job; null when none was named. */
export function comparisonSection({ comparison }: Findings): Section | null {
  if (comparison === null) return null
  const { base, changes, worst, differences } = comparison
  const different = changes.filter(({ verdict }) => verdict !== 'same')
  const shown = different.slice(0, mostChanges)
  const hasRows = changes.some(({ alter_number, row_number }) => alter_number !== 1 || row_number !== 1)
  const moved = worst.filter((row) => row.moved === true).length
  const left = different.length - shown.length
  const counts = `${different.length} of ${counted(changes.length, 'value')} differ; the worst point moved for ${moved} of ${counted(worst.length, 'measurement')}.`
  const more =
    left === 0 ? '' : ` The ${mostChanges} largest changes are shown, ${left} more with: pvt results compare.`
  return {
    id: 'comparison',
    title: 'Comparison',
    body: joinHtml([
      htmlNote(`Base: ${jobText(base)}. ${counts}${more}`),
      ...(differences.length === 0
        ? []
        : [
            markup`<h3>What else differs</h3>`,
            htmlTable({
              caption: 'Differences besides the values',
              columns: differenceColumns,
              rows: differences,
            }),
          ]),
      markup`<h3>Worst values</h3>`,
      htmlTable({
        caption: 'The worst value of every measurement in both jobs',
        columns: worstColumns,
        rows: worst,
      }),
      ...(shown.length === 0
        ? []
        : [
            markup`<h3>Largest changes</h3>`,
            htmlTable({
              ...{
                caption: 'Changes of values, the largest first',
                columns: changeColumns(hasRows),
                rows: shown,
              },
              ...{ filter: true, tall: true },
            }),
          ]),
    ]),
  }
}
