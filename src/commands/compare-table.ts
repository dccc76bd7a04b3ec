import type { JobDifference } from '../domain/compare-jobs.ts'
import type { Change, ChangeVerdict } from '../domain/compare-results.ts'
import { changeVerdicts } from '../domain/compare-results.ts'
import type { Job } from '../domain/job.ts'
import type { WorstChange } from '../domain/worst-value.ts'
import { type Column, inUnitOf, localTime, type Paint, renderFolded, type Style } from '../render/index.ts'
import { orEmpty } from './result-table.ts'
import { shortId } from './shared.ts'

/** All that `results compare` found. */
export interface Comparison {
  base: Job
  new: Job
  changes: Change[]
  worst: WorstChange[]
  differences: JobDifference[]
}

export const changeKeys = [
  ...['measurement', 'point', 'base', 'new', 'difference', 'percent', 'verdict', 'alter_number'],
  ...['row_number', 'base_failed', 'new_failed'],
]
export const worstKeys = ['measurement', 'base_worst', 'base_point', 'new_worst', 'new_point', 'moved']
export const differenceKeys = ['field', 'base', 'new']

/** The jobs, what else they differ in, a line a measurement, and the `most` largest changes. */
export async function comparisonText(
  { base, new: next, changes, worst, differences }: Comparison,
  most: number,
  style: Style,
): Promise<string> {
  const { shown, hasRows, counts } = firstOf(changes, most)
  const sections = [
    `base ${jobText(base)}\nnew  ${jobText(next)}\n`,
    ...(differences.length === 0 ? [] : [await renderFolded(differenceColumns, 1, differences, style)]),
    ...(worst.length === 0 ? [] : [await renderFolded(worstColumns, 1, worst, style)]),
    ...(shown.length === 0
      ? []
      : [await renderFolded(changeColumns(hasRows), hasRows ? 3 : 2, shown, style)]),
    countsText(counts, shown.length),
  ]
  return sections.join('\n')
}

export const jobText = ({ job_id, name, created_at }: Job): string =>
  `${shortId(job_id)} ${name}, ${localTime(created_at)}`

/** The `most` first ones that are not the same, in one walk through thousands of changes. */
function firstOf(
  changes: readonly Change[],
  most: number,
): { shown: Change[]; hasRows: boolean; counts: Record<ChangeVerdict, number> } {
  const counts = { missing: 0, changed: 0, new: 0, same: 0 }
  const shown: Change[] = []
  let hasRows = false
  for (const change of changes) {
    counts[change.verdict] += 1
    if (change.alter_number !== 1 || change.row_number !== 1) hasRows = true
    if (shown.length < most && change.verdict !== 'same') shown.push(change)
  }
  return { shown, hasRows, counts }
}

function countsText(counts: Record<ChangeVerdict, number>, shown: number): string {
  const texts = changeVerdicts.map((verdict) => `${counts[verdict]} ${verdict}`)
  const different = counts.missing + counts.changed + counts.new
  const hidden = different - shown
  const more = hidden === 0 ? '' : `; ${hidden} are not shown: --limit ${different + counts.same}`
  return `${texts.join(', ')}${more}\n`
}

export const differenceColumns: Column<JobDifference>[] = [
  { key: 'field', title: 'DIFFERS', value: (row) => row.field },
  { key: 'base', value: (row) => row.base },
  { key: 'new', value: (row) => row.new },
]

export const worstColumns: Column<WorstChange>[] = [
  { key: 'measurement', value: (row) => row.measurement },
  worstColumn('base'),
  { key: 'base_point', title: 'AT', value: (row) => row.base_point },
  worstColumn('new'),
  { key: 'new_point', title: 'AT', value: (row) => row.new_point },
  {
    key: 'moved',
    value: (row) => row.moved,
    text: (row) => (row.moved === null ? '-' : row.moved ? 'moved' : 'same point'),
    paint: (row) => (row.moved === true ? 'yellow' : null),
  },
]

function worstColumn(side: 'base' | 'new'): Column<WorstChange> {
  const key = `${side}_worst` as const
  return {
    key,
    title: `WORST ${side.toUpperCase()}`,
    align: 'right',
    value: (row) => row[key],
    text: (row) => inUnitOf([row.base_worst, row.new_worst], row[key]),
  }
}

export function changeColumns(hasRows: boolean): Column<Change>[] {
  const quantity = (
    key: 'base' | 'new' | 'difference',
    failed: (row: Change) => string | null,
  ): Column<Change> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    text: (row) => {
      const text = failed(row)
      return text === null ? inUnitOf([row.base, row.new], row[key]) : orEmpty(text)
    },
  })
  return [
    { key: 'measurement', value: (row) => row.measurement },
    { key: 'point', value: (row) => row.point },
    ...(hasRows
      ? [
          {
            key: 'row',
            align: 'right' as const,
            value: (row: Change) => `${row.alter_number}/${row.row_number}`,
          },
        ]
      : []),
    quantity('base', (row) => row.base_failed),
    quantity('new', (row) => row.new_failed),
    quantity('difference', () => null),
    {
      key: 'percent',
      title: '%',
      align: 'right',
      value: (row) => row.percent,
      text: (row) => row.percent?.toFixed(2) ?? '-',
    },
    { key: 'verdict', value: (row) => row.verdict, paint: (row) => changePaint(row.verdict) },
  ]
}

function changePaint(verdict: ChangeVerdict): Paint | null {
  switch (verdict) {
    case 'missing':
      return 'red'
    case 'changed':
      return 'yellow'
    case 'new':
      return 'green'
    case 'same':
      return null
  }
}
