import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ResultSource } from '../../src/domain/measurement.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'

export type Values = Record<string, number | 'failed'>
export type SourceFiles = Record<ResultSource, string>

/** Files of the point TT/typical/m40/v1min, each in a place of its own. */
export const sourceFiles = (run: string): SourceFiles => ({
  measure: join(run, 'TT/typical/typical_m40/v1min/sim_tx.mt0'),
  report: join(run, 'report/report_TT_typical_m40_v1min.txt'),
  creport: join(run, 'report/creport.txt'),
})

const tabbed = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((fields) => `${fields.join('\t')}\t\t\n`).join('')

export const textOf: Record<ResultSource, (rows: readonly Values[]) => string> = {
  measure: (rows) =>
    hspiceMeasureText({
      names: [...Object.keys(rows[0]!), 'temper', 'alter#'],
      rows: rows.map((values) => [...Object.values(values), -40, 1]),
    }),
  report: (rows) =>
    tabbed([
      [...Object.keys(rows[0]!), 'temper', 'alter#'],
      ...rows.map((values) => [...Object.values(values), -40, 1]),
    ]),
  creport: (rows) =>
    tabbed([
      ['process', 'extract', 'temp', 'v1', ...Object.keys(rows[0]!), 'temper', 'alter#'],
      ...rows.map((values) => ['TT', 'typical', -40, 'min', ...Object.values(values), -40, 1]),
    ]),
}

export function write(run: SourceFiles, source: ResultSource, ...rows: Values[]): string {
  mkdirSync(dirname(run[source]), { recursive: true })
  writeFileSync(run[source], textOf[source](rows))
  return run[source]
}
