import type { Database, SqlValue } from './database.ts'

/** What the log of one simulation of a job says: a row of the table `simulation_logs`. */
export type SimulationLogRecord = {
  log_path: string
  /** The PVT point that it belongs to, `TT/typical/85/v1nom`; null when the log does not tell. */
  point: string | null
  simulator: string | null
  simulator_version: string | null
  /** Whether the simulator said that it completed. */
  success: boolean
  /** As the log has it: local time without a zone. */
  started_at_local: string | null
  elapsed_seconds: number | null
  cpu_seconds: number | null
  peak_memory_mb: number | null
  measures: number | null
  warnings: number
  working_directory: string | null
}

const columns = [
  'log_path',
  'point',
  'simulator',
  'simulator_version',
  'success',
  'started_at_local',
  'elapsed_seconds',
  'cpu_seconds',
  'peak_memory_mb',
  'measures',
  'warnings',
  'working_directory',
] as const satisfies readonly (keyof SimulationLogRecord)[]

const selectLogs = `select ${columns.join(', ')} from simulation_logs where job_id = $1 order by log_path`

const upsertLog = `
  insert into simulation_logs (job_id, ${columns.join(', ')})
  values ($1, ${columns.map((_, index) => `$${index + 2}`).join(', ')})
  on conflict (job_id, log_path) do update set
    ${columns
      .slice(1)
      .map((column) => `${column} = excluded.${column}`)
      .join(',\n    ')}`

export async function findSimulationLogs(db: Database, jobId: string): Promise<SimulationLogRecord[]> {
  const rows = await db.query<Omit<SimulationLogRecord, 'success'> & { success: number }>(selectLogs, [jobId])
  return rows.map((row) => ({ ...row, success: row.success === 1 }))
}

/** Stores logs of a job; one that is there already is replaced. */
export async function saveSimulationLogs(
  db: Database,
  jobId: string,
  logs: readonly SimulationLogRecord[],
): Promise<void> {
  for (const log of logs) {
    const values = columns.map((column): SqlValue => {
      const value = log[column]
      return typeof value === 'boolean' ? Number(value) : value
    })
    await db.query(upsertLog, [jobId, ...values])
  }
}
