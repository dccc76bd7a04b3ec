import { configurationKeys } from './configuration.ts'
import type { Job } from './job.ts'
import { type PvtPoint, pointName } from './point.ts'

/** Something besides the values that two jobs differ in. */
export interface JobDifference {
  /** A column of the job (`simulator`, `mode` …), `simulator_version`, `limits_version`, `points` or `points_not_in_both`. */
  field: string
  base: string | number | null
  new: string | number | null
}

export interface ComparedJob {
  job: Job
  /** The points that the job expects; of a job without a configuration those that it has. */
  points: readonly PvtPoint[]
  /** Of the limits that it was last checked against; null when it never was, or against a file. */
  limitsVersion: number | null
  /** What its simulation logs say, `PrimeSim W-2024.09`; null when none was kept. */
  simulatorVersion: string | null
}

/** What else differs between two jobs: the domain, the configuration, the limits' version, the points. */
export function compareJobs(base: ComparedJob, next: ComparedJob): JobDifference[] {
  const fields = ['domain_path', ...configurationKeys.map(({ field }) => field), 'postlay_custom_corners']
  const rows = fields.map((field) => ({
    field,
    base: valueOf(base.job, field),
    new: valueOf(next.job, field),
  }))
  const points = [
    { field: 'simulator_version', base: base.simulatorVersion, new: next.simulatorVersion },
    { field: 'limits_version', base: base.limitsVersion, new: next.limitsVersion },
    { field: 'points', base: base.points.length, new: next.points.length },
    {
      field: 'points_not_in_both',
      base: onlyIn(base.points, next.points),
      new: onlyIn(next.points, base.points),
    },
  ]
  return [...rows, ...points].filter((row) => row.base !== row.new)
}

function valueOf(job: Job, field: string): string | number | null {
  const value: unknown = Reflect.get(job, field)
  // A list without entries is as absent as one that was never given.
  if (value === '') return null
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

/** `a, b, c and 9 more`; null for none. */
function onlyIn(points: readonly PvtPoint[], others: readonly PvtPoint[]): string | null {
  const known = new Set(others.map(pointName))
  const names = points.map(pointName).filter((name) => !known.has(name))
  if (names.length === 0) return null
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ''
  return names.slice(0, mostNames).join(', ') + more
}

const mostNames = 5
