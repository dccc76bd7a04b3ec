import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { checkLimits } from '../domain/check-limits.ts'
import { compareJobs } from '../domain/compare-jobs.ts'
import { compareResults, noTolerance } from '../domain/compare-results.ts'
import type { Job } from '../domain/job.ts'
import { compareWorst } from '../domain/worst-value.ts'
import { usageError } from '../errors.ts'
import { bytes } from '../render/index.ts'
import { findImports } from '../store/imports.ts'
import { findWaivers } from '../store/waivers.ts'
import { programVersion } from '../version.ts'
import type { Comparison } from './compare-table.ts'
import { filterJobResults, type JobResults, loadJobResults, toCompared } from './job-results.ts'
import { loadJobView } from './job-view.ts'
import { limitsAskedFor } from './limits-asked-for.ts'
import { limitsIfAny } from './limits-in-force.ts'
import { type Findings, judgeFindings } from './report-findings.ts'
import { addFilters, type FilterOptions, toFilter } from './result-filter.ts'
import { type Act, addExamples, printChange, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'
import { writeWhole } from './write-file.ts'

interface Options extends FilterOptions {
  output?: string
  limits?: string
  compare?: string
}

export function defineResultsReport(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('report')
      .description(
        "Writes one HTML page that needs nothing besides itself: the verdict, limits with margins, a heat map per measurement, what is missing or failed, the comparison with another job, all values. The limits are the domain's newest (pvt limits set), or those of --limits. Without -o it goes to stdout, on a terminal to pvt-report-<job>.html in this folder. The file is put in place whole.",
      ),
  )
    .option('-o, --output <file.html>', 'the file; - for stdout')
    .option('--limits <file.csv>', 'a file with the columns measurement,min,typ,max,unit,point,near')
    .option('--compare <job>', 'the job to compare with, as the base')
    .action(act(runResultsReport))
  addExamples(
    command,
    'results report -o gpio.html',
    'results report --limits limits.csv --compare 3f2a > gpio.html',
  )
}

export async function runResultsReport(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  const output = toOutput(context, options.output, job)
  const findings = await findAll(context, job, options)
  // What draws the page is of use to no other command.
  const { reportPage } = await import('./report-page.ts')
  const page = reportPage(findings)
  if (output === null) {
    context.printText(page)
    return
  }
  writeWhole(resolve(context.settings.cwd, output), page)
  const { word, sentence } = judgeFindings(findings)
  const size = Buffer.byteLength(page)
  await printChange(
    context,
    `${shortId(job.job_id)} report written to ${output} (${bytes(size)}); ${word}: ${sentence}`,
    { job_id: job.job_id, path: resolve(context.settings.cwd, output), bytes: size, verdict: word, sentence },
  )
}

/** The file to write; null for stdout. Data that was asked for (--json) is about a file, and needs stdout for itself. */
function toOutput(context: Context, given: string | undefined, job: Job): string | null {
  if (given === '-' && context.settings.format !== 'table') {
    throw usageError(
      'the page and the data about it cannot both go to stdout',
      'leave out one of -o - and -f',
    )
  }
  if (given !== undefined) return given === '-' ? null : given
  if (context.settings.format === 'table' && !context.answersToTerminal()) return null
  return `pvt-report-${shortId(job.job_id)}.html`
}

async function findAll(context: Context, job: Job, options: Options): Promise<Findings> {
  const base = options.compare === undefined ? null : await whichJob(context, options.compare)
  const db = await context.database()
  const filter = toFilter(options)
  const all = await loadJobResults(context, job)
  const chosen = filterJobResults(all, filter)
  // As in `results check`: a limit is about a measurement, so that which of them are shown changes no count of points.
  const checked = filterJobResults(all, { ...filter, measure: [] })
  const limits = await limitsIfAny(context, job.domain_path, options.limits)
  const asked = limits === null ? [] : limitsAskedFor(limits.limits, all, checked, filter)
  const waivers = await findWaivers(db, job.domain_path)
  const now = context.now()
  return {
    job: await loadJobView(db, job.job_id),
    filter,
    ...chosen,
    limits: asked,
    inForce: limits,
    checks: limits === null ? null : checkLimits(asked, checked, waivers, now),
    comparison:
      base === null
        ? null
        : await compare(
            context,
            [base, filterJobResults(await loadJobResults(context, base), filter)],
            [job, chosen],
            asked,
          ),
    imports: (await findImports(db, job.job_id)).reverse(),
    made: { at: now, by: context.settings.user, version: programVersion },
  }
}

type JobWithResults = readonly [Job, JobResults]

async function compare(
  context: Context,
  [baseJob, base]: JobWithResults,
  [newJob, next]: JobWithResults,
  limits: Findings['limits'],
): Promise<Comparison> {
  return {
    ...{ base: baseJob, new: newJob },
    changes: compareResults(base.results, next.results, noTolerance),
    worst: compareWorst(base.results, next.results, limits),
    differences: compareJobs(
      await toCompared(context, baseJob, base),
      await toCompared(context, newJob, next),
    ),
  }
}
