/** The states of an attempt: `submitted` to the farm, `running`, and how it ended. */
export type AttemptState = 'submitted' | 'running' | 'done' | 'failed'

/** A simulation of a PVT point: a row of the table `attempts`, without its job. */
export interface Attempt {
  corner: string
  extraction: string
  temperature: string
  voltage_combo: string
  /** 1 for the first simulation of the point in this job. */
  attempt: number
  state: AttemptState
  /** What the flow's own check said of it (job_stat.log): `Done`, `not-complete, check if error`, `not-start`. */
  checked: string | null
  /** The farm's number of the simulation, as text: farms count past 2^31. */
  farm_id: string | null
  /** The simulation's log, which the flow deletes later. */
  log_path: string | null
  /** The log's own text: local time without a zone. */
  started_at_local: string | null
  elapsed_seconds: number | null
  cpu_seconds: number | null
  peak_memory_mb: number | null
  /** What it measured (of the first row); null while there is no measure file. */
  measurements: Record<string, number | null> | null
  /** The texts that stood there instead of numbers. */
  failed: Record<string, string> | null
  /** When pvt last saw it change, ISO 8601 UTC. */
  seen_at: string
}
