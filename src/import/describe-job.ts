import { hostname } from 'node:os'
import type { Job } from '../domain/job.ts'
import { longest, mostTags, refuseLong } from '../domain/size-limits.ts'
import { defaultStages, type StageName } from '../domain/stage.ts'
import { usageError } from '../errors.ts'
import type { NewJob } from '../store/jobs.ts'
import type { LoadedConfiguration } from './load-configuration.ts'

export interface JobDescription {
  name: string
  domain: string
  user: string
  now: string
  stages?: readonly StageName[]
  description?: string | null
  tags?: readonly string[]
}

/**
 * A queued job of a configuration; null for a job whose configuration is not known.
 *
 * @throws usage error for a name, a description or tags beyond all measure.
 */
export function newJob(loaded: LoadedConfiguration | null, about: JobDescription): NewJob {
  refuseLongTexts(about)
  return {
    name: about.name,
    status: 'queued',
    created_at: about.now,
    started_at: null,
    completed_at: null,
    elapsed_seconds: null,
    ...(loaded?.configuration ?? unknownConfiguration),
    ...(loaded?.snapshot ?? { config_text: null, config_sha256: null }),
    planned_stages: [...(about.stages ?? defaultStages)],
    current_stage: null,
    completed_stages: [],
    total_simulations: loaded?.points.length ?? null,
    stored_simulations: 0,
    successful_simulations: 0,
    failed_simulations: 0,
    domain_path: about.domain,
    config_file_path: loaded?.path ?? null,
    config_source: loaded === null ? null : 'given',
    backup_path: null,
    error_message: null,
    error_stage: null,
    user: about.user,
    host: hostname(),
    description: about.description ?? null,
    tags: [...(about.tags ?? [])],
    pinned: false,
  }
}

function refuseLongTexts({ name, user, description, tags = [] }: JobDescription): void {
  refuseLong('the user', user, longest.name)
  refuseLong('the name', name, longest.name)
  refuseLong('the description', description ?? '', longest.description)
  for (const tag of tags) refuseLong('a tag', tag, longest.name)
  if (tags.length > mostTags)
    throw usageError(`there are ${tags.length} tags`, `at most ${mostTags} are kept`)
}

/** Every column of the configuration, for a job that has none. */
export const unknownConfiguration = {
  mode: null,
  vccn: null,
  vcctx: null,
  vccana: null,
  vcc: null,
  supply_1st: null,
  supply_2nd: null,
  supply_3rd: null,
  condition: null,
  cpu_count: null,
  memory_gb: null,
  alter_extraction: null,
  alter_string_count: null,
  sim_mode: null,
  gs_gf_corner: null,
  vcc_vid: null,
  simulator: null,
  postlay_cross_cornerlist: null,
  postlay_custom_corners: null,
} satisfies Partial<Job>
