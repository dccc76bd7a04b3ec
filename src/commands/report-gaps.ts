import { type PvtPoint, pointName } from '../domain/point.ts'
import type { Result } from '../domain/result.ts'
import { type Html, joinHtml, markup } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlNote, htmlTable } from '../render/html/table.ts'
import type { Column } from '../render/index.ts'
import { type Findings, missingPoints } from './report-findings.ts'
import { orEmpty } from './result-table.ts'
import { counted } from './shared.ts'

interface FailedValue {
  result: Result
  measurement: string
  text: string
}

/** What is not there, and why; null when all is. */
export function gapSection({ results, expected, job }: Findings): Section | null {
  const missing = missingPoints({ results, expected })
  const failed = results.flatMap((result) =>
    Object.entries(result.failed).map(([measurement, text]): FailedValue => ({ result, measurement, text })),
  )
  if (missing.length === 0 && failed.length === 0) return null
  const pointColumns: Column<PvtPoint>[] = [
    { key: 'point', value: pointName },
    { key: 'corner', value: ({ corner }) => corner },
    { key: 'extraction', value: ({ extraction }) => extraction },
    { key: 'temperature_c', title: 'celsius', align: 'right', value: ({ temperature_c }) => temperature_c },
    { key: 'voltage', value: ({ voltage_combo }) => voltage_combo },
  ]
  const failedColumns: Column<FailedValue>[] = [
    { key: 'point', value: ({ result }) => pointName(result) },
    { key: 'measurement', value: ({ measurement }) => measurement },
    {
      key: 'text',
      title: 'instead of a value',
      value: ({ text }) => orEmpty(text),
      paint: () => 'red',
    },
    { key: 'file', value: ({ result }) => result.mt0_file_path },
  ]
  return {
    id: 'gaps',
    title: 'Missing and failed',
    body: joinHtml([
      ...(missing.length === 0
        ? []
        : [
            markup`<h3>${counted(missing.length, 'missing PVT point')}</h3>`,
            hasNone(results, job.stored_simulations),
            ...cutNote(missing.length, 'pvt results missing'),
            htmlTable({
              ...{ caption: 'Missing PVT points', columns: pointColumns, rows: missing.slice(0, mostListed) },
              ...{ filter: missing.length > few, tall: true },
            }),
          ]),
      ...(failed.length === 0
        ? []
        : [
            markup`<h3>${counted(failed.length, 'failed value')}</h3>`,
            ...cutNote(failed.length, 'pvt results show --failed'),
            htmlTable({
              ...{ caption: 'Values that failed', columns: failedColumns, rows: failed.slice(0, mostListed) },
              ...{ filter: failed.length > few, tall: true },
            }),
          ]),
    ]),
  }
}

/** Rows of a list: a run that failed altogether would make the page too large to send. */
const mostListed = 400

const cutNote = (count: number, command: string): Html[] =>
  count > mostListed ? [htmlNote(`The first ${mostListed}; all of them with: ${command}.`)] : []

/** Rows that one looks through without help. */
const few = 10

const hasNone = (results: readonly Result[], stored: number): Html =>
  results.length === 0
    ? htmlNote(stored === 0 ? 'No result was imported yet.' : 'None of them is stored.')
    : markup``
