/** A row of an old database, whatever its columns are. */
export type LegacyRow = Record<string, string | number | bigint | Uint8Array | null | undefined>

export interface LegacyColumn {
  name: string
  /** The SQL text of its default, or null. */
  default: string | null
}

/** A database of the earlier Python `DatabaseManager`, open for reading only. */
export interface LegacyDatabase {
  path: string
  columns: { jobs: LegacyColumn[]; results: LegacyColumn[] }
  jobCount: number
  /** Results whose job is not among the jobs. */
  orphanCount: number
  /** One after the other, in the order of the file; each with `rowid`. */
  jobs: () => Iterable<LegacyRow>
  /** The results of a job, by the id that the job has there, in the order of the file. */
  resultsOf: (jobId: unknown) => LegacyRow[]
  close: () => void
}

/** Names under which the earlier tool may have kept a job's key. */
export const legacyKeys = ['job_id', 'id'] as const
