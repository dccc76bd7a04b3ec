import type Sqlite from 'better-sqlite3'
import { PvtError } from '../errors.ts'
import {
  type LegacyColumn,
  type LegacyDatabase,
  type LegacyJob,
  legacyKeys,
  type LegacyRow,
} from './legacy-database.ts'
import { connectToLegacy } from './legacy-copy.ts'
import { explainSqliteError } from './sqlite-errors.ts'
import { isOurs, readHead } from './sqlite-file.ts'

/** See openLegacy in open-legacy.ts. */
export function openLegacyFile(path: string): LegacyDatabase {
  const head = readHead(path)
  if (head.kind === 'absent') throw new PvtError('file_not_found', `there is no ${path}`, 'check the path')
  if (head.kind !== 'database') throw foreign(path, 'is not a database')
  if (isOurs(head.applicationId)) {
    throw new PvtError(
      'database_foreign',
      `${path} is a database of pvt itself`,
      'use it with --db, or bring its contents back with pvt restore',
    )
  }
  const raw = explained(path, () => connectToLegacy(path, head.wal))
  const close = (): void => {
    raw.close()
  }
  try {
    return { ...explained(path, () => read(raw, path)), close }
  } catch (error) {
    close()
    throw error
  }
}

const foreign = (path: string, what: string): PvtError =>
  new PvtError('database_foreign', `${path} ${what}`, 'name a database of the earlier Python tool')

function explained<Answer>(path: string, work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    throw explainSqliteError(path, error)
  }
}

function read(raw: Sqlite.Database, path: string): Omit<LegacyDatabase, 'close'> {
  raw.pragma('trusted_schema = off')
  raw.pragma('temp_store = memory')
  // All that is read is of one moment, whoever writes meanwhile.
  raw.exec('begin')
  const columns = { jobs: columnsOf(raw, 'jobs'), results: columnsOf(raw, 'results') }
  const names = columns.jobs.map(({ name }) => name)
  const keys = legacyKeys.filter((name) => names.includes(name))
  if (keys.length === 0 || signs.filter((name) => names.includes(name)).length < 2) {
    throw foreign(path, "is a database of another program: it has no table jobs of the earlier tool's kind")
  }
  const jobKey = `coalesce(${keys.map(keyText).join(', ')}, null)`
  const results = columns.results.some(({ name }) => name === 'job_id') ? indexResults(raw) : null
  const selectResults =
    results === null
      ? null
      : raw.prepare(
          `select ${columnList(columns.results, 'r')} from temp.pvt_places p join ${results} r on r.rowid = p.place
            where p.job_key = ? order by p.place`,
        )
  const order = hasRowid(raw, 'jobs') ? 'order by rowid' : ''
  const selectJobs = raw.prepare(
    `select ${jobKey} as pvt_key, ${columnList(columns.jobs, 'jobs')} from main.jobs ${order}`,
  )
  const count = (sql: string): number => raw.prepare(sql).pluck().get() as number
  return {
    path,
    columns,
    jobCount: count('select count(*) from main.jobs'),
    orphanCount:
      results === null
        ? 0
        : count(
            `select count(*) from temp.pvt_places where job_key is null
              or job_key not in (select ${jobKey} from main.jobs where ${jobKey} is not null)`,
          ),
    jobs: () => jobsOf(path, selectJobs),
    resultsOf: (key) => explained(path, () => (selectResults?.all(key) ?? []) as LegacyRow[]),
  }
}

function* jobsOf(path: string, select: Sqlite.Statement): Iterable<LegacyJob> {
  const rows = select.iterate() as IterableIterator<LegacyRow>
  try {
    for (;;) {
      const next = explained(path, () => rows.next())
      if (next.done === true) return
      const { pvt_key: key, ...row } = next.value
      yield { key: typeof key === 'string' ? key : null, row }
    }
  } finally {
    // A reader that stops in between: a connection that is still reading cannot be closed.
    rows.return?.()
  }
}

/** Columns of the earlier tool's jobs: two of them tell its table from any other of that name. */
const signs = [
  'domain_path',
  'completed_stages',
  'planned_stages',
  'total_simulations',
  'current_stage',
  'mode',
]

function columnsOf(raw: Sqlite.Database, table: 'jobs' | 'results'): LegacyColumn[] {
  const rows = raw.pragma(`main.table_info(${table})`) as { name: string; dflt_value: string | null }[]
  return rows.map(({ name, dflt_value }) => ({ name: name.toLowerCase(), default: dflt_value }))
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const columnList = (columns: readonly LegacyColumn[], table: string): string =>
  columns.map(({ name }) => `${table}.${quoted(name)} as ${quoted(name)}`).join(', ')

/** The driver passes every number as a real: only as texts are whole numbers the same on both sides. */
const keyText = (column: string): string =>
  `case when typeof(${column}) = 'real' and ${column} = cast(${column} as integer)
    then cast(cast(${column} as integer) as text) else cast(${column} as text) end`

/**
 * A temporary index of the results by their jobs: without one of its own, each job would have the whole table searched.
 *
 * @returns where the results are: a view, or a table without row numbers, is copied.
 */
function indexResults(raw: Sqlite.Database): string {
  const isNumbered = hasRowid(raw, 'results')
  if (!isNumbered) raw.exec('create temp table pvt_results as select * from main.results')
  const results = isNumbered ? 'main.results' : 'temp.pvt_results'
  raw.exec(`create temp table pvt_places (job_key text, place integer);
    insert into temp.pvt_places select ${keyText('job_id')}, rowid from ${results};
    create index temp.pvt_places_by_job on pvt_places (job_key, place);`)
  return results
}

function hasRowid(raw: Sqlite.Database, table: 'jobs' | 'results'): boolean {
  try {
    raw.prepare(`select rowid from main.${table}`)
    return true
  } catch {
    return false
  }
}
