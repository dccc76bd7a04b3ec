import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Job } from '../domain/job.ts'
import type { PvtPoint } from '../domain/point.ts'
import { fileProblems, type Finding } from '../domain/verification.ts'
import { exitCodes, usageError } from '../errors.ts'
import {
  findWhatIsThere,
  type FoundFiles,
  isNothing,
  refuseNothing,
  runLister,
} from '../import/find-files.ts'
import { problemText } from '../import/import-results.ts'
import { loadConfiguration } from '../import/load-configuration.ts'
import { configOf, type Verified, verifyFiles } from '../import/verify-files.ts'
import { type Column, renderTable } from '../render/index.ts'
import { findPoints } from '../store/points.ts'
import { type Act, addExamples, counted, fieldColumns, type JobOption, jobOption } from './shared.ts'
import { whichJob } from './which-job.ts'

export function defineResultsVerify(group: Command, act: Act): void {
  const command = group
    .command('verify')
    .description(
      'Every expected PVT point has a report with values, stands in creport.txt, and agrees with its measure file. Prints what is wrong, exit code 7 when there is anything. With a folder that has a config.cfg the database is not asked. Nothing is stored.',
    )
    .argument(
      '[path]',
      "a domain folder or a backup folder (default: the job's domain, or its backup once all was moved there)",
    )
    .addOption(jobOption())
    .action(act(runResultsVerify))
  addExamples(command, 'results verify . || exit 1', 'results verify -j 3f2a --json')
}

export async function runResultsVerify(
  context: Context,
  path: string | undefined,
  options: JobOption,
): Promise<void> {
  const { found, known } = await whatToVerify(context, path, options)
  const verified = await verifyFiles(found, known)
  const { findings, problems } = verified

  for (const problem of problems) {
    if (problem.level === 'error') context.report(problemText(problem))
    else context.warn(problemText(problem))
  }
  if (found.creport === null) context.warn(`${found.path} has no creport.txt`)
  tellExpected(context, verified)
  context.inform(countsText(verified, found.measures.length > 0))
  // What could not be read was not compared: that is no pass either.
  if (findings.length > 0) context.exitWith(exitCodes.check_failed)
  else if (problems.some(({ level }) => level === 'error')) context.exitWith(exitCodes.bad_input)
  await context.print({
    value: findings,
    columns: fieldColumns<Finding>(findingKeys),
    rows: findings,
    table: (style) => renderTable(columns, findings, style),
  })
}

/** What lies in the folder, and the points that are expected of it; empty where they can't be known. */
async function whatToVerify(
  context: Context,
  path: string | undefined,
  options: JobOption,
): Promise<{ found: FoundFiles; known: readonly PvtPoint[] }> {
  const given = path === undefined ? null : await whatIsAt(path)
  if (given !== null && given.kind !== 'domain' && given.kind !== 'backup')
    throw usageError(`${given.path} is a single file`, 'name a domain folder or a backup folder')
  const config = given === null || options.job !== undefined ? null : configOf(given)
  if (given !== null && config !== null) {
    const loaded = loadConfiguration(config, [])
    for (const problem of loaded.problems) context.warn(problemText(problem))
    return { found: given, known: loaded.points }
  }
  // Nothing there, and nobody has said what should be.
  if (given !== null && options.job === undefined && context.settings.job === null) refuseNothing(given)
  const job = await whichJob(context, options.job)
  const known = await findPoints(await context.database(), job.job_id)
  return { found: given ?? (await whatIsLeftOf(job)), known }
}

const whatIsAt = async (path: string): Promise<FoundFiles> => findWhatIsThere(path, await runLister(path))

/** The live tree of a job; what the flow has moved into the backup of the job is there. */
async function whatIsLeftOf({ domain_path, backup_path }: Job): Promise<FoundFiles> {
  const tree = await whatIsAt(domain_path)
  return backup_path !== null && isNothing(tree) ? whatIsAt(backup_path) : tree
}

function tellExpected(context: Context, { isKnown, unexpected }: Verified): void {
  if (!isKnown)
    context.warn('no points are known to be expected: only those that the files speak of were looked at')
  if (unexpected.length > 0)
    context.warn(
      `${counted(unexpected.length, 'point')} ${unexpected.length === 1 ? 'is' : 'are'} not among the expected ones`,
    )
}

/** `92 points expected, 90 sound; 1 no_report, 2 disagrees; no measure files: …`. */
function countsText({ findings, expected }: Verified, hasMeasures: boolean): string {
  const wrong = new Set(findings.map(({ point }) => point))
  const counts = fileProblems.flatMap((problem) => {
    const count = findings.filter((one) => one.problem === problem).length
    return count === 0 ? [] : [`${count} ${problem}`]
  })
  const sound = expected.length - wrong.size
  return [
    `${counted(expected.length, 'point')} expected, ${Math.max(0, sound)} sound`,
    ...(counts.length === 0 ? [] : [counts.join(', ')]),
    ...(hasMeasures ? [] : ['no measure files: reports and creport.txt were held against each other']),
  ].join('; ')
}

const findingKeys = [
  'point',
  'problem',
  'measurement',
  'alter_number',
  'row_number',
  'rows',
  'sources',
] as const satisfies readonly (keyof Finding)[]

const told =
  (source: 'measure' | 'report' | 'creport') =>
  ({ sources }: Finding): string | number | null =>
    sources === null || !Object.hasOwn(sources, source) ? null : (sources[source] ?? 'failed')

const columns: Column<Finding>[] = [
  { key: 'point', value: (row) => row.point },
  { key: 'problem', value: (row) => row.problem, paint: () => 'red' },
  { key: 'measurement', value: (row) => row.measurement },
  { key: 'row', value: rowText },
  { key: 'measure', value: told('measure'), align: 'right' },
  { key: 'report', value: told('report'), align: 'right' },
  { key: 'creport', value: told('creport'), align: 'right' },
]

/** `alter 2 row 1 and 3 more`; nothing for the only row of a point, or all of them. */
function rowText({ alter_number, row_number, rows }: Finding): string | null {
  if (rows === null || (rows === 1 && alter_number === 1 && row_number === 1)) return null
  const more = rows > 1 ? ` and ${rows - 1} more` : ''
  return `alter ${alter_number ?? 1} row ${row_number ?? 1}${more}`
}
