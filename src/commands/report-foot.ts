import { localTime } from '../render/index.ts'
import { type Html, markup } from '../render/html/html.ts'
import { htmlFields, htmlNote, htmlTable, type HtmlColumn, paintClass } from '../render/html/table.ts'
import type { ImportRecord } from '../store/imports.ts'
import type { Findings } from './report-findings.ts'

/** Where everything on the page comes from. */
export function reportFoot({ job, imports, inForce, made }: Findings): Html {
  const columns: HtmlColumn<ImportRecord>[] = [
    { key: 'imported', value: (row) => localTime(row.imported_at) },
    { key: 'by', value: (row) => `${row.imported_by} on ${row.host}` },
    { key: 'path', title: 'read from', value: (row) => row.path },
    { key: 'files_read', title: 'files', align: 'right', value: (row) => row.files_read },
    { key: 'results', title: 'new rows', align: 'right', value: (row) => row.results_new },
    { key: 'updated', align: 'right', value: (row) => row.results_updated },
    { key: 'disagreements', align: 'right', value: (row) => row.disagreements.length },
    {
      key: 'problems',
      align: 'right',
      value: (row) => row.problems.length,
      paint: (row) => (row.problems.length > 0 ? 'red' : null),
    },
    { key: 'program_version', title: 'by pvt', value: (row) => row.program_version },
  ]
  const problems = imports.at(-1)?.problems ?? []
  return markup`<h2>Where this comes from</h2>
    ${htmlFields([
      ['page made', `${localTime(made.at)} (${made.at}) by ${made.by}`],
      ['program', `pvt ${made.version}`],
      ['job', job.job_id],
      ...(job.config_sha256 === null ? [] : [['config.cfg, SHA-256', job.config_sha256] as const]),
      ...(inForce === null
        ? []
        : [
            [
              'limits',
              inForce.version === null ? inForce.path : `version ${inForce.version}, ${inForce.path}`,
            ] as const,
            ['limits, SHA-256', inForce.sha256] as const,
          ]),
    ])}
    ${imports.length === 0 ? htmlNote('Nothing was imported.') : htmlTable({ caption: 'Imports into this job', columns, rows: imports })}
    ${
      problems.length > 0 &&
      markup`<h3>Problems of the newest import</h3>
        <ul>
          ${problems.slice(0, mostProblems).map(({ file, line, message }) => markup`<li class="${paintClass('red')}">${file}${line === null ? '' : `:${line}`}: ${message}</li>`)}
        </ul>`
    }
    ${problems.length > mostProblems && htmlNote(`${problems.length - mostProblems} more problems are in the database.`)}
    <p>
      The page holds all that it shows and needs neither the database nor a network. Times are those of the
      host that made it.
    </p> `
}

const mostProblems = 50
