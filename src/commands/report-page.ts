import { hasEnded } from '../domain/job.ts'
import { distinctPoints } from '../domain/point.ts'
import type { ReportVerdict } from '../domain/report-verdict.ts'
import { duration, localTime } from '../render/index.ts'
import { type Page, renderPage } from '../render/html/page.ts'
import { type Findings, judgeFindings } from './report-findings.ts'
import { reportFoot } from './report-foot.ts'
import { reportSections } from './report-sections.ts'
import { counted } from './shared.ts'

/** The page as text. */
export const reportPage = (findings: Findings): string => renderPage(toPage(findings))

function toPage(findings: Findings): Page {
  const { job, results, expected } = findings
  const verdict = judgeFindings(findings)
  const took = job.elapsed_seconds === null ? '' : `, took ${duration(job.elapsed_seconds)}`
  const count = distinctPoints(results).length
  return {
    kicker: `PVT report · job ${job.job_id} · ${job.domain_path}`,
    title: job.name,
    verdict: { ...verdict, look: lookOf(verdict.word) },
    alerts: alertsOf(findings),
    facts: [
      ['status', `${job.status}${took}`],
      ['created', localTime(job.created_at)],
      ['user', `${job.user} on ${job.host}`],
      ['PVT points', expected === null ? `${count} stored` : `${count} stored, ${expected.length} expected`],
      ...(job.mode === null ? [] : [['mode', job.mode] as const]),
      ...(job.simulator === null ? [] : [['simulator', job.simulator] as const]),
      ...(job.description === null ? [] : [['description', job.description] as const]),
      ...(job.tags.length === 0 ? [] : [['tags', job.tags.join(', ')] as const]),
    ],
    sections: reportSections(findings),
    foot: reportFoot(findings),
  }
}

function lookOf(word: ReportVerdict['word']): Page['verdict']['look'] {
  switch (word) {
    case 'fail':
    case 'incomplete':
      return 'bad'
    case 'near':
    case 'waived':
      return 'warn'
    case 'pass':
    case 'complete':
      return 'good'
    case 'unknown':
      return 'dim'
  }
}

/** What keeps the page from being about the whole job as it ended. */
function alertsOf({ job, filter, expected, inForce, limits }: Findings): string[] {
  const filters = Object.entries(filter).flatMap(([name, globs]: [string, readonly string[]]) =>
    globs.map((glob) => `--${name} ${glob}`),
  )
  const unasked = (inForce?.limits.length ?? 0) - limits.length
  return [
    filters.length === 0
      ? null
      : `Only a part of the job: ${filters.join(' ')}${unasked > 0 ? `; ${counted(unasked, 'limit')} left out with the rest` : ''}.`,
    hasEnded(job.status) ? null : `The job has not ended: it is ${job.status}. More results may come.`,
    job.status === 'failed' || job.status === 'cancelled'
      ? `The job is ${job.status}${job.error_message === null ? '' : `: ${job.error_message}`}.`
      : null,
    expected === null ? 'The expected points are not known: a point that is missing cannot be told.' : null,
  ].filter((alert) => alert !== null)
}
