import { expect, test } from 'vitest'
import { administer } from '../support/databases.ts'
import { checkDatabase, databaseStatus, jobTables, tables } from '../../src/store/maintenance.ts'
import { migrationStatus } from '../../src/store/migrate.ts'
import { schemaVersion } from '../../src/store/migration-files.ts'
import { jobColumns } from '../../src/store/jobs.ts'
import { findHistory } from '../../src/store/history.ts'
import { type Given, onEachEngine } from './contract.ts'
import { storeJob, aResult, addResults, aPoint } from './jobs.ts'

const everyJob = {
  ...{ limit: 100, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}

/** Columns by table, in the order in which they stand. */
async function columnsOf({ db, dialect, fresh }: Given): Promise<Record<string, string[]>> {
  const rows =
    dialect === 'sqlite'
      ? await db.query<{ t: string; c: string }>(
          `select m.name as t, i.name as c from sqlite_master m, pragma_table_info(m.name) i
            where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, i.cid`,
        )
      : await administer<{ t: string; c: string }>(
          `select table_name as t, column_name as c from information_schema.columns
            where table_schema = 'public' order by table_name, ordinal_position`,
          fresh.name,
        )
  const columns: Record<string, string[]> = {}
  for (const { t, c } of rows) (columns[t] ??= []).push(c)
  return columns
}

/** Every foreign key: its table, and its column (all ours have one). */
async function foreignKeys({ db, dialect }: Given): Promise<{ child: string; column: string }[]> {
  if (dialect === 'sqlite') {
    return db.query(
      `select m.name as child, f."from" as column from sqlite_master m, pragma_foreign_key_list(m.name) f
        where m.type = 'table' order by 1`,
    )
  }
  return db.query(
    `select conrelid::regclass::text as child, a.attname as column from pg_constraint
        join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[1]
      where contype = 'f' order by 1`,
  )
}

onEachEngine('a new database', (given) => {
  test('has the tables of the schema, and no others', async () => {
    expect(Object.keys(await columnsOf(given)).sort()).toEqual(
      [...tables, 'locks', 'schema_migrations'].sort(),
    )
  })

  test('has the columns that users query', async () => {
    const columns = await columnsOf(given)
    expect([...columns['jobs']!].sort()).toEqual(
      [...jobColumns, 'config_text', 'config_sha256', 'backup_sha256'].sort(),
    )
    expect(columns).toMatchObject({
      stages: [
        ...['job_id', 'stage', 'attempt', 'status', 'started_at', 'finished_at', 'elapsed_seconds'],
        ...['exit_code', 'message', 'job_created_at'],
      ],
      points: ['job_id', 'ordinal', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
      results: [
        ...['result_id', 'job_id', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
        ...['alter_number', 'row_number', 'sweep_json', 'del_rr', 'del_ff', 'power', 'current'],
        ...['measurements_json', 'failed_json', 'status', 'source', 'netlist_path', 'mt0_file_path'],
        ...['import_id', 'created_at', 'source_line', 'other_sources_json', 'measurement_sources_json'],
      ],
      imports: [
        ...['import_id', 'job_id', 'path', 'imported_at', 'imported_by', 'host', 'program_version', 'files'],
        ...['files_read', 'points', 'results_new', 'results_updated', 'results_unchanged', 'measurements'],
        ...['failed_measurements', 'missing_points', 'disagreements', 'problems', 'prefer'],
        ...['results_pruned', 'changes', 'changes_count', 'vanished', 'vanished_count'],
      ],
      summaries: [
        ...['job_id', 'measurement', 'ordinal', 'count', 'failed', 'min', 'min_point', 'mean', 'max'],
        'max_point',
      ],
      job_logs: ['job_id', 'log_number', 'logged_at', 'level', 'source', 'message'],
      removals: ['job_id', 'completed_at', 'begun_at'],
      delivered_changes: ['change_id', 'delivered_at'],
      runs: [
        ...['job_id', 'run_number', 'kind', 'command', 'cwd', 'host', 'boot_id', 'pid', 'process_start'],
        ...['watcher_pid', 'watcher_start', 'started_at', 'seen_at', 'ended_at', 'exit_code', 'signal'],
        ...['output_path', 'output_bytes', 'output_head', 'output_tail'],
        ...['errors_path', 'errors_bytes', 'errors_head', 'errors_tail'],
      ],
      stage_progress: ['job_id', 'stage', 'done', 'failed', 'expected', 'first_at', 'changed_at'],
      attempts: [
        ...['job_id', 'corner', 'extraction', 'temperature', 'voltage_combo', 'attempt', 'state', 'checked'],
        ...['farm_id', 'log_path', 'started_at_local', 'elapsed_seconds', 'cpu_seconds', 'peak_memory_mb'],
        ...['measurements_json', 'failed_json', 'seen_at'],
      ],
      dependencies: ['job_id', 'after_job_id', 'condition', 'added_at'],
      locks: ['task', 'holder', 'host', 'pid', 'process_start', 'user', 'since', 'refreshed_at'],
    })
  })

  test('has the indexes by which jobs and imports are found', async () => {
    const rows = await given.db.query<{ name: string }>(
      given.dialect === 'sqlite'
        ? `select name from sqlite_master where type = 'index' and sql is not null order by name`
        : `select indexname as name from pg_indexes where schemaname = 'public'
            and indexname not like '%_pkey' and indexname not like '%_key' order by indexname`,
    )
    expect(rows.map(({ name }) => name)).toEqual([
      ...[
        'dependencies_by_upstream',
        'imports_by_job',
        'jobs_by_backup',
        'jobs_by_backup_content',
        'jobs_by_domain',
      ],
      ...['jobs_by_status', 'jobs_by_time', 'jobs_by_user', 'runs_open', 'stages_by_time'],
      'waivers_by_domain',
    ])
  })

  test('has a foreign key to the job in every other table', async () => {
    const keys = (await foreignKeys(given)).map(({ child, column }) => `${child}.${column}`)
    expect(keys.sort()).toEqual(jobTables.map((table) => `${table}.job_id`).sort())
  })

  test('has an index for every foreign key, so that a cascade scans no table', async () => {
    for (const { child, column } of await foreignKeys(given)) {
      if (given.dialect === 'sqlite') {
        const plan = await given.db.query<{ detail: string }>(
          `explain query plan delete from ${child} where "${column}" = $1`,
          ['a-job'],
        )
        expect(plan.map(({ detail }) => detail).join('; '), child).toMatch(/^SEARCH .* INDEX /)
      } else {
        const leading = await given.db.query(
          `select 1 as one from pg_index join pg_attribute a on a.attrelid = indrelid and a.attnum = indkey[0]
            where indrelid = cast($1 as text)::regclass and a.attname = $2`,
          [child, column],
        )
        expect(leading.length, child).toBeGreaterThan(0)
      }
    }
  })

  test('has the version of this program, with nothing pending and nothing changed', async () => {
    expect(await migrationStatus(given.db)).toMatchObject({
      schemaVersion,
      applied: [
        { version: 1, name: '0001_initial' },
        { version: 2, name: '0002_old_backups' },
        { version: 3, name: '0003_retention' },
        { version: 4, name: '0004_provenance' },
        { version: 5, name: '0005_limits' },
        { version: 6, name: '0006_time_index' },
        { version: 7, name: '0007_deliveries' },
        { version: 8, name: '0008_flow' },
        { version: 9, name: '0009_stage_times' },
      ],
      pending: [],
      changed: [],
    })
  })

  test('is empty and sound', async () => {
    expect(await findHistory(given.db, everyJob)).toEqual([])
    expect((await databaseStatus(given.db)).rows).toEqual(
      Object.fromEntries(tables.map((table) => [table, 0])),
    )
    expect(await checkDatabase(given.db)).toEqual([])
  })

  test.each([
    ['a stage', `insert into stages (job_id, stage, attempt, status) values ('nobody', 'gen', 1, 'done')`],
    ['a point', `insert into points values ('nobody', 1, 'TT', 'typical', '85', 85, 'v1nom')`],
    ['a log entry', `insert into job_logs values ('nobody', 1, 'now', 'info', 'pvt', 'hello')`],
    [
      'a summary',
      `insert into summaries (job_id, measurement, ordinal, count, failed) values ('nobody', 'v', 1, 0, 0)`,
    ],
  ])('refuses %s of a job that is not there', async (_name, sql) => {
    await expect(given.db.query(sql)).rejects.toThrow(/foreign key/i)
  })

  test.each([
    ['a state of a job that is none', `update jobs set status = 'done'`],
    ['a job without a domain', 'update jobs set domain_path = null'],
    ['a state of a result that is none', `update results set status = 'fine'`],
    ['a source of a result that is none', `update results set source = 'hearsay'`],
    ['a level of a log entry that is none', `update job_logs set level = 'fatal'`],
  ])('refuses %s', async (_name, sql) => {
    const job = await storeJob(given.db)
    await addResults(given.db, job.job_id, [aResult(aPoint())])
    await expect(given.db.query(sql)).rejects.toThrow(/constraint/i)
  })
})
