/** A time that `pvt run` or `pvt watch` followed a job: a row of the table `runs`. */
export type Run = {
  job_id: string
  /** 1 for the first time. */
  run_number: number
  /** `run`: pvt started the flow; `watch`: somebody else did. */
  kind: 'run' | 'watch'
  /** The command and its arguments; null for `watch`. */
  command: string[] | null
  cwd: string
  host: string
  /** What every boot of the host has anew; null where the system does not tell. */
  boot_id: string | null
  /** The flow's process, leader of its group and session; null while there is none or it is not known. */
  pid: number | null
  /** Tells the process from a later one of the same number. */
  process_start: string | null
  /** The process of pvt. */
  watcher_pid: number
  watcher_start: string | null
  started_at: string
  /** When pvt was last at it. */
  seen_at: string
  ended_at: string | null
  exit_code: number | null
  /** The signal that ended the command, `SIGKILL`; null when none did. */
  signal: string | null
  /** What the command wrote to stdout: the file, its size, its beginning and its end. */
  output_path: string | null
  output_bytes: number | null
  output_head: string | null
  output_tail: string | null
  /** The same of stderr. */
  errors_path: string | null
  errors_bytes: number | null
  errors_head: string | null
  errors_tail: string | null
}

/** So long after its last sign a run on another host is taken for dead: several missed heartbeats. */
export const silentMinutes = 15

/** How long ago a run was last seen, in minutes. */
export const minutesSince = (instant: string, now: string): number =>
  (Date.parse(now) - Date.parse(instant)) / 60_000
