/** A row of an old database, whatever its columns are; their names in small letters, which SQLite does not tell from capitals. */
export type LegacyRow = Record<string, string | number | bigint | Uint8Array | null | undefined>

export interface LegacyColumn {
  name: string
  /** The SQL text of its default, or null. */
  default: string | null
}

export interface LegacyJob {
  /** The key that its results name it by, as text: 1, 1.0 and '1' are the same. Null for none. */
  key: string | null
  row: LegacyRow
}

/** A database of the earlier Python `DatabaseManager`, open for reading only. */
export interface LegacyDatabase {
  path: string
  columns: { jobs: LegacyColumn[]; results: LegacyColumn[] }
  jobCount: number
  /** Results whose job is not among the jobs. */
  orphanCount: number
  /** One after the other, in the order of the file. */
  jobs: () => Iterable<LegacyJob>
  /** The results of a job, by the key that the job has there, in the order of the file. */
  resultsOf: (key: string) => LegacyRow[]
  close: () => void
}

/** Names under which the earlier tool may have kept a job's key. */
export const legacyKeys = ['job_id', 'id'] as const
