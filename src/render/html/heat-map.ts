import { commonScale, inUnitOf, type Scale } from '../quantity.ts'
import { classes, htmlFields } from './table.ts'
import { type Html, markup, joinHtml } from './html.ts'

/** A measurement over corner and temperature (down) and extraction and voltage (across). */
export interface DrawnMap {
  measurement: string
  /** `s`; null where it is not known. */
  unit: string | null
  /** What there is to say besides: the limit, the worst value … */
  facts: readonly (readonly [label: string, text: string])[]
  groups: readonly { extraction: string; voltages: readonly string[] }[]
  rows: readonly { corner: string; temperature_c: number; cells: readonly (DrawnCell | null)[] }[]
  scale: { of: 'margin_percent' | 'margin' | 'value'; low: number; high: number } | null
}

export interface DrawnCell {
  state: 'fail' | 'failed' | 'missing' | 'near' | 'pass' | 'value'
  value: number | null
  /** The text in place of a value, for `failed`. */
  text: string | null
  waived: boolean
  /** The place on the scale, 0 to 1. */
  share: number | null
}

/** How many colours a scale has. */
const steps = 7

/** A map as a table: every cell has its value as text, and a sign for whatever is wrong with it. */
export function htmlHeatMap(map: DrawnMap): Html {
  const cells = map.rows.flatMap((row) => row.cells.filter((cell) => cell !== null))
  const scale = commonScale(cells.map(({ value }) => value))
  const unit = scale.prefix + (map.unit ?? '')
  const of = map.scale?.of === 'value' ? 'value' : 'margin'
  // Room for a sign behind every number, so that they stand right below each other.
  const blank = cells.some(({ state }) => state === 'fail' || state === 'near') ? ' ' : ''
  const corners = countRuns(map.rows.map(({ corner }) => corner))
  const lines = map.rows.map(({ corner, temperature_c, cells: inRow }, index) => {
    const span = corners[index]!
    const head = span > 0 && markup`<th scope="rowgroup" rowspan="${span}">${corner}</th>`
    return markup`<tr${classes(span > 0 ? 'first' : '')}>${head}<th scope="row">${temperature_c}&deg;</th>${inRow.map((cell) => heatCell(cell, of, scale, blank))}</tr>\n`
  })
  const title = unit === '' ? map.measurement : `${map.measurement} [${unit}]`
  return markup`<section class="map">
    <h3>${map.measurement}${unit !== '' && markup` <small>[${unit}]</small>`}</h3>
    ${htmlFields(map.facts)} ${map.scale !== null && legend(map, of, scale, unit)}
    <div class="scroll" tabindex="0" role="region" aria-label="${`Heat map of ${title}`}">
      <table class="heat">
        <caption class="unseen">${title} over corner, temperature, extraction and voltage</caption>
        <thead>
          <tr>
            <th rowspan="2" scope="col">corner</th>
            <th rowspan="2" scope="col">&deg;C</th>
            ${map.groups.map(
              ({ extraction, voltages }) =>
                markup`<th scope="colgroup" colspan="${voltages.length}" class="group">${extraction}</th>`,
            )}
          </tr>
          <tr>
            ${map.groups.map(({ voltages }) => joinHtml(voltages.map((name) => voltageHead(name))))}
          </tr>
        </thead>
        <tbody>\n${lines}</tbody>
      </table>
    </div>
  </section> `
}

/** `v1min_v2max` in two lines: it is wider than the numbers below it. */
function voltageHead(name: string): Html {
  const parts = name.split('_').map((part) => markup`${part}`)
  return markup`<th scope="col">${joinHtml(parts, '_<br>')}</th>`
}

function heatCell(cell: DrawnCell | null, of: 'value' | 'margin', scale: Scale, blank: string): Html {
  if (cell === null) return markup`<td class="none"><span class="unseen">not expected</span></td>`
  const waived = cell.waived && 'w'
  switch (cell.state) {
    case 'missing':
      return markup`<td class="gap"><span class="unseen">missing</span>?${waived}</td>`
    case 'failed':
      return markup`<td class="gap">&times;${cell.text?.trim() === '' ? '(empty)' : cell.text}${waived}</td>`
    case 'fail':
      return markup`<td class="fail">${scale.text(cell.value)}!${cell.waived && 'w'}</td>`
    case 'near':
      return markup`<td class="near">${scale.text(cell.value)}~</td>`
    case 'pass':
    case 'value': {
      const step = cell.share === null ? '' : stepClass(of, cell.share)
      return markup`<td${classes(step)}>${scale.text(cell.value)}${blank}</td>`
    }
  }
}

const stepClass = (of: 'value' | 'margin', share: number): string =>
  `${of === 'margin' ? 'm' : 'v'}${Math.min(steps - 1, Math.floor(share * steps))}`

/** The colours of one map and what they stand for. */
function legend({ scale }: DrawnMap, of: 'value' | 'margin', { prefix, text }: Scale, unit: string): Html {
  const { low, high } = scale!
  const end = (number: number): string => {
    if (scale!.of === 'margin_percent') return `${number.toFixed(1)} %`
    if (scale!.of === 'margin') return inUnitOf([low, high], number)
    return `${text(number)} ${prefix === '' ? '' : unit}`.trim()
  }
  const chips = Array.from(
    { length: steps },
    (_, step) => markup`<i class="${(of === 'margin' ? 'm' : 'v') + String(step)}"></i>`,
  )
  const what = of === 'margin' ? 'margin' : 'value'
  return markup`<p class="legend">
    ${what} <span>${end(low)}</span> <span class="chips" aria-hidden="true">${chips}</span>
    <span>${end(high)}</span>
  </p> `
}

/** What the signs of all maps mean. */
export function heatKey(): Html {
  return markup`<ul class="key" aria-label="Signs in the heat maps">
    <li><b class="fail">!</b> violates a limit</li>
    <li><b class="near">~</b> near a limit</li>
    <li><b class="gap">?</b> missing</li>
    <li><b class="gap">&times;</b> failed: the text in place of the value</li>
    <li><b>w</b> waived</li>
    <li><b class="none">&nbsp;</b> not expected</li>
  </ul> `
}

/** For each element how many equal ones begin with it; 0 inside a run. */
function countRuns(names: readonly string[]): number[] {
  return names.map((name, index) => {
    if (index > 0 && names[index - 1] === name) return 0
    let end = index
    while (names[end] === name) end += 1
    return end - index
  })
}
