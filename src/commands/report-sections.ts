import { type LimitCheck, verdicts } from '../domain/check-limits.ts'
import { type Html, markup, joinHtml } from '../render/html/html.ts'
import type { Section } from '../render/html/page.ts'
import { htmlFields, htmlNote, htmlTable, type HtmlColumn } from '../render/html/table.ts'
import { type CheckRow, checkTable, toCheckRow, waiversOf, waiverTable } from './check-table.ts'
import { configurationFields, jobFields, timeline } from './job-view.ts'
import { comparisonSection } from './report-comparison.ts'
import type { Findings } from './report-findings.ts'
import { gapSection } from './report-gaps.ts'
import { heatSection } from './report-maps.ts'
import { valueSection } from './report-values.ts'
import { stageColumns } from './stage-columns.ts'
import { summaryColumns, summaryRows } from './summary-table.ts'

/**
 * The sections that the findings give, in the order in which a reader asks. All values come last but one, and have the
 * room that the others leave: a page of more than 1 MB does not go through every mail server.
 */
export function reportSections(findings: Findings): Section[] {
  const sections = [
    limitSection(findings),
    summarySection(findings),
    gapSection(findings),
    heatSection(findings),
    comparisonSection(findings),
  ].filter((section) => section !== null)
  const job = jobSection(findings)
  const taken = [...sections, job].reduce((sum, { body }) => sum + body.text.length, 0)
  const values = valueSection(findings, mostCharacters - taken)
  return [...sections, ...(values === null ? [] : [values]), job]
}

/** Of all sections; the head with its style sheet and the foot take 20,000 more. */
const mostCharacters = 930_000

function limitSection({ checks, inForce }: Findings): Section | null {
  if (checks === null || inForce === null) return null
  const rows = mostUrgent(checks).map((check) => toCheckRow(check, inForce.version))
  const columns = checkTable(rows, false).map((column): HtmlColumn<CheckRow> =>
    column.key === 'verdict'
      ? { ...column, html: (row) => signed(verdictSigns[row.verdict], row.verdict) }
      : column,
  )
  const waived = waiversOf(checks)
  const origin =
    inForce.version === null ? inForce.path : `version ${inForce.version} of the domain (${inForce.path})`
  return {
    id: 'limits',
    title: 'Limits',
    body: joinHtml([
      htmlNote(
        `Limits: ${origin}. The margin is what is left to the limit, negative when it is violated; in percent of max − min, or of the limit where there is one side. ! violates, ~ is near.`,
      ),
      ...(rows.length < checks.length
        ? [htmlNote(`The ${rows.length} worst of ${checks.length}; all of them with: pvt results check.`)]
        : []),
      htmlTable({ caption: 'Limits with the worst value and its margin', columns, rows }),
      ...(waived.length === 0
        ? []
        : [
            markup`<h3>Waived</h3>`,
            htmlTable({
              ...{ caption: 'Waivers that count here', columns: waiverTable },
              rows: waived.slice(0, mostLimits),
            }),
          ]),
    ]),
  }
}

/** Rows of limits: many thousands would make the page too large to send. */
const mostLimits = 500

/** All limits in their order, or where they are too many those with the worst verdicts. */
function mostUrgent(checks: readonly LimitCheck[]): readonly LimitCheck[] {
  if (checks.length <= mostLimits) return checks
  const rankOf = ({ verdict }: LimitCheck): number => verdicts.indexOf(verdict)
  return [...checks].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, mostLimits)
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
