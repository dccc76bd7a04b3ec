/**
 * A command that changes something and did not reach its database in time: all that is needed to make the change
 * later as it was meant. Names are those of the spool file's lines and of the JSON keys of `pvt spool list`.
 */
export interface Change {
  /** Made where the change was made; a change with a known id is not made again. */
  change_id: string
  /** When it was made, ISO 8601 UTC: the time that the database gets. */
  at: string
  /** The database it is meant for, as `Database.location` names it. */
  database: string
  user: string
  host: string
  /** The folder it was made in: `.` and relative paths mean this one. */
  cwd: string
  /** `$PVT_JOB`; null when it was not set. */
  job: string | null
  /** The command and its arguments, without `pvt` and without global options. */
  words: string[]
}

/** What became of the changes that waited for a database. */
export interface Delivery {
  delivered: Change[]
  /** Put aside: the database took the connection and refused the change. */
  parked: { path: string; reason: string }[]
  /** Still waiting: no more than so many are delivered at once. */
  waiting: number
}

/** How a command that goes on makes a change; `Place` is what the change is made in. */
export interface Submission<Place> {
  /** Makes it at once, within the transaction that is open. */
  make: (place: Place) => Promise<void>
  /** What is kept while the database is away; null for what is not worth it, a mere sign of life. */
  words: (() => string[]) | null
  /** When it was made, ISO 8601 UTC. */
  at: string
  /** How long the database may take to answer, and how long the change itself. */
  patienceMs: { answer: number; change: number }
}

/** What became of a submission. */
export interface Submitted {
  /** `kept`: it waits in the spool. `dropped`: the database is away, and it was not worth keeping. */
  state: 'made' | 'kept' | 'dropped'
  /** What the database that is away said; null for a change that was made. */
  reason: string | null
}
