import { statSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { type ResultSource, resultSources } from '../domain/measurement.ts'
import { pointName, type PvtPoint, samePoint, toPoint } from '../domain/point.ts'
import { PvtError, usageError } from '../errors.ts'
import { findFiles, type FoundFiles, runLister } from '../import/find-files.ts'
import { newestBackup, realPath } from '../import/folder.ts'
import {
  importSources,
  type ImportOptions,
  type ImportReport,
  problemText,
  readFound,
  type ReadRun,
} from '../import/import-results.ts'
import { importBackup } from '../import/import-backup.ts'
import type { Watch } from '../import/watch.ts'
import { programVersion } from '../version.ts'
import { lineOf, warnOfProblems } from './import-answer.ts'
import { importRecursively, toZone } from './import-recursive.ts'
import { stopIfAsked } from './interruption.ts'
import { type Act, addExamples, type JobOption, jobOption, printChange } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends JobOption {
  latest?: boolean
  new?: boolean
  recursive?: boolean
  tz?: string
  corner?: string
  extraction?: string
  temperature?: string
  voltage?: string
  dryRun?: boolean
  strict?: boolean
  prefer?: ResultSource
  prune?: boolean
}

export function defineResultsImport(group: Command, act: Act): void {
  const command = group
    .command('import')
    .description(
      "Reads a backup folder, a domain folder's live tree, a creport.txt, a report_*.txt or a measure file into a job, in one step: whole or not at all. Importing the same again changes nothing. Exit code 6 when something could not be read; what was good is stored.",
    )
    .argument('[path]', "what to read (default: the job's backup, else the newest backup of its domain)")
    .addOption(jobOption())
    .option('--latest', 'with a domain folder: its newest backup instead of the live tree')
    .option('--new', 'make a completed job of the backup')
    .option('--recursive', 'make a completed job of every backup below the folder that has none yet')
    .option(
      '--tz <zone>',
      "the zone of the folders' times, for example Europe/Berlin (default: this machine's)",
    )
    .option('--corner <name>', 'the point of a single measure file whose path does not tell it')
    .option('--extraction <name>', 'the same (default: typical)')
    .option('--temperature <t>', 'the same: m40, -40, 125')
    .option('--voltage <combo>', 'the same: v1min_v2max')
    .option('--dry-run', 'read and report, store nothing')
    .option('--strict', 'store nothing when anything could not be read')
    .addOption(
      new Option(
        '--prefer <source>',
        'store the values of this source where a point has it, even over stored ones; elsewhere the rawest of the others',
      ).choices(resultSources),
    )
    .option('--prune', 'remove what earlier imports of the path brought and is not in it any more')
    .action(act(runResultsImport))
  addExamples(
    command,
    'results import ~/gpio --latest --new',
    'results import --recursive /archive/gpio --tz Asia/Taipei',
  )
}

export async function runResultsImport(
  context: Context,
  path: string | undefined,
  options: Options,
): Promise<void> {
  const settings: ImportOptions = {
    point: toGivenPoint(options),
    dryRun: options.dryRun === true,
    strict: options.strict === true,
    prefer: options.prefer ?? null,
    prune: options.prune === true,
    now: context.now(),
    user: context.settings.user,
    programVersion,
  }
  if (options.recursive === true) {
    if (options.job !== undefined) throw usageError('--recursive makes jobs: it does not go with --job')
    if (options.new === true || options.latest === true || settings.point !== null)
      throw usageError('--recursive takes every backup: it does not go with --new, --latest or a point')
    await importRecursively(context, path, { ...settings, zone: toZone(options.tz) })
    return
  }
  if (options.tz !== undefined && options.new !== true)
    throw usageError('--tz is for the times of new jobs: it goes with --recursive or --new')
  const report =
    options.new === true
      ? await importNew(context, path, options, settings)
      : await importInto(context, path, options, settings)
  warnOfProblems(context, report)
  await printChange(context, lineOf(report, settings), report)
}

async function importInto(
  context: Context,
  path: string | undefined,
  options: Options,
  settings: ImportOptions,
): Promise<ImportReport> {
  const job = await whichJob(context, options.job)
  const source =
    path === undefined ? (job.backup_path ?? newestBackupOf(job.domain_path)) : toSource(path, options)
  const found = findFiles(source, await runLister(source))
  warnOfUnusedPoint(context, found, settings)
  const db = await context.database()
  return watched(context, found, settings, (read, observed) =>
    importSources(db, job.job_id, found, read, observed),
  )
}

async function importNew(
  context: Context,
  path: string | undefined,
  options: Options,
  settings: ImportOptions,
): Promise<ImportReport> {
  if (options.job !== undefined) throw usageError('--new makes a job: it does not go with --job')
  const latest = path === undefined || options.latest
  const source = toSource(path ?? context.settings.cwd, { ...options, latest })
  const found = findFiles(source, await runLister(source))
  warnOfUnusedPoint(context, found, settings)
  const zone = toZone(options.tz)
  const db = await context.database()
  return watched(context, found, settings, async (read, observed) => {
    const { report, problems } = await importBackup(db, found, read, {
      ...observed,
      zone,
      beside: 'as it is',
    })
    for (const problem of problems) context.warn(problemText(problem))
    return report
  })
}

/** A file whose path tells its point keeps that: whoever has named another one by mistake is to see it. */
function warnOfUnusedPoint(
  context: Context,
  { path, measures }: FoundFiles,
  { point }: Pick<ImportOptions, 'point'>,
): void {
  if (point === null || measures.some((measure) => measure.point === null || samePoint(measure.point, point)))
    return
  context.warn(`${path} tells its PVT point itself: ${pointName(point)} was not used`)
}

/** Reads and stores with a progress bar; asked to stop meanwhile, nothing is stored. */
async function watched<Answer>(
  context: Context,
  found: FoundFiles,
  settings: ImportOptions,
  store: (read: ReadRun, settings: ImportOptions) => Promise<Answer>,
): Promise<Answer> {
  const interruption = context.watchForInterruption()
  const stop = (): Promise<void> => stopIfAsked(interruption, `nothing of ${found.path} was stored`)
  const { onProgress, end } = importProgress(context, found)
  const observed = { ...settings, onProgress, signal: interruption.signal }
  try {
    const read = await readFound(found, observed)
    await stop()
    // Only while a large file is read does the program look for signals: elsewhere they end it at once, and SQLite takes
    // everything back.
    if (read.large.length === 0) interruption.close()
    return await store(read, observed)
  } catch (error) {
    if (interruption.signal.aborted) await stop()
    throw error
  } finally {
    end()
    interruption.close()
  }
}

/** Many files are counted, a few large ones measured: asking for the sizes of some. */
function importProgress(
  context: Context,
  found: FoundFiles,
): Pick<Watch, 'onProgress'> & { end: () => void } {
  if (!context.showsProgress) return { end: () => undefined }
  const files = [...found.measures.map(({ path }) => path), ...found.reports, found.creport ?? []].flat()
  const inBytes = averageMegabytes(sample(files)) > 4
  const megabytes = inBytes ? averageMegabytes(files) * files.length : 0
  const progress = inBytes
    ? context.progress(Math.ceil(megabytes), 'MB')
    : context.progress(files.length, 'files')
  return {
    onProgress: (reached) => {
      progress.reach(inBytes ? Math.floor(reached.bytes / 1e6) : reached.files)
    },
    end: progress.end,
  }
}

const averageMegabytes = (files: readonly string[]): number =>
  files.reduce((sum, path) => sum + sizeOf(path), 0) / files.length / 1e6

/** A few files from all places: to ask for the sizes of 488 takes 5 ms. */
function sample(files: readonly string[]): string[] {
  const step = Math.ceil(files.length / 16)
  return files.filter((_, index) => index % step === 0)
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** The path to read: a domain folder's newest backup with --latest, else the path itself. */
function toSource(path: string, { latest }: Options): string {
  const source = realPath(path)
  return latest === true ? (newestBackup(source) ?? noBackup(source)) : source
}

const newestBackupOf = (domain: string): string => newestBackup(domain) ?? noBackup(domain)

function noBackup(domain: string): never {
  throw new PvtError(
    'file_not_found',
    `there is no backup folder 00bkp_* in ${domain}`,
    'name what to import',
  )
}

function toGivenPoint(options: Options): PvtPoint | null {
  const { corner, extraction = 'typical', temperature, voltage } = options
  const given = [corner, options.extraction, temperature, voltage].some((part) => part !== undefined)
  if (!given) return null
  if (corner === undefined || temperature === undefined || voltage === undefined) {
    throw usageError(
      'a point needs --corner, --temperature and --voltage',
      'the extraction is typical by default',
    )
  }
  const point = toPoint(corner, extraction, temperature, voltage)
  if (point === null)
    throw usageError(`--temperature ${temperature} is no temperature`, 'for example m40 or 125')
  return point
}
