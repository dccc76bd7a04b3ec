import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { type ResultSource, resultSources } from '../domain/measurement.ts'
import { type PvtPoint, toPoint } from '../domain/point.ts'
import { exitCodes, PvtError, usageError } from '../errors.ts'
import { describeBackup } from '../import/describe-backup.ts'
import {
  findBackups,
  findFiles,
  type FoundFiles,
  newestBackup,
  realFolder,
  realPath,
} from '../import/find-files.ts'
import {
  importSources,
  type ImportOptions,
  type ImportReport,
  problemText,
  readFound,
} from '../import/import-results.ts'
import type { Sources } from '../import/read-sources.ts'
import { createJob } from '../store/create-job.ts'
import { findJobByBackup, holdBackup } from '../store/jobs.ts'
import { programVersion } from '../version.ts'
import { importedText, warnOfProblems } from './import-answer.ts'
import {
  type Act,
  addExamples,
  fieldColumns,
  type JobOption,
  jobOption,
  printChange,
  shortId,
} from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends JobOption {
  latest?: boolean
  new?: boolean
  recursive?: boolean
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
    .summary("read a run's files into the database")
    .description(
      "Reads a backup folder, a domain folder's live tree, a creport.txt, a report_*.txt or a measure file into a job, in one step: whole or not at all. Importing the same again changes nothing. Exit code 6 when something could not be read; what was good is stored.",
    )
    .argument('[path]', "what to read (default: the job's backup, else the newest backup of its domain)")
    .addOption(jobOption())
    .option('--latest', 'with a domain folder: its newest backup instead of the live tree')
    .option('--new', 'make a completed job of the backup')
    .option('--recursive', 'make a completed job of every backup below the folder that has none yet')
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
    'results import sim_tx.mt0 --corner TT --temperature 85 --voltage v1nom --dry-run',
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
    await importRecursively(context, path, options, settings)
    return
  }
  const report =
    options.new === true
      ? await importNew(context, path, options, settings)
      : await importInto(context, path, options, settings)
  warnOfProblems(context, report)
  await printChange(context, lineOf(report, settings), report)
}

/** A job for each backup that has none: one transaction each, a bad backup does not keep the others out. */
async function importRecursively(
  context: Context,
  path: string | undefined,
  options: Options,
  settings: ImportOptions,
): Promise<void> {
  if (options.job !== undefined) throw usageError('--recursive makes jobs: it does not go with --job')
  const db = await context.database()
  const reports: ImportReport[] = []
  for (const backup of findBackups(realFolder(path ?? context.settings.cwd))) {
    if ((await findJobByBackup(db, backup)) !== null) continue
    try {
      const found = findFiles(backup)
      reports.push(await createAndImport(context, found, readFound(found, settings), settings))
    } catch (error) {
      if (!(error instanceof PvtError) || error.exitCode !== exitCodes.bad_input) throw error
      context.report(error.message)
      context.exitWith(error.exitCode)
    }
  }
  for (const report of reports) warnOfProblems(context, report)
  await context.print({
    value: reports,
    columns: fieldColumns(Object.keys(reports[0] ?? {})),
    rows: reports,
    table: () => reports.map((report) => `${lineOf(report, settings)}\n`).join(''),
  })
}

/** The summary of an import, the job first. */
function lineOf(report: ImportReport, { dryRun }: ImportOptions): string {
  const id = report.job_id === null ? 'a new job' : shortId(report.job_id)
  return `${id} ${importedText(report)}${dryRun ? ' (dry run: nothing stored)' : ''}`
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
  return importSources(await context.database(), job.job_id, found, readFound(found, settings), settings)
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
  return createAndImport(context, found, readFound(found, settings), settings)
}

/**
 * A job of a backup with its results, in one transaction. A backup that a job has already is imported into that job:
 * doing it again adds nothing, and of two that do it at once the second waits and finds the first one's job. A dry
 * run does it all and takes it back, so that it tells what would be.
 */
async function createAndImport(
  context: Context,
  found: FoundFiles,
  sources: Sources,
  settings: ImportOptions,
): Promise<ImportReport> {
  const { job, configuration } = describeBackup(found, context.settings.user)
  const db = await context.database()
  const work = async (): Promise<ImportReport> => {
    await holdBackup(db, found.path)
    const known = await findJobByBackup(db, found.path)
    if (known !== null) return importSources(db, known.job_id, found, sources, settings)
    const points = configuration?.points ?? []
    const { job_id } = await createJob(db, job, points, `made from the backup ${found.path}`)
    const report = await importSources(db, job_id, found, sources, { ...settings, dryRun: false })
    if (settings.dryRun) throw new TakeBack({ ...report, job_id: null, import_id: null })
    return report
  }
  for (const problem of configuration?.problems ?? []) context.warn(problemText(problem))
  try {
    return await db.transaction(work)
  } catch (error) {
    if (error instanceof TakeBack) return error.report
    throw error
  }
}

/** Rolls the transaction of a dry run back, and carries what it would have done. */
class TakeBack extends Error {
  constructor(readonly report: ImportReport) {
    super('a dry run')
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
