import type { ConfigSnapshot, Job } from '../domain/job.ts'
import { configurationKeys } from '../domain/configuration.ts'
import { hasClockSkew, hasEnded, isClockSkew } from '../domain/job.ts'
import { latestAttempt } from '../domain/stage.ts'
import { PvtError } from '../errors.ts'
import {
  bytes,
  type Document,
  duration,
  localTime,
  renderFields,
  renderTable,
  type Style,
} from '../render/index.ts'
import type { Database } from '../store/database.ts'
import type { Judged } from '../store/history.ts'
import { findConfigSnapshot, findJob } from '../store/jobs.ts'
import { countMissingPoints } from '../store/derived.ts'
import { findSimulationLogs, type SimulationLogRecord } from '../store/simulation-logs.ts'
import { findStages, type ToldStage } from '../store/stages.ts'
import { findNewestVerdict } from '../store/verdicts.ts'
import { type FlowView, flowFields, loadFlow } from './job-flow.ts'
import { counted, fieldColumns, simulationsText } from './shared.ts'
import { stageColumns, type TimelineRow, withProgress } from './stage-columns.ts'

/** A job with everything that was recorded of it; the keys are those of `job status --json`. */
export type JobView = Job & Judged & ConfigSnapshot & Delivery

/** The same with how its flow goes. */
export type JobStatusView = JobView & FlowView

type Delivery = {
  /** Expected points without a result; null where the expected points can't be known. */
  missing_simulations: number | null
  /** An end lies before its start, of the job or of a stage: how long that took is not known, and stored as 0. */
  clock_skew: boolean
  stages: ToldStage[]
  simulation_logs: SimulationLogRecord[]
}

/** @throws `job_not_found` when it went in the meantime. */
export async function loadJobView(db: Database, jobId: string): Promise<JobView> {
  const job = await findJob(db, jobId)
  if (job === null) throw new PvtError('job_not_found', `job ${jobId} is not there any more`)
  return viewOf(db, job)
}

/** The same with how its flow goes at an instant (ISO 8601 UTC), of a job that was just read. */
export async function loadJobStatus(db: Database, job: Job, now: string): Promise<JobStatusView> {
  const view = await viewOf(db, job)
  return { ...view, ...(await loadFlow(db, job, view.stages, now)) }
}

async function viewOf(db: Database, job: Job): Promise<JobView> {
  const jobId = job.job_id
  const stages = await findStages(db, jobId)
  return {
    ...job,
    verdict: (await findNewestVerdict(db, jobId))?.verdict ?? null,
    ...(await findConfigSnapshot(db, jobId)),
    missing_simulations: job.total_simulations === null ? null : await countMissingPoints(db, jobId),
    clock_skew: hasClockSkew(job, stages),
    stages,
    simulation_logs: await findSimulationLogs(db, jobId),
  }
}

export function jobDocument(view: JobStatusView, now: string): Document<Record<string, unknown>> {
  return {
    value: view,
    columns: fieldColumns(Object.keys(view)),
    rows: [{ ...view }],
    table: async (style) => (await fieldsOf(view, now, style)) + (await timelineOf(view, style)),
  }
}

async function fieldsOf(view: JobStatusView, now: string, style: Style): Promise<string> {
  const configuration = configurationFields(view).map(([key, text]) => [`  ${key}`, text] as const)
  const flow = flowFields(view, now).filter((field): field is [string, string] => field[1] !== null)
  return renderFields([...jobFields(view), ...flow, ...configuration], style)
}

/** What is known of a job besides its configuration, in words. */
export function jobFields(view: JobView): [label: string, text: string][] {
  const given = (text: string | null): string => text ?? '-'
  const fields: [string, string | null][] = [
    ['job', view.job_id],
    ['name', view.name],
    ['status', view.status + (view.current_stage === null ? '' : ` (stage ${view.current_stage})`)],
    ['error', view.error_message],
    ['error stage', view.error_stage],
    ['description', view.description],
    ['tags', view.tags.length === 0 ? null : view.tags.join(', ')],
    ['pinned', view.pinned ? 'yes: cleanup and job delete leave it' : null],
    ['user', `${view.user} on ${view.host}`],
    ['created', localTime(view.created_at)],
    ['started', given(view.started_at && localTime(view.started_at))],
    ['ended', hasEnded(view.status) ? `${localTime(view.completed_at)} (${tookText(view)})` : null],
    ['simulations', simulations(view)],
    ['verdict', view.verdict],
    ['domain', view.domain_path],
    ['config', configurationText(view)],
    ['backup', view.backup_path],
    ...simulationTexts(view.simulation_logs).map((text): [string, string] => ['log', text]),
  ]
  return fields.filter((field): field is [string, string] => field[1] !== null)
}

const tookText = ({ started_at, completed_at, elapsed_seconds }: Job): string =>
  isClockSkew(started_at, completed_at)
    ? 'before it began: a clock was set back'
    : `took ${duration(elapsed_seconds)}`

/** Where the configuration comes from, unless it was given. */
function configurationText({ config_file_path, config_source }: Job): string | null {
  if (config_source === 'inferred') return 'inferred from the run; what it does not tell is not known'
  return config_file_path !== null && config_source === 'beside'
    ? `${config_file_path} (found beside the backup)`
    : config_file_path
}

/** A followed run has a log for each simulation: those that are to be looked at are named, the others counted. */
function simulationTexts(logs: readonly SimulationLogRecord[]): string[] {
  if (logs.length <= mostLogs) return logs.map(simulationLogText)
  const odd = logs.filter(({ success }) => !success)
  const simulators = new Set(
    logs.map(({ simulator, simulator_version }) => `${simulator} ${simulator_version}`),
  )
  const rest = odd.length > mostLogs ? [`… and ${odd.length - mostLogs} more that did not complete`] : []
  return [
    `${logs.length - odd.length} of ${logs.length} simulations completed (${[...simulators].join(', ')})`,
    ...odd.slice(0, mostLogs).map(simulationLogText),
    ...rest,
  ]
}

const mostLogs = 3

/** `TT/typical/85/v1nom: primesim W-2024.09, completed, took 4m 42s, CPU 7m 58s, 3.5 GB, 2 warnings`. */
function simulationLogText(log: SimulationLogRecord): string {
  const facts = [
    [log.simulator, log.simulator_version].filter((text) => text !== null).join(' ') || null,
    log.success ? 'completed' : 'not completed',
    log.elapsed_seconds && `took ${duration(log.elapsed_seconds)}`,
    log.cpu_seconds && `CPU ${duration(log.cpu_seconds)}`,
    log.peak_memory_mb && bytes(log.peak_memory_mb * 1024 * 1024),
    log.warnings > 0 ? counted(log.warnings, 'warning') : null,
  ]
  return `${log.point ?? log.log_path}: ${facts.filter((fact) => fact !== null && fact !== 0).join(', ')}`
}

function simulations(view: JobView): string {
  const missing = view.missing_simulations === null ? '' : `, ${view.missing_simulations} missing`
  return `${view.total_simulations ?? 'unknown number'} expected, ${view.stored_simulations} stored${missing} (${simulationsText({ ...view, total_simulations: null })})`
}

/** Every parameter under its name in config.cfg; none for a job without a configuration. */
export function configurationFields(view: JobView): [key: string, text: string][] {
  if (view.mode === null) return []
  return configurationKeys.map(({ key, field }) => {
    const custom =
      field === 'postlay_cross_cornerlist' && view.postlay_custom_corners
        ? `:${view.postlay_custom_corners}`
        : ''
    return [key, `${view[field] ?? '-'}${custom}`]
  })
}

/** The stage table, after an empty line; nothing without stages. */
export async function timelineOf(view: JobStatusView, style: Style, columns = stageColumns): Promise<string> {
  const rows = timeline(view)
  if (rows.length === 0) return ''
  return `\n${await renderTable(withProgress(columns, rows, view.progress), rows, style)}`
}

/** Every attempt, and, while the job goes on, a line for each planned stage that has none yet. */
export function timeline({ status, planned_stages, stages }: JobView): TimelineRow[] {
  const waiting = hasEnded(status)
    ? []
    : planned_stages.filter((name) => latestAttempt(stages, name) === null)
  return [...stages, ...waiting.map((stage) => ({ stage, status: 'planned' as const }))]
}
