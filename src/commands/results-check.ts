import type { Command } from 'commander'
import type { Context } from '../context.ts'
import {
  type CheckedJob,
  checkLimits,
  isFinding,
  type LimitCheck,
  overallVerdict,
  verdicts,
} from '../domain/check-limits.ts'
import type { Job } from '../domain/job.ts'
import type { Limit } from '../domain/limit.ts'
import type { ResultFilter } from '../domain/point-filter.ts'
import { measurementNames } from '../domain/result.ts'
import { exitCodes, usageError } from '../errors.ts'
import { renderFolded, type Style } from '../render/index.ts'
import { findWaivers } from '../store/waivers.ts'
import { checkColumns, type CheckRow, checkTable, toCheckRow, waivedTable, waiversOf } from './check-table.ts'
import { filterJobResults, type JobResults, loadJobResults } from './job-results.ts'
import { keepJobVerdict, printKeptVerdicts } from './kept-verdicts.ts'
import { limitsAskedFor } from './limits-asked-for.ts'
import { type LimitsInForce, limitsInForce } from './limits-in-force.ts'
import { addFilters, type FilterOptions, toFilter } from './result-filter.ts'
import { type Act, addExamples, counted, firstFew, shortId } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends FilterOptions {
  limits?: string
  history?: boolean
  raw?: boolean
}

export function defineResultsCheck(group: Command, act: Act): void {
  const command = addFilters(
    group
      .command('check')
      .description(
        "Holds the results against limits, a row per limit: the worst value, its PVT point and its margin. Exit code 7 on any fail or incomplete. The limits are the domain's newest (pvt limits set), or those of --limits. The verdict on a whole job is kept with it.",
      ),
  )
    .option('--limits <file.csv>', 'a file with the columns measurement,min,typ,max,unit,point,near')
    .option('--history', 'instead: the verdicts that are kept with the job, newest first')
    .option('--raw', 'numbers at full precision instead of one unit a row')
    .action(act(runResultsCheck))
  addExamples(command, 'results check', "results check --limits limits.csv --corner 'SS*' --json")
}

export async function runResultsCheck(context: Context, options: Options): Promise<void> {
  const job = await whichJob(context, options.job)
  if (options.history === true) return printKeptVerdicts(context, job)
  const inForce = await limitsInForce(context, job.domain_path, options.limits)
  const waivers = await findWaivers(await context.database(), job.domain_path)
  const filter = toFilter(options)
  const all = await loadJobResults(context, job)
  const checked = filterJobResults(all, { ...filter, measure: [] })
  const limits = chooseLimits(inForce.limits, all, checked, filter)
  const now = context.now()
  const checks = checkLimits(limits, checked, waivers, now)
  sayWhatIsOdd(context, job, all, inForce.limits)
  sayWhatIsBlind(context, checks)
  const rows = checks.map((check) => toCheckRow(check, inForce.version))
  const verdict = overallVerdict(checks)
  if (isFinding(verdict)) context.exitWith(exitCodes.check_failed)
  const isWhole = Object.values(filter).every((globs: readonly string[]) => globs.length === 0)
  try {
    await context.print<CheckRow>({
      value: rows,
      columns: checkColumns,
      rows,
      table: async (style) =>
        (await renderFolded(checkTable(rows, options.raw === true), 2, rows, style)) +
        (await footer(checks, inForce, style)),
    })
  } finally {
    // The answer comes first, and the verdict is kept also when nobody read it to its end.
    if (isWhole) await keepJobVerdict(context, job, { verdict, checks, inForce, now })
  }
}

/** @throws usage error when none is left: nothing was checked, and that must not look like a pass. */
function chooseLimits(
  limits: readonly Limit[],
  all: JobResults,
  filtered: CheckedJob,
  filter: ResultFilter,
): Limit[] {
  const chosen = limitsAskedFor(limits, all, filtered, filter)
  if (chosen.length === 0) {
    throw usageError('no limit is about what the filters choose', 'see the limits with: pvt limits show')
  }
  return chosen
}

function sayWhatIsOdd(context: Context, job: Job, all: JobResults, limits: readonly Limit[]): void {
  if (all.expected === null) {
    context.warn(`job ${shortId(job.job_id)} has no expected points: a point that is missing cannot be told`)
  }
  const names = new Set(measurementNames(all.results))
  const limited = new Set(limits.map(({ measurement }) => measurement))
  const absent = [...limited].filter((name) => !names.has(name))
  if (absent.length > 0) context.warn(`no result has ${firstFew(absent, 20)}: the limit is incomplete`)
  const free = [...names].filter((name) => !limited.has(name))
  if (free.length > 0) context.inform(`without a limit: ${firstFew(free, 20)}`)
}

/** A glob that no point of the job has: mostly `-40` for `m40`, or a corner that this run does without. */
function sayWhatIsBlind(context: Context, checks: readonly LimitCheck[]): void {
  const globs = checks.flatMap(({ limit, count, missing }) =>
    limit.point !== null && count + missing === 0 ? [limit.point] : [],
  )
  if (globs.length === 0) return
  context.warn(`no PVT point matches ${firstFew([...new Set(globs)])}: the limit is incomplete`)
}

/** `fail: 1 fail, 2 near, 6 pass of 9 limits (version 3)`, and below it why something is waived. */
async function footer(checks: readonly LimitCheck[], inForce: LimitsInForce, style: Style): Promise<string> {
  const counts = [...verdicts]
    .reverse()
    .map((verdict) => [checks.filter((check) => check.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${verdict}`)
  const origin = inForce.version === null ? inForce.path : `version ${inForce.version}`
  const line = `${overallVerdict(checks)}: ${counts.join(', ')} of ${counted(checks.length, 'limit')} (${origin})\n`
  const waived = waiversOf(checks)
  if (waived.length === 0) return `\n${line}`
  return `\n${await waivedTable(waived, style)}\n${line}`
}
