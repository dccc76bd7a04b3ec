import type { LimitCheck } from '../domain/check-limits.ts'
import { heatMaps } from '../domain/heat-map.ts'
import { distinctPoints } from '../domain/point.ts'
import { measurementNames } from '../domain/result.ts'
import { worstFirst } from '../domain/worst-measurements.ts'
import { inUnitOf } from '../render/index.ts'
import { heatKey, htmlHeatMap } from '../render/html/heat-map.ts'
import { type Html, markup } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlNote } from '../render/html/table.ts'
import type { Findings } from './report-findings.ts'
import { summaryRows } from './summary-table.ts'

/** Cells of all maps together, 34 characters each; the frame of a map takes as much as 90. */
const mostCells = 11_000
const frameCells = 90

/** Limits that a map names. */
const mostFacts = 12

/** A heat map of every measurement, or where these would make the page too large, of the worst; null without results. */
export function heatSection(findings: Findings): Section | null {
  const { results, expected, checks, limits } = findings
  const all = measurementNames(results)
  if (all.length === 0) return null
  const points = distinctPoints([...(expected ?? []), ...results])
  const most = Math.max(1, Math.floor(mostCells / (points.length + frameCells)))
  const names = all.length <= most ? all : worstFirst(all, results, checks ?? []).slice(0, most)
  const others = all.filter((name) => !names.includes(name))
  const rows = new Map(summaryRows({ results, expected }).map((row) => [row.measurement, row]))
  const maps = heatMaps(names, points, results, checks ?? []).map((map) => {
    const ofName = limits.filter(({ measurement }) => measurement === map.measurement)
    const unit = ofName.find(({ unit: known }) => known !== null)?.unit ?? null
    const { min = null, min_point = null, max = null, max_point = null } = rows.get(map.measurement) ?? {}
    const worst = (checks ?? []).filter(({ limit }) => limit.measurement === map.measurement).map(factOfCheck)
    const range = min === null ? [] : [['min', `${inUnitOf([min, max], min)} at ${min_point!}`] as const]
    const top = max === null ? [] : [['max', `${inUnitOf([min, max], max)} at ${max_point!}`] as const]
    const more =
      worst.length > mostFacts ? [['limits', `${worst.length - mostFacts} more above`] as const] : []
    return htmlHeatMap({
      ...map,
      unit,
      facts: [...worst.slice(0, mostFacts), ...more, ...range, ...top],
    })
  })
  const sweeps = results.some(({ alter_number, row_number }) => alter_number !== 1 || row_number !== 1)
  return {
    id: 'maps',
    title: 'Heat maps',
    body: markup`${htmlNote(mapsNote(checks !== null, sweeps))}${others.length > 0 && cutNote(names.length, others)}${heatKey()}
      <div class="maps">${maps}</div> `,
  }
}

const cutNote = (shown: number, others: readonly string[]): Html =>
  htmlNote(
    `The ${shown} worst of ${shown + others.length} measurements, violated limits first. With --measure '<name>' the page has the map of any other: ${others.join(', ')}.`,
  )

function mapsNote(hasLimits: boolean, sweeps: boolean): string {
  const colour = hasLimits
    ? 'Colour is the margin to the limit, the palest the smallest; without a limit it is the value, the palest the lowest.'
    : 'Colour is the value, the palest the lowest.'
  return `A cell is the value of a PVT point. ${colour}${sweeps ? ' Of several rows of a point the worst is shown.' : ''}`
}

/** `limit`: `10.00p … 50.00p, worst 48.15p, margin 3.7 % at …` */
function factOfCheck({ limit, worst, verdict }: LimitCheck): readonly [string, string] {
  const numbers = [limit.min, limit.max, worst?.value ?? null]
  const { min, max } = limit
  const shown = (value: number | null): string => inUnitOf(numbers, value)
  const range =
    min !== null && max !== null
      ? `${shown(min)} … ${shown(max)}`
      : min !== null
        ? `≥ ${shown(min)}`
        : `≤ ${shown(max)}`
  const margin =
    worst === null
      ? 'no value'
      : `margin ${worst.margin_percent === null ? shown(worst.margin) : `${worst.margin_percent.toFixed(1)} %`}`
  const where = limit.point === null ? '' : ` for ${limit.point}`
  return [`limit${where}`, `${range}: ${verdict}, ${margin}`]
}
