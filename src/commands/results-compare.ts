import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { compareJobs, type JobDifference } from '../domain/compare-jobs.ts'
import { type Change, compareResults, isRegression, type Tolerance } from '../domain/compare-results.ts'
import { compareWorst, type WorstChange } from '../domain/worst-value.ts'
import { exitCodes, usageError } from '../errors.ts'
import { changeKeys, comparisonText, differenceKeys, worstKeys } from './compare-table.ts'
import { filterJobResults, loadCompared, toCompared } from './job-results.ts'
import { knownLimits } from './limits-in-force.ts'
import { addPointFilters, type PointOptions, toFilter } from './result-filter.ts'
import { type Act, addExamples, fieldColumns, wholeNumber } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends PointOptions {
  tolerance?: number
  absTolerance?: number
  part: Part
  limit: number
}

const parts = ['values', 'measurements', 'jobs'] as const
type Part = (typeof parts)[number]

export function defineResultsCompare(group: Command, act: Act): void {
  const command = group
    .command('compare')
    .description(
      'Compares the values of two jobs, the largest change first, and says what else they differ in. Exit code 7 when a value changed beyond the tolerance, failed, came back, or is missing. Without a tolerance every difference counts.',
    )
    .argument('<base>', 'the job to compare with')
    .argument('<new>', 'the job that is looked at')
    .option('--tolerance <percent>', 'of the base value, for example 1%; at a base of 0 nothing', toShare)
    .option(
      '--abs-tolerance <x>',
      'in the unit of the values, for example 1e-12; either one is enough',
      toSize,
    )
    .option('--part <part>', 'of JSON and CSV: values, measurements or jobs', toPart, 'values')
    .option('--limit <n>', 'of the table: at most n values', wholeNumber(0), 20)
  addPointFilters(command).action(act(runResultsCompare))
  addExamples(command, 'results compare 3f2a @latest --tolerance 1%', 'results compare 3f2a 91c0 --json')
}

export async function runResultsCompare(
  context: Context,
  baseReference: string,
  newReference: string,
  options: Options,
): Promise<void> {
  const [baseJob, newJob] = [await whichJob(context, baseReference), await whichJob(context, newReference)]
  const filter = toFilter(options)
  const base = filterJobResults(await loadCompared(context, baseJob), filter)
  const next = filterJobResults(await loadCompared(context, newJob), filter)
  const tolerance: Tolerance = {
    relative: options.tolerance ?? null,
    absolute: options.absTolerance ?? null,
  }
  const sorted = context.settings.format === 'table' ? options.limit : Infinity
  const changes = compareResults(base.results, next.results, tolerance, sorted)
  sayWhatIsOdd(context, changes)
  if (changes.some(isRegression)) context.exitWith(exitCodes.check_failed)
  // Both jobs are judged by the limits of the new one's domain.
  const findWorst = async (): Promise<WorstChange[]> =>
    compareWorst(base.results, next.results, await knownLimits(context, newJob.domain_path))
  const findDifferences = async (): Promise<JobDifference[]> =>
    compareJobs(await toCompared(context, baseJob, base), await toCompared(context, newJob, next))
  const { value, keys } = await answerOf(options.part, context.settings.format, {
    changes,
    findWorst,
    findDifferences,
  })
  await context.print({
    value,
    columns: fieldColumns(keys),
    rows: value,
    table: async (style) =>
      comparisonText(
        {
          ...{ base: baseJob, new: newJob, changes },
          worst: await findWorst(),
          differences: await findDifferences(),
        },
        options.limit,
        style,
      ),
  })
}

interface Parts {
  changes: Change[]
  findWorst: () => Promise<WorstChange[]>
  findDifferences: () => Promise<JobDifference[]>
}

/** Only what is asked for is found: the table has all parts of its own. */
async function answerOf(
  part: Part,
  format: string,
  { changes, findWorst, findDifferences }: Parts,
): Promise<{ value: readonly object[]; keys: readonly string[] }> {
  if (format === 'table') return { value: [], keys: [] }
  switch (part) {
    case 'values':
      return { value: changes, keys: changeKeys }
    case 'measurements':
      return { value: await findWorst(), keys: worstKeys }
    case 'jobs':
      return { value: await findDifferences(), keys: differenceKeys }
  }
}

function sayWhatIsOdd(context: Context, changes: readonly Change[]): void {
  if (changes.length === 0) context.warn('neither job has a value here: nothing was compared')
  else if (changes.every(({ verdict }) => verdict === 'new'))
    context.warn('the base has no value here: nothing was compared')
}

/** `1%` or `1` → 0.01. */
function toShare(text: string): number {
  return toSize(text.replace(/\s*%$/, '')) / 100
}

function toSize(text: string): number {
  const value = /^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN
  if (!Number.isFinite(value)) throw new InvalidArgumentError('It must be a number that is not negative.')
  return value
}

function toPart(text: string): Part {
  const part = parts.find((name) => name === text)
  if (part === undefined) throw usageError(`--part ${text}: there is no such part`, parts.join(', '))
  return part
}
