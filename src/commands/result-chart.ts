import type { Result } from '../domain/result.ts'
import { summarise, type Summary } from '../domain/summary.ts'
import { type Column, commonScale, renderTable, strip, type Style } from '../render/index.ts'

/** The narrowest and the widest strip, and the one where there is no terminal. */
const [narrowest, widest, usual] = [20, 80, 40]

/** What stands beside a strip: the corner and four numbers. */
const besides = 50

/** A chart per measurement: from its lowest to its highest value, a line a corner with its range and its mean. */
export async function resultChart(results: readonly Result[], style: Style): Promise<string> {
  const corners = [...new Set(results.map(({ corner }) => corner))]
  const byCorner = corners.map((corner) => ({
    corner,
    summaries: new Map(
      summarise(results.filter((row) => row.corner === corner)).map((summary) => [
        summary.measurement,
        summary,
      ]),
    ),
  }))
  const charts: string[] = []
  for (const whole of summarise(results)) {
    const lines = byCorner.flatMap(({ corner, summaries }): Line[] => {
      const summary = summaries.get(whole.measurement)
      return summary === undefined ? [] : [{ corner, ...summary }]
    })
    charts.push(await renderTable(chartColumns(whole, style), lines, style))
  }
  return charts.join('\n')
}

type Line = Summary & { corner: string }

function chartColumns(whole: Summary, style: Style): Column<Line>[] {
  const scale = commonScale([whole.min, whole.max])
  const width = Math.min(widest, Math.max(narrowest, (style.width?.() ?? usual + besides) - besides))
  const [low, high] = [scale.text(whole.min), scale.text(whole.max)]
  const quantity = (key: 'min' | 'mean' | 'max'): Column<Line> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    // The sign of the ends of the scale: colour is never the only one.
    text: (row) => `${scale.text(row[key])} ${isEnd(row, key) ? '*' : ' '}`,
    paint: (row) => (isEnd(row, key) ? 'yellow' : null),
  })
  const isEnd = (row: Line, key: 'min' | 'mean' | 'max'): boolean =>
    key !== 'mean' && row[key] !== null && row[key] === whole[key]
  const draw = (row: Line): string => {
    if (row.min === null || row.mean === null || row.max === null) return 'no value'
    const range = { min: row.min, mark: row.mean, max: row.max }
    return strip(range, { low: whole.min!, high: whole.max! }, width, style.unicode === true)
  }
  return [
    {
      key: 'corner',
      title: scale.prefix === '' ? whole.measurement : `${whole.measurement} [${scale.prefix}]`,
      value: (row) => row.corner,
    },
    {
      key: 'chart',
      title: low + high.padStart(Math.max(high.length + 1, width - low.length)),
      value: draw,
      text: draw,
      paint: (row) => (row.count === 0 ? 'red' : null),
    },
    quantity('min'),
    quantity('mean'),
    quantity('max'),
    {
      key: 'failed',
      align: 'right',
      value: (row) => row.failed,
      paint: (row) => (row.failed > 0 ? 'red' : null),
    },
  ]
}
