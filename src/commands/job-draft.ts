import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type StageName, stageNames } from '../domain/stage.ts'
import { usageError } from '../errors.ts'
import { newJob } from '../import/describe-job.ts'
import { realFolder, realPath } from '../import/folder.ts'
import type { JobDraft } from '../import/flow-record.ts'
import { problemText } from '../import/import-problems.ts'
import { type LoadedConfiguration, loadConfiguration } from '../import/load-configuration.ts'
import { collect, counted, toStageName } from './shared.ts'

/** What the user says of a new job. */
export interface DraftOptions {
  config?: string
  domain?: string
  name?: string
  description?: string
  user?: string
  stages?: string
  set?: string[]
  tag?: string[]
  id?: string
}

/** The options of every command that makes a job; `domain` is left out where the folder is an argument. */
export function addDraftOptions(command: Command, { domain = true } = {}): Command {
  command.option(
    '-c, --config <config.cfg>',
    'the configuration (default: config.cfg of the domain folder, if there)',
  )
  if (domain)
    command.option(
      '-d, --domain <dir>',
      'the domain folder (default: the folder of --config, else this folder)',
    )
  return command
    .option('--name <text>', "the job's name (default: the name of the domain folder)")
    .option('--description <text>', 'what this run is for')
    .option('--user <name>', 'whose job it is (default: you)')
    .option('--stages <list>', 'the planned stages (default: gen,run,ext,srt,bkp)')
    .option('--set <key=value>', 'override a key of the configuration; may be repeated', collect)
    .option('--tag <text>', 'a tag; may be repeated', collect)
    .option('--id <uuid>', 'the id of the new job, made by the caller')
}

/** A new job as it is to be stored: with its configuration as it is now, and the points that it implies. */
export function draftJob(context: Context, options: DraftOptions): JobDraft {
  const stages = options.stages === undefined ? undefined : parseStages(options.stages)
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
  return {
    job: { job_id, ...newJob(loaded, about) },
    points: loaded?.points ?? [],
    note: createdText(loaded),
  }
}

function toJobId(text: string): string {
  const id = text.toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw usageError(`--id ${text}: not a UUID`, 'for example from uuidgen or /proc/sys/kernel/random/uuid')
  return id
}

/** The flow starts in the domain folder, where config.cfg lies; either tells the other. */
function findDomain(context: Context, options: DraftOptions): { domain: string; config: string | null } {
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
