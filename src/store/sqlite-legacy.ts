import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { PvtError } from '../errors.ts'
import { type LegacyColumn, type LegacyDatabase, legacyKeys, type LegacyRow } from './legacy-database.ts'
import { connect } from './sqlite-driver.ts'
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
  const { raw, remove } = openForReading(path, head.wal)
  const close = (): void => {
    raw.close()
    remove()
  }
  try {
    return { ...read(raw, path), close }
  } catch (error) {
    close()
    throw explainSqliteError(path, error)
  }
}

const foreign = (path: string, what: string): PvtError =>
  new PvtError('database_foreign', `${path} ${what}`, 'name a database of the earlier Python tool')

function openForReading(path: string, wal: boolean): { raw: Sqlite.Database; remove: () => void } {
  const readOnly = { readonly: true, fileMustExist: true }
  if (!wal && !existsSync(`${path}-journal`)) return { raw: connect(path, readOnly), remove: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'pvt-adopt-'))
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const copy = join(folder, 'old.db')
    for (const suffix of ['', '-wal', '-journal']) {
      if (!existsSync(path + suffix)) continue
      copyFileSync(path + suffix, copy + suffix)
      chmodSync(copy + suffix, 0o600)
    }
    return { raw: connect(copy, { fileMustExist: true }), remove }
  } catch (error) {
    remove()
    throw error
  }
}

function read(raw: Sqlite.Database, path: string): Omit<LegacyDatabase, 'close'> {
  raw.pragma('trusted_schema = off')
  const columns = { jobs: columnsOf(raw, 'jobs'), results: columnsOf(raw, 'results') }
  const names = columns.jobs.map(({ name }) => name)
  const key = legacyKeys.find((name) => names.includes(name))
  if (key === undefined || signs.filter((name) => names.includes(name)).length < 2) {
    throw foreign(path, "is a database of another program: it has no table jobs of the earlier tool's kind")
  }
  const hasResults = columns.results.some(({ name }) => name === 'job_id')
  // A temporary index: without one of its own, each job would have the whole table searched.
  raw.exec('pragma temp_store = memory; create temp table pvt_places (job_id text, place integer);')
  if (hasResults) {
    raw.exec(`insert into pvt_places select cast(job_id as text), rowid from main.results;
      create index temp.pvt_places_by_job on pvt_places (job_id, place);`)
  }
  const selectResults = hasResults
    ? raw.prepare(
        `select r.* from temp.pvt_places p join main.results r on r.rowid = p.place
          where p.job_id is cast(? as text) order by p.place`,
      )
    : null
  const count = (sql: string): number => raw.prepare(sql).pluck().get() as number
  return {
    path,
    columns,
    jobCount: count('select count(*) from main.jobs'),
    orphanCount: count(
      `select count(*) from temp.pvt_places where job_id is null
        or job_id not in (select cast(${key} as text) from main.jobs where ${key} is not null)`,
    ),
    jobs: () => raw.prepare('select * from main.jobs order by rowid').iterate() as Iterable<LegacyRow>,
    resultsOf: (jobId) => (selectResults?.all(jobId) ?? []) as LegacyRow[],
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
  return rows.map(({ name, dflt_value }) => ({ name, default: dflt_value }))
}
