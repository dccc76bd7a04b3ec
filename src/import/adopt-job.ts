import { basename, dirname } from 'node:path'
import { type Configuration, configurationKeys } from '../domain/configuration.ts'
import { hasEnded, type Job, type JobStatus, jobStatuses, secondsBetween } from '../domain/job.ts'
import { defaultStages, parseStageName, type StageName } from '../domain/stage.ts'
import type { NewJob } from '../store/jobs.ts'
import { type LegacyJob, legacyKeys, type LegacyRow } from '../store/legacy-database.ts'
import { unknownConfiguration } from './describe-job.ts'
import { instantOf, type LegacyTimes, listOf, shown, textOf, wholeNumberOf } from './legacy-value.ts'
import { sha256 } from './read-file.ts'

/** A job of an old database as one of ours. */
export interface AdoptedJob {
  job_id: string
  job: NewJob
  /** What was odd, and how it was read. */
  notes: string[]
}

/** Columns of the old jobs that are read; any other is named as not taken. */
export const knownJobColumns: readonly string[] = [
  ...legacyKeys,
  ...configurationKeys.map(({ field }) => field),
  ...['postlay_custom_corners', 'name', 'status', 'user', 'host', 'description', 'tags'],
  ...['created_at', 'updated_at', 'started_at', 'completed_at', 'elapsed_seconds'],
  ...['planned_stages', 'current_stage', 'completed_stages', 'error_message', 'error_stage'],
  ...['total_simulations', 'successful_simulations', 'failed_simulations'],
  ...['domain_path', 'config_file_path', 'backup_path'],
]

/** `now`: the time of a job that has none at all. */
export function toAdoptedJob({ key, row }: LegacyJob, times: LegacyTimes, now: string): AdoptedJob {
  const notes: string[] = []
  const time = (column: string): string | null => {
    const instant = instantOf(row, column, times)
    if (instant === undefined)
      notes.push(`${column} '${shown(textOf(row, column) ?? '')}' is no time: left out`)
    return instant ?? null
  }
  const [created, updated, started, completed] = [
    'created_at',
    'updated_at',
    'started_at',
    'completed_at',
  ].map(time)
  const begin = created ?? started ?? completed ?? updated ?? null
  if (begin === null) notes.push(`it has no time at all: created_at is that of this import, ${now}`)
  const status = statusOf(row, completed ?? null, notes)
  const end = hasEnded(status) ? (completed ?? updated ?? started ?? begin ?? now) : null
  const domain = domainOf(row)
  const configuration = configurationOf(row)
  const job: NewJob = {
    name: textOf(row, 'name') ?? (basename(domain) || domain),
    status,
    created_at: begin ?? now,
    started_at: started ?? null,
    completed_at: end,
    elapsed_seconds: elapsedOf(row, started ?? null, end),
    ...configuration,
    config_text: null,
    config_sha256: null,
    planned_stages: stagesOf(row, 'planned_stages', notes) ?? [...defaultStages],
    current_stage: parseStageName(textOf(row, 'current_stage') ?? ''),
    completed_stages: stagesOf(row, 'completed_stages', notes) ?? [],
    total_simulations: wholeNumberOf(row, 'total_simulations'),
    stored_simulations: 0,
    successful_simulations: 0,
    failed_simulations: 0,
    domain_path: domain,
    config_file_path: textOf(row, 'config_file_path'),
    config_source: Object.values(configuration).every((value) => value === null) ? null : 'given',
    backup_path: textOf(row, 'backup_path'),
    pinned: false,
    error_message: textOf(row, 'error_message'),
    error_stage: parseStageName(textOf(row, 'error_stage') ?? ''),
    user: textOf(row, 'user') ?? 'unknown',
    host: textOf(row, 'host') ?? 'unknown',
    description: textOf(row, 'description'),
    tags: listOf(row, 'tags') ?? [],
  }
  return { job_id: idOf(row, key), job, notes }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * A UUID stays what it is. Any other key (1, 2, 3 …) is one in its own database only: the id is made of it and of
 * what tells this job from another's with the same key, the same at every import.
 */
function idOf(row: LegacyRow, key: string | null): string {
  if (key !== null && uuid.test(key)) return key.toLowerCase()
  const told = [String(key), textOf(row, 'created_at'), textOf(row, 'domain_path')]
  const digits = sha256(JSON.stringify(['pvt db adopt', ...told]))
  // Version 8: made by a rule of our own (RFC 9562).
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
  ]
  return [...parts, digits.slice(20, 32)].join('-')
}

/** What other programs and people call our states. */
const otherWords: ReadonlyMap<string, JobStatus> = new Map(
  Object.entries({
    ...{ pending: 'queued', submitted: 'queued', in_progress: 'running', started: 'running' },
    ...{ done: 'completed', complete: 'completed', success: 'completed', finished: 'completed' },
    ...{ error: 'failed', fail: 'failed', canceled: 'cancelled', aborted: 'cancelled' },
  } as const),
)

function statusOf(row: LegacyRow, completed: string | null, notes: string[]): JobStatus {
  const text = textOf(row, 'status')
  const word = (text ?? '').trim().toLowerCase()
  const known = jobStatuses.find((status) => status === word) ?? otherWords.get(word)
  if (known !== undefined) return known
  const status = completed === null ? 'failed' : 'completed'
  const reason = completed === null ? 'it has no end' : 'it has an end'
  notes.push(`status ${text === null ? 'NULL' : `'${shown(text)}'`} is read as ${status}: ${reason}`)
  return status
}

function elapsedOf(row: LegacyRow, started: string | null, end: string | null): number | null {
  const seconds = Number(textOf(row, 'elapsed_seconds') ?? NaN)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  return started === null || end === null ? null : secondsBetween(started, end)
}

function stagesOf(row: LegacyRow, column: string, notes: string[]): StageName[] | null {
  const names = listOf(row, column)
  if (names === null) return null
  const unknown = names.filter((name) => parseStageName(name) === null)
  if (unknown.length > 0) notes.push(`${column}: there is no stage ${shown(unknown.join(', '))}: left out`)
  return names.map(parseStageName).filter((name) => name !== null)
}

function domainOf(row: LegacyRow): string {
  const named = textOf(row, 'domain_path')
  if (named !== null) return named
  const beside = textOf(row, 'backup_path') ?? textOf(row, 'config_file_path')
  return beside === null ? 'unknown' : dirname(beside)
}

type KnownConfiguration = Pick<Job, keyof Configuration>

function configurationOf(row: LegacyRow): KnownConfiguration {
  const entries = configurationKeys.map(({ field, integer }) => [
    field,
    integer === true ? wholeNumberOf(row, field) : textOf(row, field),
  ])
  const custom = textOf(row, 'postlay_custom_corners')
  const known = Object.fromEntries(entries) as KnownConfiguration
  return { ...unknownConfiguration, ...known, postlay_custom_corners: custom }
}
