import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import { PvtError, usageError } from '../errors.ts'
import { findFiles, type FoundFiles, newestBackup, realPath } from '../import/find-files.ts'
import {
  importSources,
  type ImportOptions,
  type ImportReport,
  problemText,
  readFound,
  type ReadRun,
} from '../import/import-results.ts'
import { importBackup } from '../import/import-backup.ts'
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
}

export function defineResultsImport(group: Command, act: Act): void {
  const command = group
    .command('import')
    .summary("read a run's files into the database")
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
  const found = findFiles(source)
  const read = await readWatched(context, found, settings)
  return importSources(await context.database(), job.job_id, found, read, settings)
}

async function importNew(
  context: Context,
  path: string | undefined,
  options: Options,
  settings: ImportOptions,
): Promise<ImportReport> {
  if (options.job !== undefined) throw usageError('--new makes a job: it does not go with --job')
  const source = path ?? context.settings.cwd
  const found = findFiles(toSource(source, { ...options, latest: path === undefined || options.latest }))
  const zone = toZone(options.tz)
  const read = await readWatched(context, found, settings)
  const { report, problems } = await importBackup(await context.database(), found, read, {
    ...settings,
    zone,
    beside: 'as it is',
  })
  for (const problem of problems) context.warn(problemText(problem))
  return report
}

/** Reads with a progress bar; asked to stop meanwhile, nothing is stored. */
async function readWatched(context: Context, found: FoundFiles, settings: ImportOptions): Promise<ReadRun> {
  const interruption = context.watchForInterruption()
  const files = found.measures.length + found.reports.length + (found.creport === null ? 0 : 1)
  const progress = context.progress(files, 'files')
  try {
    const read = readFound(found, settings, progress.tick)
    await stopIfAsked(interruption, `nothing of ${found.path} was stored`)
    return read
  } finally {
    progress.end()
    interruption.close()
  }
}

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
