/**
 * What can go wrong, as the user and a script see it: every kind has a code (stable, in `--json` errors and the
 * README) and an exit code (cli.md, "Exit codes"). Anything that is thrown and is not a PvtError is a bug.
 */
export const exitCodes = {
  internal_error: 1,
  output_failed: 1,
  file_error: 1,
  usage: 2,
  ambiguous_job: 2,
  job_not_given: 2,
  job_not_found: 3,
  limits_not_found: 3,
  waiver_not_found: 3,
  file_not_found: 3,
  import_not_found: 3,
  refused: 4,
  not_confirmed: 4,
  already_running: 4,
  database_locked: 5,
  database_unreachable: 5,
  database_foreign: 5,
  database_newer: 5,
  database_older: 5,
  database_corrupt: 5,
  disk_full: 5,
  permission: 5,
  wal_on_network: 5,
  driver_unavailable: 5,
  bad_input: 6,
  check_failed: 7,
  timed_out: 124,
  interrupted: 130,
  terminated: 143,
} as const satisfies Record<string, number>

/** What an exit code tells a script; for the help and the manual pages. The README has a row for each of them. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'unexpected failure',
  2: 'wrong usage',
  3: 'not found',
  4: 'refused or not confirmed',
  5: 'database unavailable',
  6: 'bad input data',
  7: 'a check did not pass',
  124: 'time-out of job wait',
  130: 'ended by SIGINT',
  143: 'ended by SIGTERM',
}

export type ErrorCode = keyof typeof exitCodes

/** A failure that the user can understand: what happened (`message`), and what to do (`hint`). */
export class PvtError extends Error {
  override readonly name = 'PvtError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  get exitCode(): number {
    return exitCodes[this.code]
  }
}

export const usageError = (message: string, hint?: string): PvtError => new PvtError('usage', message, hint)

/** The text of anything thrown; for messages that pass on what a library said. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The `code` of a Node.js or database error (`ENOENT`, `SQLITE_BUSY`, `23505`), or null. */
export const codeOf = (error: unknown): string | null => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}
