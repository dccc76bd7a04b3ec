import type { Context } from '../context.ts'
import type { LimitCheck, Verdict } from '../domain/check-limits.ts'
import type { Job } from '../domain/job.ts'
import { PvtError } from '../errors.ts'
import { type Column, localTime, renderFolded } from '../render/index.ts'
import {
  type Finding,
  findVerdicts,
  keepVerdict,
  type StoredVerdict,
  verdictColumns,
} from '../store/verdicts.ts'
import type { LimitsInForce } from './limits-in-force.ts'
import { fieldColumns, firstFew } from './shared.ts'
import { verdictPaint } from './verdict-columns.ts'

/** What a check of a whole job came to, and by which limits. */
export interface Outcome {
  verdict: Verdict
  checks: readonly LimitCheck[]
  inForce: LimitsInForce
  now: string
}

/**
 * Keeps a verdict with its job. The answer of the check is out already: that it could not be kept is said, and changes
 * neither the answer nor the exit code.
 */
export async function keepJobVerdict(
  context: Context,
  { job_id }: Job,
  { verdict, checks, inForce, now }: Outcome,
): Promise<void> {
  try {
    await keepVerdict(await context.database(), {
      job_id,
      verdict,
      checked_at: now,
      checked_by: context.settings.user,
      limits_version: inForce.version,
      limits_path: inForce.path,
      limits_sha256: inForce.sha256,
      limits_checked: checks.length,
      findings: checks.filter((check) => check.verdict !== 'pass').map(toFinding),
    })
  } catch (error) {
    if (!(error instanceof PvtError)) throw error
    context.report(`the verdict was not kept with the job: ${error.message}`)
  }
}

const toFinding = ({ limit, verdict, worst, failing, missing, waivers }: LimitCheck): Finding => ({
  measurement: limit.measurement,
  point: limit.point,
  verdict,
  worst: worst?.value ?? null,
  worst_point: worst?.point ?? null,
  margin: worst?.margin ?? null,
  failing,
  missing,
  waivers: waivers.map(({ point, reason, until, waived_by }) => ({ point, reason, until, waived_by })),
})

/** The verdicts of a job, newest first. */
export async function printKeptVerdicts(context: Context, { job_id }: Job): Promise<void> {
  const kept = await findVerdicts(await context.database(), job_id)
  await context.print({
    value: kept,
    columns: fieldColumns(verdictColumns),
    rows: kept,
    table: (style) => renderFolded(columns, 3, kept, style),
  })
}

const columns: Column<StoredVerdict>[] = [
  { key: 'checked', value: (row) => localTime(row.checked_at) },
  { key: 'by', value: (row) => row.checked_by },
  { key: 'verdict', value: (row) => row.verdict, paint: (row) => verdictPaint(row.verdict) },
  {
    key: 'limits',
    value: (row) => (row.limits_version === null ? row.limits_path : `version ${row.limits_version}`),
  },
  { key: 'limits_checked', title: 'CHECKS', align: 'right', value: (row) => row.limits_checked },
  {
    key: 'findings',
    value: (row) =>
      firstFew([...new Set(row.findings.map(({ measurement, verdict }) => `${measurement} ${verdict}`))]) ||
      '-',
  },
]
