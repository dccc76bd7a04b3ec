import { describePolicy, groupByDomain, type RetentionPolicy, type Verdict } from '../domain/retention.ts'
import {
  bytes,
  type Column,
  type Document,
  localTime,
  renderTable,
  type Style,
  visible,
} from '../render/index.ts'
import type { EndedJob } from '../store/history.ts'
import { counted, fieldColumns, shortId } from './shared.ts'

export interface Outcome {
  dryRun: boolean
  /** Bytes given back; null when nothing was done. */
  freed: number | null
  vacuumed: boolean
}

type Row = Omit<EndedJob, 'removal_begun'> &
  Pick<Verdict<EndedJob>, 'action' | 'reasons'> & { reason: string }

/** What cleanup did, or would do: for people by domain, as `restic forget` prints it. */
export function cleanupDocument(
  verdicts: readonly Verdict<EndedJob>[],
  policy: RetentionPolicy,
  { dryRun, freed, vacuumed }: Outcome,
): Document<Row> {
  const rows = verdicts.map(toRow)
  const removed = rows.filter(({ action }) => action === 'remove')
  const kept = rows.filter(({ action }) => action === 'keep')
  const space = freed === null ? '' : `; ${bytes(freed)} given back`
  const line = `${dryRun ? 'would remove' : 'removed'} ${counted(removed.length, 'job')}, kept ${counted(kept.length, 'finished job')}${space}\n`
  return {
    value: {
      dry_run: dryRun,
      policy: policyOf(policy),
      removed_jobs: removed.length,
      kept_jobs: kept.length,
      freed_bytes: freed,
      vacuumed,
      removed,
      kept,
    },
    columns: fieldColumns([
      'job_id',
      'name',
      'status',
      'domain_path',
      'completed_at',
      'stored_simulations',
      'action',
      'reason',
      'tags',
      'pinned',
    ]),
    rows,
    table: async (style) => {
      if (!dryRun)
        return (removed.length === 0 ? '' : await renderTable(removedColumns, removed, style)) + line
      return `policy: ${visible(describePolicy(policy))}\n${await domainTables(rows, style)}\n${line}`
    },
  }
}

function toRow({ job, action, reasons }: Verdict<EndedJob>): Row {
  const { job_id, name, status, domain_path, completed_at, stored_simulations, tags, pinned } = job
  return {
    ...{ job_id, name, status, domain_path, completed_at, stored_simulations },
    ...{ action, reason: reasons.join('; '), reasons, tags, pinned },
  }
}

function policyOf(policy: RetentionPolicy): Record<string, unknown> {
  return {
    older_than: policy.olderThan?.text ?? null,
    keep_last: policy.keepLast,
    keep_daily: policy.keepDaily,
    keep_weekly: policy.keepWeekly,
    keep_monthly: policy.keepMonthly,
    keep_yearly: policy.keepYearly,
    keep_within: policy.keepWithin?.text ?? null,
    keep_tags: policy.keepTags,
  }
}

async function domainTables(rows: readonly Row[], style: Style): Promise<string> {
  const parts: string[] = []
  for (const group of groupByDomain(rows)) {
    parts.push(`\n${visible(group[0]!.domain_path)}\n`)
    for (const action of ['keep', 'remove'] as const) {
      const jobs = group.filter((row) => row.action === action)
      if (jobs.length === 0) continue
      parts.push(`${action} ${counted(jobs.length, 'job')}:\n`, await renderTable(columns, jobs, style))
    }
  }
  return parts.join('')
}

const columns: Column<Row>[] = [
  { key: 'job', value: ({ job_id }) => shortId(job_id) },
  { key: 'name', value: ({ name }) => name },
  { key: 'status', value: ({ status }) => status },
  { key: 'ended', value: (row) => localTime(row.completed_at) },
  { key: 'points', align: 'right', value: (row) => row.stored_simulations },
  {
    key: 'reasons',
    value: ({ reason }) => reason,
    paint: ({ action }) => (action === 'remove' ? 'red' : null),
  },
]

const removedColumns: Column<Row>[] = [...columns, { key: 'domain', value: (row) => row.domain_path }]
