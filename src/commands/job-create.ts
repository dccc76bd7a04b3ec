import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { type StageName, stageNames } from '../domain/stage.ts'
import { newJob } from '../import/describe-job.ts'
import { realFolder, realPath } from '../import/find-files.ts'
import { problemText } from '../import/import-results.ts'
import { type LoadedConfiguration, loadConfiguration } from '../import/load-configuration.ts'
import type { PvtPoint } from '../domain/point.ts'
import { addLogEntry } from '../store/job-logs.ts'
import type { NewJob } from '../store/jobs.ts'
import { createJob } from '../store/create-job.ts'
import { type AfterReference, parseAfter, resolveAfter } from './after-option.ts'
import {
  type Act,
  addExamples,
  collect,
  counted,
  printChange,
  toStageName,
  bestEffortOption,
} from './shared.ts'
import { usageError } from '../errors.ts'

interface Options {
  config?: string
  domain?: string
  name?: string
  description?: string
  user?: string
  stages?: string
  set?: string[]
  tag?: string[]
  after?: string[]
  id?: string
  /** What a spooled `job create` holds. */
  draft?: string
}

export function defineJobCreate(group: Command, act: Act): void {
  const command = group
    .command('create')
    .summary('record a new run; prints its id')
    .description(
      'Records a new run and prints its id, alone. The configuration is read from config.cfg: the whole file is kept with the job, and the PVT points that it implies are what the job is expected to deliver.',
    )
    .option(
      '-c, --config <config.cfg>',
      'the configuration (default: config.cfg of the domain folder, if there)',
    )
    .option('-d, --domain <dir>', 'the domain folder (default: the folder of --config, else this folder)')
    .option('--name <text>', "the job's name (default: the name of the domain folder)")
    .option('--description <text>', 'what this run is for')
    .option('--user <name>', 'whose job it is (default: you)')
    .option('--stages <list>', 'the planned stages (default: gen,run,ext,srt,bkp)')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect)
    .option('--tag <text>', 'a tag; may be repeated', collect)
    .option(
      '--after <job[=condition]>',
      'wait for a job: =ok (completed, the default), =any (ended), =failed (failed or cancelled); may be repeated',
      collect,
    )
    .option('--id <uuid>', 'the id of the new job, made by the caller')
    .addOption(new Option('--draft <json>', 'what a spooled change holds').hideHelp())
    .addOption(bestEffortOption())
    .action(act(runJobCreate))
  addExamples(command, 'job create -c config.cfg', 'job create --set mode=polo --tag signoff --after @latest')
}

export async function runJobCreate(context: Context, options: Options): Promise<void> {
  if (options.draft !== undefined) return create(context, JSON.parse(options.draft) as Draft)
  const stages = options.stages === undefined ? undefined : parseStages(options.stages)
  const after = parseAfter(options.after ?? [], '--after')
  const { domain, config } = findDomain(context, options)
  const settings = options.set ?? []
  const loaded = config === null && settings.length === 0 ? null : loadConfiguration(config, settings)
  for (const problem of loaded?.problems ?? []) context.warn(problemText(problem))

  const job_id = options.id === undefined ? randomUUID() : toJobId(options.id)
  const about = {
    name: options.name ?? (basename(domain) || domain),
    domain,
    user: options.user ?? context.settings.user,
    now: context.now(),
    stages,
    description: options.description,
    tags: options.tag,
  }
  const draft: Draft = {
    job: { job_id, ...newJob(loaded, about) },
    points: loaded?.points ?? [],
    note: createdText(loaded),
    after,
  }
  // Spooled as it is now: config.cfg may be another one when the database is back.
  context.canWait({ words: ['job', 'create', '--draft', JSON.stringify(draft)], answer: job_id })
  await create(context, draft)
}

/** All that is stored of a new job. */
interface Draft {
  job: NewJob
  points: readonly PvtPoint[]
  note: string
  /** As they were typed: a job that is waited for may itself still be in the spool. */
  after?: readonly AfterReference[]
}

async function create(context: Context, { job: draft, points, note, after = [] }: Draft): Promise<void> {
  const { found, lost } = await resolveAfter(context, after)
  const db = await context.database()
  const job = await createJob(db, draft, points, note, [...found, ...lost])
  for (const { after_job_id, why } of lost) {
    const message = `it waits for '${after_job_id}', which cannot be told: ${why}`
    await addLogEntry(db, job.job_id, { logged_at: context.now(), level: 'warning', source: 'pvt', message })
  }
  await printChange(context, job.job_id, { ...job, verdict: null })
}

function toJobId(text: string): string {
  const id = text.toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw usageError(`--id ${text}: not a UUID`, 'for example from uuidgen or /proc/sys/kernel/random/uuid')
  return id
}

/** The flow starts in the domain folder, where config.cfg lies; either tells the other. */
function findDomain(context: Context, options: Options): { domain: string; config: string | null } {
  if (options.config !== undefined) {
    const config = realPath(options.config)
    return { config, domain: options.domain === undefined ? dirname(config) : realFolder(options.domain) }
  }
  const domain = realFolder(options.domain ?? context.settings.cwd)
  const beside = [join(context.settings.cwd, 'config.cfg'), join(domain, 'config.cfg')]
  return {
    domain,
    config: (options.domain === undefined ? beside : beside.reverse()).find(existsSync) ?? null,
  }
}

function parseStages(text: string): StageName[] {
  const names = text.split(',').map((name) => name.trim())
  const named = names.filter((name) => name !== '').map(toStageName)
  // In flow order, whatever the order of the list: the last one completes the job.
  const stages = stageNames.filter((name) => named.includes(name))
  if (stages.length === 0) throw usageError('--stages names no stage', 'for example --stages gen,run,ext')
  return stages
}

function createdText(loaded: LoadedConfiguration | null): string {
  if (loaded === null) return 'created without a configuration'
  return `created, expecting ${counted(loaded.points.length, 'PVT point')}`
}
