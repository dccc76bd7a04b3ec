import type { LimitCheck } from '../domain/check-limits.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { measurementNames, type Result } from '../domain/result.ts'
import type { Column } from '../render/index.ts'
import { type Html, markup, joinHtml } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlFields, htmlNote, htmlTable, type HtmlColumn } from '../render/html/table.ts'
import { type CheckRow, checkTable, toCheckRow, waiverTable } from './check-table.ts'
import { changeColumns, differenceColumns, jobText, worstColumns } from './compare-table.ts'
import { configurationFields, jobFields, timeline } from './job-view.ts'
import { type Findings, missingPoints } from './report-findings.ts'
import { heatSection } from './report-maps.ts'
import { tableColumns } from './result-table.ts'
import { counted } from './shared.ts'
import { stageColumns } from './stage-columns.ts'
import { summaryColumns, summaryRows } from './summary-table.ts'

/** The sections that the findings give, in the order in which a reader asks. */
export function reportSections(findings: Findings): Section[] {
  return [
    limitSection(findings),
    summarySection(findings),
    gapSection(findings),
    heatSection(findings),
    comparisonSection(findings),
    valueSection(findings),
    jobSection(findings),
  ].filter((section) => section !== null)
}

function limitSection({ checks, inForce }: Findings): Section | null {
  if (checks === null || inForce === null) return null
  const rows = checks.map((check) => toCheckRow(check, inForce.version))
  const columns = checkTable(rows, false).map((column): HtmlColumn<CheckRow> =>
    column.key === 'verdict'
      ? { ...column, html: (row) => signed(verdictSigns[row.verdict], row.verdict) }
      : column,
  )
  const waived = checks.flatMap(({ limit, waivers }) =>
    waivers.map((waiver) => ({ ...waiver, measurement: limit.measurement })),
  )
  const origin =
    inForce.version === null ? inForce.path : `version ${inForce.version} of the domain (${inForce.path})`
  return {
    id: 'limits',
    title: 'Limits',
    body: joinHtml([
      htmlNote(
        `Limits: ${origin}. The margin is what is left to the limit, negative when it is violated; in percent of max − min, or of the limit where there is one side. ! violates, ~ is near.`,
      ),
      htmlTable({ caption: 'Limits with the worst value and its margin', columns, rows }),
      ...(waived.length === 0
        ? []
        : [
            markup`<h3>Waived</h3>`,
            htmlTable({ caption: 'Waivers that count here', columns: waiverTable, rows: waived }),
          ]),
    ]),
  }
}

const verdictSigns: Record<LimitCheck['verdict'], string> = {
  ...{ pass: '✓', near: '~', waived: 'w', incomplete: '?', fail: '✗' },
}

const signed = (sign: string, word: string): Html => markup`<span aria-hidden="true">${sign}</span> ${word}`

function summarySection({ results, expected, limits }: Findings): Section | null {
  const rows = summaryRows({ results, expected })
  if (rows.length === 0) return null
  return {
    id: 'summary',
    title: 'Summary',
    body: htmlTable({
      caption: 'Extremes of every measurement',
      columns: summaryColumns(false, limits),
      rows,
    }),
  }
}

interface FailedValue {
  result: Result
  measurement: string
  text: string
}

function gapSection({ results, expected, job }: Findings): Section | null {
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
      value: ({ text }) => (text.trim() === '' ? '(empty)' : text),
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
            htmlTable({
              ...{ caption: 'Missing PVT points', columns: pointColumns, rows: missing },
              ...{ filter: missing.length > few, tall: true },
            }),
          ]),
      ...(failed.length === 0
        ? []
        : [
            markup`<h3>${counted(failed.length, 'failed value')}</h3>`,
            htmlTable({
              ...{ caption: 'Values that failed', columns: failedColumns, rows: failed },
              ...{ filter: failed.length > few, tall: true },
            }),
          ]),
    ]),
  }
}

/** Rows that one looks through without help. */
const few = 10

const hasNone = (results: readonly Result[], stored: number): Html =>
  results.length === 0
    ? htmlNote(stored === 0 ? 'No result was imported yet.' : 'None of them is stored.')
    : markup``

/** Changes that the page shows; the command `results compare` has all. */
const mostChanges = 200

function comparisonSection({ comparison }: Findings): Section | null {
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

/** Values that the page lists: more would make it too large to send. */
const mostValues = 30_000

function valueSection({ results, limits }: Findings): Section | null {
  const names = measurementNames(results)
  if (names.length === 0) return null
  const most = Math.max(1, Math.floor(mostValues / names.length))
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

function jobSection({ job }: Findings): Section {
  const stages = timeline(job)
  const configuration = configurationFields(job)
  return {
    id: 'job',
    title: 'Job',
    body: joinHtml([
      htmlFields(jobFields(job)),
      ...(configuration.length === 0 ? [] : [markup`<h3>config.cfg</h3>`, htmlFields(configuration)]),
      ...(stages.length === 0
        ? []
        : [markup`<h3>Stages</h3>`, htmlTable({ caption: 'Stages', columns: stageColumns, rows: stages })]),
    ]),
  }
}
