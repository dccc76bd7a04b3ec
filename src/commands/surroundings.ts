/** Something outside of the program that it reads; names and file names stand between backticks in the meaning. */
export interface Surrounding {
  names: readonly string[]
  meaning: string
}

/** What the environment says to `pvt`: the README's table and the manual pages. */
export const environmentVariables: readonly Surrounding[] = [
  { names: ['PVT_DB'], meaning: 'the database, when there is no `--db`; empty is an error' },
  { names: ['PVT_JOB'], meaning: 'the job, when none is named; empty is an error' },
  {
    names: ['PVT_BEST_EFFORT=1'],
    meaning: 'a change whose database is away is spooled, exit code 0',
  },
  { names: ['PVT_SPOOL'], meaning: 'the spool folder, on a local disk; empty is an error' },
  {
    names: ['PVT_NOTIFY'],
    meaning: 'a command that is run when a job ends, as `--notify-cmd`; empty is none',
  },
  {
    names: ['PVT_DEBUG=1'],
    meaning: 'errors with their stack, and the warnings of Node.js and of libraries',
  },
  {
    names: ['PVT_FILESYSTEM'],
    meaning:
      "`local` or `network`: what file systems are taken for, the database's above all, when `pvt` is wrong about them",
  },
  { names: ['XDG_DATA_HOME', 'HOME'], meaning: 'where the default database is' },
  { names: ['XDG_STATE_HOME'], meaning: 'where `pvt run` keeps the output of flows' },
  { names: ['USER', 'LOGNAME'], meaning: 'who you are: the owner of new jobs' },
  { names: ['TZ'], meaning: 'the zone of local times, as for every program' },
  { names: ['LC_ALL', 'LC_CTYPE', 'LANG'], meaning: 'the locale: unless it is UTF-8, charts are in ASCII' },
  {
    names: ['NO_COLOR', 'FORCE_COLOR', 'TERM=dumb'],
    meaning: 'no colours; colours in a pipe too (`0`: none); no colours',
  },
  { names: ['PGPASSFILE', 'PGPASSWORD', 'PGUSER'], meaning: 'and others, as for every PostgreSQL client' },
  { names: ['SOURCE_DATE_EPOCH'], meaning: 'the date of manual pages, seconds since 1970' },
  {
    names: ['NODE_EXTRA_CA_CERTS'],
    meaning: 'of Node.js: when set, every start of Node.js 20 takes 40 ms longer; unset it where you can',
  },
]

/** The files that `pvt` reads and writes by itself, for the manual pages. */
export const ownFiles: readonly Surrounding[] = [
  {
    names: ['~/.local/share/pvt/pvt.db'],
    meaning: 'the default database; `$XDG_DATA_HOME/pvt/pvt.db` where that variable is set',
  },
  {
    names: ['<database>-wal', '<database>-shm'],
    meaning: 'belong to a SQLite database that is in use: never remove or copy them by hand',
  },
  {
    names: ['<database>.before-<version>'],
    meaning: 'the copy that is made before the schema is brought up to date',
  },
  {
    names: ['<database>.check-needed'],
    meaning:
      'damage was met: the database is only read until `pvt db check` finds it sound, or it is restored',
  },
  { names: ['backups/'], meaning: 'beside the database: where `pvt backup` writes to unless told otherwise' },
  {
    names: ['~/.local/state/pvt/output/'],
    meaning:
      'what flows wrote that `pvt run` started; `$XDG_STATE_HOME/pvt/output/` where that variable is set',
  },
  { names: ['/var/tmp/pvt-spool-<uid>/'], meaning: 'the spool; `PVT_SPOOL` names another folder' },
  { names: ['config.cfg'], meaning: 'the configuration of a run, in its domain folder' },
  { names: ['00bkp_YYYYMMDDHHmm/'], meaning: "a backup of the flow, in a run's domain folder" },
  { names: ['~/.pgpass'], meaning: 'passwords for PostgreSQL' },
]
